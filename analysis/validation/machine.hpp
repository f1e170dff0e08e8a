// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "analysis/model/decode.hpp"
#include "analysis/validation/case.hpp"
#include "analysis/validation/step_function.hpp"

// A published case as the model's two arguments, and its latency as the model predicts it. Every byte, operation and
// second of a step comes from `analysis/model`; here is only the convention of the measurement.
namespace sextant::analysis {

// What is fitted for one accelerator and engine (decode-model.md section 3).
struct Machine {
  double bandwidth = 0;              // byte/s, BW_eff
  double per_layer = 0;              // s, t_layer
  double per_sequence = 0;           // s, t_seq, each layer
  double cache_bandwidth = 0;        // byte/s of the cache; 0: as the weights
  std::map<double, double> latency;  // s of an all-reduce, alpha, by the accelerators that share the model
  double link_bandwidth = 0;         // byte/s that an accelerator injects, of the data sheet
};

// Share of the data sheet at which collectives move bytes without bias up to 2 MiB (decode-model.md section 4.8).
inline constexpr double link_share = 0.6;
// Share of the peak that prefill and decode reach in arithmetic (decode-model.md section 3a).
inline constexpr double arithmetic_share = 0.5;

Workload workload_of(const Case& measured, const Model& model);

// The memory a model may use is not limited here: who asks whether it fits says of what.
Hardware hardware_of(const Machine& machine, const Case& measured);

// prefill + output * step, the step taken at mean context. With layers split over accelerators one works at a time.
double predicted_latency(const Case& measured, const Model& model, const Machine& machine, StepFunction step);

// Why a latency is refused, or is not of one static batch: weights and cache beyond 90 % of `capacity` byte of an
// accelerator, so that the batch ran in parts. Nothing: use it.
std::optional<std::string> screened(const Case& measured, const Model& model, double capacity);

}  // namespace sextant::analysis
