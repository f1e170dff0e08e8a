// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/designs/design.hpp"
#include "analysis/model/workload.hpp"
#include "analysis/sweep/sweep.hpp"

// The workloads and designs of a sweep, and what stands at each of its points.
namespace sextant::analysis {

// The file of a name in the sweep. Throws std::runtime_error that says what is wrong with the name.
using FindFile = std::function<std::filesystem::path(const std::string& name)>;

struct Space {
  Sweep sweep;
  Catalogue catalogue;
  std::filesystem::path shipped;  // designs that others extend
  std::vector<Document> workloads;
  std::vector<std::string> workload_names;
  std::vector<std::filesystem::path> designs;
  std::vector<std::string> design_names;
  std::vector<Design> against;
};

// Reads everything the sweep names and tries every value of every axis. Throws InvalidInput naming file, line, key and
// value: an unknown name or key with the nearest known one, a value that the key does not take.
Space read_space(Sweep sweep, Catalogue catalogue, const FindFile& workload, const FindFile& design,
                 const std::filesystem::path& shipped);

struct SpacePoint {
  std::size_t workload = 0, design = 0;
  std::vector<std::size_t> at;  // which value on each axis
};

std::vector<SpacePoint> points(const Space& space);  // the last axis runs fastest

Workload workload_at(const Space& space, const SpacePoint& point);
// A swept figure is a condition and no estimate: it has no interval and no class.
Design design_at(const Space& space, const SpacePoint& point);

// The workload with one more key set.
Workload workload_with(const Space& space, const SpacePoint& point, const Axis& axis, double number);

// Points that differ only in the design or in what is varied of it decode the same: they share a situation.
std::size_t situation(const Space& space, const SpacePoint& point);
std::size_t situations(const Space& space);

// The figure of the design that the axis varies; nullptr when it varies words or the workload.
const Figure* swept_figure(const Design& design, const Axis& axis);

// Whether only whole numbers make sense on the axis: counts, sequences, tokens.
bool whole(const Axis& axis, const Design& design);

}  // namespace sextant::analysis
