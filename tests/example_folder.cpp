// SPDX-License-Identifier: Apache-2.0
// Writes a run folder whose points need every rule of the summaries, for programs in other languages that follow them.
//   example_folder FOLDER
#include <fmt/format.h>

#include <cmath>
#include <exception>

#include "results/record/run_folder.hpp"
#include "results/statistics/random.hpp"

namespace {

using namespace sextant::results;

// How the samples of a point come about.
struct Plan {
  int launches, samples;           // samples of each launch
  double between = 0, linked = 0;  // spread of the launches; share of its deviation that a sample passes on to the next
  double slow = 0, drift = 0;      // share of samples that take 1.5 times as long; growth from first to last
  Status status = Status::converged;
};

double noise(Random& random) { return static_cast<double>(random.next() >> 11) * 0x1p-53 - 0.5; }

Measurement measured(const Table& table, int threads, const Plan& plan, Random& random) {
  Measurement measurement;
  measurement.probe = table.probe;
  measurement.point = {{"threads", double(threads)}};
  measurement.quantity = table.quantity;
  measurement.status = plan.status;
  measurement.reason = plan.status == Status::converged ? "" : "It is to be.";
  for (int launch = 0; launch < plan.launches; ++launch) {
    const double level = 1 + plan.between * noise(random);
    double deviation = 0;
    for (int repetition = 0; repetition < plan.samples; ++repetition) {
      const double done = double(launch * plan.samples + repetition) / (plan.launches * plan.samples);
      deviation = plan.linked * deviation + 0.1 * noise(random);
      Sample sample;
      sample.seconds = 0.01 * level * (1 + deviation) * (1 + plan.drift * done);
      if (noise(random) + 0.5 < plan.slow) sample.seconds *= 1.5;
      sample.operations = 1000;
      sample.bytes = 64000;
      sample.launch = launch;
      sample.repetition = repetition;
      sample.stage = repetition == 0 ? Stage::warmup : Stage::measure;
      sample.start = launch + 0.001 * repetition;
      sample.conditions = {random.below(10) == 0 ? 1.0 : 0.0, 0, 1e-4 * random.below(2), sample.seconds};
      sample.conditions.canary_compute = 1e-4 * (1 + 0.08 * noise(random));
      sample.conditions.canary_memory = 2e-4 * (1 + 0.12 * noise(random));
      // Three states by two canaries, and what one of them does to a sample.
      const bool far = launch % 3 == 1, shared = far && repetition % 4 == 0;
      sample.conditions.canary_message = (far ? 1.9e-7 : 1.1e-7) * (1 + 0.06 * noise(random));
      sample.conditions.canary_together = (shared ? 9e-4 : 4e-4) * (1 + 0.06 * noise(random));
      sample.conditions.canary_change = 1 + 0.25 * (noise(random) + 0.5);
      if (shared) sample.seconds *= 1.1;
      if (repetition == 3) sample.conditions.canary_message = not_available;
      measurement.samples.push_back(sample);
    }
  }
  return measurement;
}

Run every_rule() {
  Run run;
  run.provenance.machine = "box";
  run.provenance.run_id = "20261124-1a2b3c";
  run.provenance.mode = "standard";
  run.provenance.started = "2026-11-24T04:05:06Z";
  run.provenance.state = State::complete;
  const Plan plans[] = {
      {1, 2},              // too little for anything
      {1, 30},             // one launch: order statistics
      {1, 100},            // the same, independent
      {1, 100, 0, 0.9},    // the same, autocorrelated: its tenths
      {2, 40, 0.05},       // Student's distribution at its widest
      {3, 12, 0.02},       // what a quick run has
      {8, 50, 0.1, 0.5},   // enough launches to see drift between them, and for a 99th percentile
      {8, 40, 0, 0, 0.4},  // two modes
      {45, 4, 0.01},       // more launches than are permuted one by one
      {10, 20, 0, 0, 0, 0.5, Status::nonstationary},
  };
  Random random(7);
  for (const Unit unit : {Unit::second, Unit::per_second, Unit::byte_per_second, Unit::second_per_byte}) {
    Table& table = run.tables.emplace_back();
    table.probe = fmt::format("rule.{}", run.tables.size());
    table.quantity = {"figure", unit};
    table.axes.push_back({"threads", Unit::one, ""});
    int threads = 0;
    for (const Plan& plan : plans) run.measurements.push_back(measured(table, ++threads, plan, random));
  }
  flag_noise(run);
  return run;
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    fmt::print(stderr, "example_folder FOLDER\n");
    return 2;
  }
  try {
    write_run(words[1], every_rule());
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
