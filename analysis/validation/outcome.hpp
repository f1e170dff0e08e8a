// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "analysis/validation/case.hpp"
#include "results/record/profile.hpp"

// What became of a published case: predicted against measured.
namespace sextant::analysis {

// A prediction in the unit of the case's metric, with the ends of its 90 % interval.
struct Predicted {
  double value = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  results::TransferClass transfer = results::TransferClass::T0;  // how far what it rests on was carried
  std::string basis;       // what it was learnt from, in words: "24 other devices with GDDR under llama.cpp CUDA"
  std::size_t others = 0;  // other devices of the class it was learnt from
  std::string bound;       // what limits the step or the call: "memory bandwidth", "fixed cost"
  std::string refused;     // why there is no value; empty when there is one
};

enum class OutcomeStatus { predicted, in_sample, refused };
inline constexpr const char* outcome_status_names[] = {"predicted", "in_sample", "refused"};

struct Outcome {
  const Case* measured = nullptr;
  Predicted predicted;
  OutcomeStatus status = OutcomeStatus::predicted;
  bool impossible = false;  // refused because the measurement beats physics: counted apart
  std::string reason;       // of a refusal

  double ratio() const { return predicted.value / measured->measured; }
};

}  // namespace sextant::analysis
