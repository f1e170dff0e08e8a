// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/power_run.hpp"

namespace sextant::analysis {
namespace {

bool same_run(const DecodeCase& a, const DecodeCase& b) {
  return a.accelerator == b.accelerator && a.model == b.model && a.engine == b.engine && a.batch == b.batch &&
         a.input == b.input && a.output == b.output && a.accelerators == b.accelerators;
}

}  // namespace

std::vector<PowerRun> power_runs(const std::vector<DecodeCase>& cases) {
  std::vector<PowerRun> runs;
  const std::vector<DecodeCase> energies = with_metric(cases, "energy_per_output_token");
  for (const DecodeCase& power : with_metric(cases, "power_W")) {
    for (const DecodeCase& energy : energies) {
      if (!same_run(power, energy) || !power.batch) continue;
      runs.push_back({power, energy.value * *power.batch * power.output / power.value});
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
  return power.idle + run.measured.output * (one.energy.memory + one.energy.compute) / run.seconds;
}

}  // namespace sextant::analysis
