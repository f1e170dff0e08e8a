// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/calibration/calibration.hpp"

// Profiles of accelerators that nobody here has, from the component rows that others published (results/reference).
namespace sextant::analysis {

// Runs of one accelerator, of every table of the folder (*.csv, by name).
struct Accelerator {
  std::string machine;
  std::vector<results::Run> runs;
};
std::vector<Accelerator> read_components(const std::filesystem::path& folder);

// What the shipped profiles were made with: draws and seed.
CalibrationOptions reference_options();

// How well the forms of the fits predict what they were not fitted on: every other size of each curve (every other
// matrix of each family of products) is fitted, and the rest predicted.
struct HeldOut {
  std::string what;  // probe and what the points share: "gpu.collective.allreduce[ranks=8 library=nccl]"
  std::size_t fitted = 0, predicted = 0;  // points
  double median = 0, largest = 0;         // |predicted / published - 1|
};
std::vector<HeldOut> held_out(const std::vector<results::Run>& runs);

}  // namespace sextant::analysis
