// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/validation/machine.hpp"

// Mean power of an accelerator during one static batch: decode-model.md section 4.7 and case E1.
namespace sextant::analysis {

struct PowerRun {
  Case measured;       // in W
  double seconds = 0;  // of the run: energy per token x tokens / power
};

// Joins rows of power_W with rows of energy_per_output_token of the same accelerator, model, batch and lengths.
std::vector<PowerRun> power_runs(const std::vector<Case>& cases);

struct PowerModel {
  double idle = 0;      // W, P_static
  double per_byte = 0;  // J
  double per_flop = 0;  // J
};

// P = P_static + (e_b bytes + e_f FLOP)/t over the decoded tokens, with the joules that `step` says each takes. The
// arithmetic of the prompt, done in a few percent of the run, is left out as in section 4.7: e_f carries it.
double predicted_power(const PowerRun& run, const Model& model, const PowerModel& power, StepFunction step);

}  // namespace sextant::analysis
