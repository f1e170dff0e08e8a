// SPDX-License-Identifier: Apache-2.0
#include "bench/probe_supervisor.hpp"

#include <algorithm>
#include <map>

#include "bench/worker_process.hpp"

namespace sextant::bench {

using probes::Message;
using results::Measurement;
using results::Status;

namespace {

constexpr const char* not_finished = "the run ended before this point was finished";

// Each probe draws from its own stream of the run's seed; std::hash differs between libraries, this does not.
std::uint64_t stream_of(std::uint64_t seed, const std::string& probe) {
  for (const char c : probe) seed = seed * 31 + std::uint64_t(c);
  return seed;
}

int measured(const Measurement& measurement) {
  return int(std::count_if(measurement.samples.begin(), measurement.samples.end(),
                           [](const results::Sample& sample) { return sample.stage == results::Stage::measure; }));
}

void end(Measurement& point, Status status, const std::string& reason) {
  point.status = status;
  point.reason = reason;
  point.flags.interrupted = false;
}

}  // namespace

ProbeSupervisor::ProbeSupervisor(const PlannedProbe& planned, std::vector<Measurement*> points, RunInHand& run,
                                 Told told)
    : planned_(planned),
      points_(std::move(points)),
      run_(run),
      told_(std::move(told)),
      rule_(probes::stopping_rule(run.mode, planned.probe.precision)),
      random_(stream_of(run.seed, planned.probe.name)),
      iterations_(points_.size(), 0) {}

bool ProbeSupervisor::advance(double until) {
  while (!unfinished().empty()) {
    if (!run_round(probes::samples_after(round_, rule_), until)) return false;
    ++round_;
  }
  return true;
}

void ProbeSupervisor::conclude() {
  const bool spent = !unfinished().empty();
  for (Measurement* point : points_) {
    if (!point->flags.interrupted) continue;
    point->flags.interrupted = false;
    if (point->samples.empty()) {
      point->status = Status::skipped;
      point->reason = "the time budget was spent before this point was measured: give a longer --budget";
    } else {
      probes::conclude(*point, rule_, spent ? "the time budget was spent" : "");
    }
  }
}

std::vector<int> ProbeSupervisor::unfinished() const {
  std::vector<int> left;
  for (int i = 0; i < int(points_.size()); ++i) {
    if (points_[i]->flags.interrupted && !probes::judge(*points_[i], rule_).done) left.push_back(i);
  }
  return left;
}

// Points that may share a process: equal on every launch axis.
std::vector<std::vector<int>> ProbeSupervisor::groups(const std::vector<int>& points) const {
  std::map<std::string, std::vector<int>> by_key;
  for (int i : points) {
    probes::Point key;
    for (const std::string& axis : planned_.probe.launch_axes) key.set(axis, points_[i]->point.number(axis));
    by_key[results::to_text(key)].push_back(i);
  }
  std::vector<std::vector<int>> all;
  for (auto& [key, group] : by_key) all.push_back(std::move(group));
  return all;
}

// `goal` is the total n of every unfinished point after this round. The launches of all groups come in random order.
// False when the time would not suffice for the next launch.
bool ProbeSupervisor::run_round(int goal, double until) {
  const std::vector<int> left = unfinished();
  done_ = int(points_.size() - left.size());
  const std::vector<std::vector<int>> all = groups(left);
  std::vector<std::size_t> order;
  for (std::size_t g = 0; g < all.size(); ++g) order.insert(order.end(), std::size_t(rule_.launches), g);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_() % i]);
  std::vector<int> turns_left(all.size(), rule_.launches);
  for (std::size_t group : order) {
    const double now = clock_();
    // A launch that would end too late is not begun; the first one always is, so that no probe goes without.
    if (launches_run_ > 0 && now + longest_launch_ > until) return false;
    run_launch(all[group], goal, turns_left[group]--);
    longest_launch_ = std::max(longest_launch_, clock_() - now);
    ++launches_run_;
  }
  return true;
}

void ProbeSupervisor::run_launch(const std::vector<int>& group, int goal, int turns_left) {
  probes::Job job{planned_.probe.name, run_.next_launch++, run_.seed, run_.origin, run_.supervision.target, {}};
  for (int i : group) {
    const Measurement& point = *points_[i];
    const int missing = goal - measured(point);
    if (!point.flags.interrupted || missing <= 0) continue;
    job.assignments.push_back({i, point.point, iterations_[i], (missing + turns_left - 1) / turns_left});
  }
  if (job.assignments.empty()) return;
  const Supervision& supervision = run_.supervision;
  int in_hand = -1;
  try {
    WorkerProcess worker(supervision.command(planned_.probe, supervision.machine, job.assignments[0].point), job,
                         run_.interrupt);
    while (const auto message = worker.next(supervision.patience)) {
      if (std::none_of(job.assignments.begin(), job.assignments.end(),
                       [&](const auto& assignment) { return assignment.id == message->id; })) {
        in_hand = -1;
        throw WorkerFailure("the worker spoke of a point it was not given");
      }
      in_hand = message->id;
      hear(*message);
    }
  } catch (const WorkerFailure& failure) {
    // It costs the point in hand; before the first point, all that this launch was to measure.
    for (const auto& assignment : job.assignments) {
      if (in_hand < 0 || assignment.id == in_hand) end(*points_[assignment.id], Status::failed, failure.what());
    }
  }
}

void ProbeSupervisor::hear(const Message& message) {
  Measurement& point = *points_[message.id];
  switch (message.kind) {
    case Message::Kind::start:
      told_(done_, point);
      break;
    case Message::Kind::pilot:
      iterations_[message.id] = message.iterations;
      break;
    case Message::Kind::row:
      run_.folder.append(point, message.sample);
      point.samples.push_back(message.sample);
      point.status = Status::not_converged;
      point.reason = not_finished;
      break;
    case Message::Kind::skip:
      end(point, Status::skipped, message.text);
      break;
    case Message::Kind::fail:
      end(point, Status::failed, message.text);
      break;
    case Message::Kind::hello:
    case Message::Kind::done:
      break;  // WorkerProcess keeps these to itself
  }
}

}  // namespace sextant::bench
