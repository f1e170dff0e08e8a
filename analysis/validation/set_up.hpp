// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "analysis/model/hardware.hpp"
#include "analysis/model/workload.hpp"
#include "analysis/validation/case.hpp"

// A decode case as the model's two arguments: what a fit of decode runs lends to the fits of energy and offload.
namespace sextant::analysis {

struct SetUp {
  Workload workload;
  Hardware hardware;
  double prefill = 0;  // s of the whole batch, before the first token
  double sd = 0.2;     // of the logarithm of the time of a step
};
using SetUpOf = std::function<SetUp(const Case&)>;

}  // namespace sextant::analysis
