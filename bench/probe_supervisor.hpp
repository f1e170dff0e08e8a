// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "bench/interrupt.hpp"
#include "bench/plan.hpp"
#include "bench/schedule.hpp"
#include "bench/supervisor.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/worker.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {

// What all probes of a run share while they are measured.
struct RunInHand {
  const Supervision& supervision;
  results::Run& run;
  results::RunFolder& folder;
  Interrupt& interrupt;
  double origin = 0;  // clock reading that counts as second 0 of the run
};

// Runs the launches that one probe's schedule asks for and writes down what they say, until every point is done or its
// time is spent.
class ProbeSupervisor {
 public:
  using Told = std::function<void(int points_done, const results::Measurement& in_hand)>;

  // `points` are this probe's measurements in the run, in the order of the plan.
  ProbeSupervisor(const PlannedProbe& planned, Points points, RunInHand& in_hand, Told told);

  // Goes on until all points are done (true) or the clock would pass `until` (false). May be called again with more
  // time.
  bool advance(double until);

  double launch_seconds() const { return longest_launch_; }  // of the longest launch so far

  // Gives every point its status and reason; nothing is measured afterwards.
  void conclude();

 private:
  bool complete(const ScheduledLaunch& launch, double until);
  bool run_process(int launch, std::vector<probes::Assignment> assignments);
  probes::Message listen(const probes::Job& job, int& spoken_of);
  void hear(const probes::Message& message);

  const PlannedProbe& planned_;
  Points points_;
  RunInHand& in_hand_;
  Told told_;
  probes::StoppingRule rule_;
  Schedule schedule_;
  probes::Clock clock_ = probes::monotonic_clock();
  std::vector<std::uint64_t> iterations_;  // of each point, once a pilot found them
  std::vector<ScheduledLaunch> round_;
  std::size_t next_ = 0;  // launch of the round
  bool all_done_ = false;
  double longest_launch_ = 0;
  int processes_ = 0;
};

}  // namespace sextant::bench
