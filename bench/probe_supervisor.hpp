// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "bench/interrupt.hpp"
#include "bench/plan.hpp"
#include "bench/supervisor.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/rounds.hpp"
#include "probes/probe/worker.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {

// What all probes of a run share while they are measured.
struct RunInHand {
  const Supervision& supervision;
  results::RunFolder& folder;
  Interrupt& interrupt;
  std::string mode;
  std::uint64_t seed = 0;
  double origin = 0;    // clock reading at the start
  int next_launch = 0;  // counts worker processes of the whole run
};

// Measures one probe: rounds of launches, a look after each round, until every point is done or its time is spent.
class ProbeSupervisor {
 public:
  using Told = std::function<void(int points_done, const results::Measurement& in_hand)>;

  // `points` are this probe's measurements in the run, in the order of the plan.
  ProbeSupervisor(const PlannedProbe& planned, std::vector<results::Measurement*> points, RunInHand& run, Told told);

  // Goes on until all points are done (true) or the clock would pass `until` (false). May be called again with more
  // time.
  bool advance(double until);

  double launch_seconds() const { return longest_launch_; }  // of the longest launch so far

  // Gives every point its status and reason; nothing is measured afterwards.
  void conclude();

 private:
  std::vector<int> unfinished() const;
  std::vector<std::vector<int>> groups(const std::vector<int>& points) const;
  bool run_round(int goal, double until);
  void run_launch(const std::vector<int>& group, int goal, int turns_left);
  void hear(const probes::Message& message);

  const PlannedProbe& planned_;
  std::vector<results::Measurement*> points_;
  RunInHand& run_;
  Told told_;
  probes::StoppingRule rule_;
  probes::Clock clock_ = probes::monotonic_clock();
  std::mt19937_64 random_;
  std::vector<std::uint64_t> iterations_;  // of each point, once a pilot found them
  double longest_launch_ = 0;
  int launches_run_ = 0, round_ = 0, done_ = 0;
};

}  // namespace sextant::bench
