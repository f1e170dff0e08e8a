// SPDX-License-Identifier: Apache-2.0
#include "bench/schedule.hpp"

#include <algorithm>
#include <map>
#include <random>

namespace sextant::bench {

using results::Measurement;
using results::Sample;
using results::Stage;

namespace {

// Points that may share a process are equal on every launch axis. Groups are numbered in the order of their keys.
std::vector<int> group_of_each(const probes::Probe& probe, const Points& points) {
  std::vector<std::string> keys;
  for (const Measurement* point : points) {
    probes::Point key;
    for (const std::string& axis : probe.launch_axes) key.set(axis, point->point.number(axis));
    keys.push_back(results::to_text(key));
  }
  std::map<std::string, int> numbers;
  for (const std::string& key : keys) numbers[key] = 0;
  int next = 0;
  for (auto& [key, number] : numbers) number = next++;
  std::vector<int> groups;
  for (const std::string& key : keys) groups.push_back(numbers[key]);
  return groups;
}

Measurement before(const Measurement& measurement, int launch) {
  Measurement seen = measurement;
  std::erase_if(seen.samples, [&](const Sample& sample) { return sample.launch >= launch; });
  return seen;
}

}  // namespace

bool in_play(const Measurement& point) { return point.flags.interrupted && point.status != results::Status::failed; }

std::uint64_t stream_of(std::uint64_t seed, const std::string& probe) {
  // std::hash differs between libraries, this does not.
  for (const char c : probe) seed = seed * 31 + std::uint64_t(c);
  return seed;
}

Schedule::Schedule(const probes::Probe& probe, const Points& points, const probes::StoppingRule& rule,
                   std::uint64_t seed)
    : rule_(rule), seed_(stream_of(seed, probe.name)) {
  for (const int group : group_of_each(probe, points)) {
    states_.push_back({group});
    groups_ = std::max(groups_, group + 1);
  }
}

// A launch is numbered by its round, its turn there and its group, never by what became of other points: the points of
// a worker that was lost are measured later under the numbers they would have had. No point has more than
// rule.launches * 2^(round - 1) launches in a round, because launches at most double; numbers that this leaves unused
// stay unused.
int Schedule::number(int round, int turn, int group) const {
  const int first = round == 0 ? 0 : rule_.launches << (round - 1);
  return (first + turn) * groups_ + group;
}

std::vector<ScheduledLaunch> Schedule::next_round(const Points& points) {
  const int samples =
      probes::samples_after(round_, rule_) - (round_ == 0 ? 0 : probes::samples_after(round_ - 1, rule_));
  std::map<int, std::vector<ScheduledLaunch>> by_group;
  for (int i = 0; i < int(points.size()); ++i) {
    State& state = states_[std::size_t(i)];
    if (state.settled || !in_play(*points[std::size_t(i)])) continue;
    int launches = rule_.launches;
    if (round_ > 0) {
      const Measurement seen = before(*points[std::size_t(i)], number(round_, 0, 0));
      state.settled = samples == 0 || probes::judge(seen, rule_).done;
      if (state.settled) continue;
      launches = probes::next_launches(seen, rule_, state.launches);
    }
    auto& group = by_group[state.group];
    for (int turn = 0; turn < launches; ++turn) {
      if (turn == int(group.size())) group.push_back({number(round_, turn, state.group), {}});
      const int share = samples * (turn + 1) / launches - samples * turn / launches;
      if (share > 0) group[std::size_t(turn)].shares.push_back({i, share});
    }
    state.launches += launches;
  }
  // The groups take turns in random order, so that a drift of the machine hits all of them alike.
  std::vector<int> order;
  for (const auto& [group, launches] : by_group) order.insert(order.end(), launches.size(), group);
  std::mt19937_64 random(seed_ + std::uint64_t(round_));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  std::vector<ScheduledLaunch> round;
  std::map<int, std::size_t> turns;
  for (const int group : order) round.push_back(std::move(by_group[group][turns[group]++]));
  ++round_;
  return round;
}

int Schedule::settled() const {
  return int(std::count_if(states_.begin(), states_.end(), [](const State& state) { return state.settled; }));
}

std::vector<probes::Assignment> missing(const ScheduledLaunch& launch, const Points& points,
                                        const std::vector<std::uint64_t>& iterations) {
  std::vector<probes::Assignment> assignments;
  for (const Share& share : launch.shares) {
    const Measurement& point = *points[std::size_t(share.point)];
    if (!in_play(point)) continue;
    probes::Assignment assignment{share.point, point.point, iterations[std::size_t(share.point)], share.samples};
    for (const Sample& sample : point.samples) {
      if (sample.launch != launch.launch) continue;
      int& next = sample.stage == Stage::measure ? assignment.first_repetition : assignment.first_warmup;
      next = std::max(next, sample.repetition + 1);
      if (sample.stage == Stage::measure) --assignment.samples;
    }
    if (assignment.samples > 0) assignments.push_back(std::move(assignment));
  }
  return assignments;
}

}  // namespace sextant::bench
