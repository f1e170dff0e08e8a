// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "probes/probe/probe.hpp"
#include "probes/probe/rounds.hpp"
#include "probes/probe/sampler.hpp"

// Which launches a probe gets, in which order, and what each of them owes to which point. Nothing here starts a process
// or reads a clock: the schedule follows from the seed and from the samples seen at each look. So a run that was cut
// short asks for its schedule again, finds most rows there already, and measures what is missing: it ends with the rows
// of a run that was never cut.
namespace sextant::bench {

using Points = std::vector<results::Measurement*>;  // one probe's measurements, in the order of the plan

// A point that still gets launches: nobody said that it is finished, skipped or failed.
bool in_play(const results::Measurement& point);

struct Share {
  int point = 0;
  int samples = 0;  // measured ones; warm-ups come on top
};

struct ScheduledLaunch {
  int launch = 0;
  std::vector<Share> shares;
};

// Seed of everything random about one probe of a run.
std::uint64_t stream_of(std::uint64_t seed, const std::string& probe);

class Schedule {
 public:
  Schedule(const probes::Probe& probe, const Points& points, const probes::StoppingRule& rule, std::uint64_t seed);

  // Looks at every point in play and gives the launches of the next round in the order they are to be run; empty when
  // no point needs more. Judges by the samples of earlier rounds alone, whatever else is there.
  std::vector<ScheduledLaunch> next_round(const Points& points);

  int settled() const;  // points that the last look found done

 private:
  struct State {
    int group = 0;
    int launches = 0;  // given so far
    bool settled = false;
  };
  int number(int round, int turn, int group) const;

  probes::StoppingRule rule_;
  std::uint64_t seed_;
  int groups_ = 0;
  int round_ = 0;
  std::vector<State> states_;
};

// What is missing of a launch, for the points still in play: empty when all its rows are there. `iterations` are those
// of each point, 0 where a pilot must find them.
std::vector<probes::Assignment> missing(const ScheduledLaunch& launch, const Points& points,
                                        const std::vector<std::uint64_t>& iterations);

}  // namespace sextant::bench
