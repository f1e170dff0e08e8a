// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/calibration/curves.hpp"
#include "analysis/calibration/extras.hpp"
#include "analysis/calibration/levels.hpp"
#include "analysis/calibration/observation.hpp"
#include "analysis/calibration/products.hpp"
#include "analysis/calibration/surface_fit.hpp"
#include "results/record/profile.hpp"

// One function per family of parameters. Each is pure: observations in, parameters out (value only; source, class and
// assumption filled in). They run once on the data and once on every bootstrap draw.
namespace sextant::analysis {

using results::Parameter;

// What must not change between the data and its draws, or draws could not be compared: breaks and levels are chosen
// once.
struct Structure {
  std::vector<Curve> curves;
  std::vector<Products> products;
  std::vector<Level> latency_levels;
  // The fastest points of their curves in the data. A maximum taken anew on each draw would grow with the number of points.
  std::vector<const results::Measurement*> fastest;
  // The two processors that slow each other most, chosen once for the same reason; null where no pair was measured.
  const results::Measurement* interfering = nullptr;
  SurfaceForm surface;
  ExtraMedians extras;
};
Structure find_structure(const Observations& data, ExtraMedians extras = {});

void fit_memory(const Observations& data, const Structure& structure, std::vector<Parameter>& into);
void fit_near_data(const Observations& data, const Structure& structure, std::vector<Parameter>& into);
void fit_processors(const Observations& data, const Structure& structure, std::vector<Parameter>& into);
void fit_synchronisation(const Observations& data, std::vector<Parameter>& into);
void fit_decode(const Observations& data, std::vector<Parameter>& into);
void fit_storage(const Observations& data, const Structure& structure, std::vector<Parameter>& into);
void fit_collectives(const Observations& data, const Structure& structure, std::vector<Parameter>& into);
void fit_gpu_memory(const Observations& data, std::vector<Parameter>& into);
void fit_gpu_kernels(const Observations& data, const Structure& structure, std::vector<Parameter>& into);

// What no fit reads stands for itself, one parameter a point: copies between devices, other tools' streams, engines. Call it
// last; `into` holds what the fits made.
void take_other_points(const Observations& data, std::vector<Parameter>& into);

// A parameter taken straight from a point, or from several.
Parameter measured(std::string name, double value, results::Unit unit, std::string validity = {},
                   std::string assumption = {});
Parameter fitted(std::string name, double value, results::Unit unit, std::string validity = {},
                 std::string assumption = {});

// "footprint=16384 threads=2": the coordinates of a point, or a choice of them, as a validity; those it lacks are left out.
std::string at(const Observation& observation, std::initializer_list<std::string_view> axes);
std::string everything(const Observation& observation);

using Wanted = std::function<bool(const Observation&)>;
Wanted with(std::string_view axis, double value);

// The one point of a curve that the structure holds for its fastest.
const Observation& fastest_of(const Observations& curve, const Structure& structure);

// Read bandwidth with `threads` threads at the largest footprint: memory, as far as this machine can be driven out of
// its caches. NaN where it was not measured.
double dram_bandwidth(const Observations& data, double threads);

// The same at one footprint; at the largest where that was not measured.
double read_bandwidth(const Observations& data, double threads, double footprint);

// Products of one kernel (its type and threads) with one vector, by footprint; and those with several.
Observations gemv_curve(const Observations& data, const results::Point& kernel);
Observations gemv_in_batches(const Observations& data, const results::Point& kernel);
double arithmetic(const Observation& observation);  // operations a second, from bytes a second

// storage.read on the largest file, the one that is least served from a cache, in the usual way: by io_uring with registered
// buffers in huge pages and one thread, or what comes nearest to it. And those in random order, which a surface is fitted to.
Observations storage_points(const Observations& data);
Observations surface_points(const Observations& data);

// The two processors that slow each other most; null where no pair was measured.
const results::Measurement* most_interfering(const Observations& data);

}  // namespace sextant::analysis
