// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>

#include "analysis/validation/case.hpp"
#include "analysis/validation/outcome.hpp"
#include "analysis/validation/spread.hpp"

// Stream kernels as shares of the stated bandwidth, and latencies of pointer chases: the typical one of all devices, and
// how much better or worse than typical a device was elsewhere.
namespace sextant::analysis {

struct MemoryFit {
  struct Kind {
    double log = 0;  // of the share, or of seconds
    std::size_t devices = 0;
  };
  std::map<std::string, Kind> kinds;                              // "stream_triad", and "share" for all shares
  std::map<std::pair<std::string, std::string>, double> offsets;  // of a device from the typical, by quantity
  Spread same_device, other_device;
};

MemoryFit fit_memory(std::span<const Case* const> rows);

Predicted predict(const MemoryFit& fit, const Case& one);

std::size_t parameters(const MemoryFit& fit);

}  // namespace sextant::analysis
