// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/calibration/curves.hpp"
#include "analysis/calibration/levels.hpp"
#include "analysis/calibration/observation.hpp"
#include "analysis/calibration/products.hpp"
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
};
Structure find_structure(const Observations& data);

void fit_memory(const Observations& data, const Structure& structure, std::vector<Parameter>& into);
void fit_near_data(const Observations& data, const Structure& structure, std::vector<Parameter>& into);
void fit_processors(const Observations& data, const Structure& structure, std::vector<Parameter>& into);
void fit_synchronisation(const Observations& data, std::vector<Parameter>& into);
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

// "footprint=16384 threads=2": the coordinates of a point, or a choice of them, as a validity.
std::string at(const Observation& observation, std::initializer_list<std::string_view> axes);

}  // namespace sextant::analysis
