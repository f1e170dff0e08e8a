// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/near_memory.hpp"

#include <cmath>

#include "analysis/model/near_data.hpp"
#include "analysis/uncertainty/distribution.hpp"

namespace sextant::analysis {
namespace {

bool mentions(const std::string& text, const char* word) { return text.find(word) != std::string::npos; }

// A matrix that fills the memory, times one vector: what is sent and collected is nothing beside it.
double speedup(double inside_over_port) {
  constexpr double side = 16384, bytes = side * side, port = 1e12, units = 16;
  NearMemory memory;
  memory.units = units;
  memory.unit_bandwidth = inside_over_port * port / units;
  memory.unit_flops = memory.unit_bandwidth * 1e3;  // enough: the units of one vector wait for their banks
  memory.link_bandwidth = port;
  const NearTime near = near_data(memory, {.rows = 1,
                                           .activation = 2,
                                           .inputs = side,
                                           .outputs = side,
                                           .bytes = bytes,
                                           .flops = bytes,
                                           .kernels = 1,
                                           .heads = 0,
                                           .groups = 0});
  return bytes / port / (near.memory + near.moved());
}

}  // namespace

Predicted near_memory_speedup(const Case& measured, const Catalogue& catalogue) {
  const bool hbm = mentions(measured.accelerator, "HBM");
  const char* technology = hbm ? "pim_hbm_pim" : "pim_bank";
  const results::Estimate ratio =
      find(find(catalogue, Kind::technology, technology), "internal_external_bandwidth_ratio").estimate;
  constexpr double normal_quantile = 1.645;
  const double carried =
      std::exp(normal_quantile * prior_log_sd(results::TransferClass::T5, analysis::Role::efficiency));
  Predicted predicted;
  predicted.value = speedup(ratio.value);
  predicted.low = speedup(ratio.low) / carried;
  predicted.high = speedup(ratio.high) * carried;
  predicted.transfer = results::TransferClass::T5;
  predicted.basis = std::string("bandwidth inside over that of the port of ") + technology;
  predicted.bound = "memory bandwidth";
  return predicted;
}

}  // namespace sextant::analysis
