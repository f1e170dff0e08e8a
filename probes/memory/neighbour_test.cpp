// SPDX-License-Identifier: Apache-2.0
// statistics.md section 11.5: a memory-hungry neighbour on the probe's own processor, from the third part of the samples
// on: half-way in time, as the disturbed samples take twice as long or more. (Half-way in samples the median stands on the
// edge between the two, and may move or not.) It measures, so it is labelled slow, and what it asserts are ratios.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "probes/probe/sampler.hpp"
#include "probes/probes.hpp"
#include "results/record/summary.hpp"

namespace sextant::probes {
namespace {

// A process that writes 64 MiB over and over on one processor, until it is ended.
class Neighbour {
 public:
  explicit Neighbour(int processor) : pid_(fork()) {
    if (pid_ != 0) return;
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(processor, &own);
    sched_setaffinity(0, sizeof own, &own);
    std::vector<char> memory(64 << 20);
    for (char round = 0;; ++round) std::memset(memory.data(), round, memory.size());
  }
  ~Neighbour() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;

 private:
  pid_t pid_;
};

constexpr int samples = 240;

// One point of memory.read in two launches; the neighbour comes at sample number `arrival` and stays.
results::Run measured(int arrival) {
  const auto all = cpu_probes();
  const Probe& probe = *std::find_if(all.begin(), all.end(), [](const Probe& p) { return p.name == "memory.read"; });
  const Point point{{"footprint", double(16 << 20)}, {"threads", 1.0}};
  results::Run run;
  run.measurements.push_back({"memory.read", point, probe.quantity, results::Status::converged, {}, "", {}});
  results::Measurement& measurement = run.measurements[0];
  std::unique_ptr<Neighbour> neighbour;
  int taken = 0;
  std::uint64_t iterations = 0;  // found by the first launch for both, as in a run
  Sink sink;
  sink.row = [&](int, const results::Sample& sample) {
    measurement.samples.push_back(sample);
    taken += sample.stage == results::Stage::measure;
    if (taken == arrival && !neighbour) neighbour = std::make_unique<Neighbour>(sample.cpu);
  };
  sink.pilot = [&](int, std::uint64_t found) { iterations = found; };
  sink.fail = [](int, const std::string& reason) { ADD_FAILURE() << reason; };
  const Machine machine = detect_machine();
  const Clock clock = monotonic_clock();
  const double origin = clock();
  for (int launch = 0; launch < 2; ++launch) {
    Workspace workspace(machine, {}, 1);
    run_launch(probe, workspace, {{0, point, iterations, samples / 2}}, launch, clock, origin, sink, canaries());
  }
  results::flag_noise(run);
  return run;
}

TEST(Neighbour, TheMedianMovesAndTheUncontendedFigureStays) {
  const results::Run quiet = measured(-1), disturbed = measured(samples / 3);
  const auto a = results::summarise(quiet.measurements[0], quiet.canaries);
  const auto b = results::summarise(disturbed.measurements[0], disturbed.canaries);
  std::printf(
      "contention %.3f alone, %.3f with the neighbour; median x %.3f, at the 5th percentile of time x %.3f; clean %g "
      "of %d, "
      "%g of %d with it\n",
      a.contention, b.contention, b.median / a.median, b.uncontended / a.uncontended, a.clean, a.n, b.clean, b.n);
  EXPECT_GT(b.contention, a.contention);
  EXPECT_GE(std::abs(std::log(b.median / a.median)), 3 * std::abs(std::log(b.uncontended / a.uncontended)));
  EXPECT_LT(b.clean, b.n - samples / 4);  // of those beside the neighbour at least half are found out
  EXPECT_GT(b.drift_p, 0);
}

}  // namespace
}  // namespace sextant::probes
