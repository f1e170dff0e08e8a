// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/power_run.hpp"

#include "analysis/validation/case_reader.hpp"

namespace sextant::analysis {
namespace {

bool same_run(const Case& a, const Case& b) {
  const Decoding &x = a.decoding(), &y = b.decoding();
  return a.accelerator == b.accelerator && x.model == y.model && x.engine == y.engine && x.batch == y.batch &&
         x.input == y.input && x.output == y.output && x.accelerators == y.accelerators;
}

}  // namespace

std::vector<PowerRun> power_runs(const std::vector<Case>& cases) {
  std::vector<PowerRun> runs;
  const std::vector<Case> energies = with_metric(cases, Metric::token_energy);
  for (const Case& power : with_metric(cases, Metric::power)) {
    for (const Case& energy : energies) {
      const Decoding& d = power.decoding();
      if (!same_run(power, energy) || !d.batch || !d.output) continue;
      runs.push_back({power, energy.measured * *d.batch * *d.output / power.measured});
    }
  }
  return runs;
}

double predicted_power(const PowerRun& run, const Model& model, const PowerModel& power, StepFunction step) {
  Machine machine;
  machine.bandwidth = run.measured.bandwidth;  // joules do not ask how long they took
  Hardware h = hardware_of(machine, run.measured);
  h.memory().energy_read = power.per_byte;
  h.power.per_flop = power.per_flop;
  const Step one = step(workload_of(run.measured, model), h);
  return power.idle +
         run.measured.decoding().output.value_or(0) * (one.energy.memory + one.energy.compute) / run.seconds;
}

}  // namespace sextant::analysis
