// SPDX-License-Identifier: Apache-2.0
#include "bench/supervisor.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "bench/worker_process.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/rounds.hpp"

namespace sextant::bench {

using probes::Message;
using results::Measurement;
using results::Status;

namespace {

constexpr const char* not_reached = "the run ended before this point was measured";
constexpr const char* not_finished = "the run ended before this point was finished";

// Measures one probe: rounds of launches, a look after each round, until every point is done or its share of time is
// spent.
class ProbeSupervisor {
 public:
  ProbeSupervisor(const PlannedProbe& planned, std::vector<Measurement*> points, std::uint64_t seed, int first_launch,
                  const std::string& mode, results::RunFolder& folder, const Supervision& supervision,
                  Interrupt& interrupt)
      : planned_(planned),
        points_(std::move(points)),
        iterations_(points_.size(), 0),
        seed_(seed),
        launch_(first_launch),
        rule_(probes::stopping_rule(mode, planned.probe.precision)),
        folder_(folder),
        supervision_(supervision),
        interrupt_(interrupt),
        random_(seed + std::hash<std::string>{}(planned.probe.name)) {}

  // Progress is told the number of points that are done and the one in hand.
  void measure(double origin, double share_end, const std::function<void(int, const Measurement&)>& progress) {
    origin_ = origin;
    share_end_ = share_end;
    progress_ = progress;
    for (int round = 0; !unfinished().empty() && !spent_; ++round) run_round(probes::samples_after(round, rule_));
    for (Measurement* point : points_) {
      if (!point->flags.interrupted) continue;
      point->flags.interrupted = false;
      if (point->samples.empty()) {
        point->status = Status::skipped;
        point->reason = "the time budget was spent before this point was measured: give a longer --budget";
      } else {
        probes::conclude(*point, rule_, spent_ ? "the time budget was spent" : "");
      }
    }
  }

  int next_launch() const { return launch_; }

 private:
  std::vector<int> unfinished() const {
    std::vector<int> left;
    for (int i = 0; i < int(points_.size()); ++i) {
      if (points_[i]->flags.interrupted && !probes::judge(*points_[i], rule_).done) left.push_back(i);
    }
    return left;
  }

  // Points that may share a process: equal on every launch axis.
  std::vector<std::vector<int>> groups(const std::vector<int>& points) const {
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
  void run_round(int goal) {
    const std::vector<int> left = unfinished();
    done_ = int(points_.size() - left.size());
    const std::vector<std::vector<int>> all = groups(left);
    std::vector<std::size_t> order;
    for (std::size_t g = 0; g < all.size(); ++g) order.insert(order.end(), std::size_t(rule_.launches), g);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_() % i]);
    std::vector<int> turns_left(all.size(), rule_.launches);
    for (std::size_t group : order) {
      const double now = clock_();
      // A launch that would end after the share is not begun; the first one always is, so that no probe goes without.
      if (launches_run_ > 0 && now + longest_launch_ > share_end_) {
        spent_ = true;
        return;
      }
      run_launch(all[group], goal, turns_left[group]--);
      longest_launch_ = std::max(longest_launch_, clock_() - now);
      ++launches_run_;
    }
  }

  static int measured(const Measurement& measurement) {
    return int(std::count_if(measurement.samples.begin(), measurement.samples.end(),
                             [](const results::Sample& sample) { return sample.stage == results::Stage::measure; }));
  }

  void run_launch(const std::vector<int>& group, int goal, int turns_left) {
    probes::Job job{planned_.probe.name, launch_++, seed_, origin_, supervision_.target, {}};
    for (int i : group) {
      const Measurement& point = *points_[i];
      const int missing = goal - measured(point);
      if (!point.flags.interrupted || missing <= 0) continue;
      job.assignments.push_back({i, point.point, iterations_[i], (missing + turns_left - 1) / turns_left});
    }
    if (job.assignments.empty()) return;
    int in_hand = -1;
    try {
      WorkerProcess worker(supervision_.command(planned_.probe, supervision_.machine, job.assignments[0].point), job,
                           interrupt_);
      while (const auto message = worker.next(supervision_.patience)) {
        if (std::none_of(job.assignments.begin(), job.assignments.end(), [&](const auto& a) { return a.id == message->id; })) {
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

  void hear(const Message& message) {
    Measurement& point = *points_[message.id];
    switch (message.kind) {
      case Message::Kind::start:
        progress_(done_, point);
        break;
      case Message::Kind::pilot:
        iterations_[message.id] = message.iterations;
        break;
      case Message::Kind::row:
        folder_.append(point, message.sample);
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

  static void end(Measurement& point, Status status, const std::string& reason) {
    point.status = status;
    point.reason = reason;
    point.flags.interrupted = false;
  }

  const PlannedProbe& planned_;
  std::vector<Measurement*> points_;
  std::vector<std::uint64_t> iterations_;
  std::uint64_t seed_;
  int launch_;
  probes::StoppingRule rule_;
  results::RunFolder& folder_;
  const Supervision& supervision_;
  Interrupt& interrupt_;
  std::mt19937_64 random_;
  probes::Clock clock_ = probes::monotonic_clock();
  std::function<void(int, const Measurement&)> progress_;
  double origin_ = 0, share_end_ = 0, longest_launch_ = 0;
  int launches_run_ = 0, done_ = 0;
  bool spent_ = false;
};

// Seconds that the first round of a probe takes at least: what the budget is shared by, so that a probe with many slow
// points gets as far as one with few quick ones.
double first_round_seconds(const PlannedProbe& planned, const std::string& mode) {
  if (!planned.availability.ready) return 0;
  const auto rule = probes::stopping_rule(mode, planned.probe.precision);
  constexpr double start_up = 0.5;                               // of a worker process
  const double visits = rule.first_samples + 2 * rule.launches;  // each launch pays a pilot and a warm-up sample
  return rule.launches * start_up + double(planned.points.size()) * planned.probe.sample_seconds * visits;
}

int first_free_launch(const results::Run& run) {
  int next = 0;
  for (const Measurement& measurement : run.measurements) {
    for (const auto& sample : measurement.samples) next = std::max(next, sample.launch + 1);
  }
  return next;
}

// Points that were cut short say what they have; their flag stays, so that --resume finds them.
void conclude_interrupted(results::Run& run, const std::vector<PlannedProbe>& plan) {
  std::size_t next = 0;
  for (const PlannedProbe& planned : plan) {
    const auto rule = probes::stopping_rule(run.provenance.mode, planned.probe.precision);
    for (std::size_t i = 0; i < planned.points.size(); ++i, ++next) {
      Measurement& point = run.measurements[next];
      if (!point.flags.interrupted || point.samples.empty()) continue;
      point.status = Status::not_converged;
      probes::conclude(point, rule, "the run was interrupted");
    }
  }
}

}  // namespace

std::vector<Measurement> planned_measurements(const std::vector<PlannedProbe>& plan, bool virtualised, bool quick) {
  std::vector<Measurement> all;
  for (const PlannedProbe& planned : plan) {
    for (const probes::Point& point : planned.points) {
      Measurement measurement{planned.probe.name, point, planned.probe.quantity, Status::skipped, {}, not_reached, {}};
      measurement.flags.virtualised = virtualised;
      measurement.flags.quick = quick;
      measurement.flags.interrupted = planned.availability.ready;
      if (!planned.availability.ready) measurement.reason = planned.availability.reason;
      all.push_back(std::move(measurement));
    }
  }
  return all;
}

void supervise(const std::vector<PlannedProbe>& plan, results::Run& run, results::RunFolder& folder,
               const Supervision& supervision, Interrupt& interrupt, Progress& progress) {
  const probes::Clock clock = probes::monotonic_clock();
  const double origin = clock(), end = origin + supervision.budget;
  int launch = first_free_launch(run);
  double wanted = 0;
  for (const PlannedProbe& planned : plan) wanted += first_round_seconds(planned, run.provenance.mode);
  std::size_t next = 0;
  try {
    for (const PlannedProbe& planned : plan) {
      std::vector<Measurement*> points;
      const int before = int(next);
      for (std::size_t i = 0; i < planned.points.size(); ++i) points.push_back(&run.measurements[next++]);
      if (!planned.availability.ready || points.empty()) continue;
      const double wants = first_round_seconds(planned, run.provenance.mode);
      const double share_end = clock() + (end - clock()) * wants / wanted;
      wanted -= wants;
      ProbeSupervisor supervisor(planned, points, run.provenance.seed, launch, run.provenance.mode, folder, supervision,
                                 interrupt);
      supervisor.measure(origin, share_end, [&](int done, const Measurement& point) {
        progress.at(before + done, planned.probe.name + " " + describe(point.point, planned.table), end - clock());
      });
      launch = supervisor.next_launch();
      folder.finish(run);
    }
  } catch (const Interrupted&) {
    run.provenance.state = results::State::interrupted;
    conclude_interrupted(run, plan);
    folder.finish(run);
    throw;
  } catch (const results::WriteError&) {
    run.provenance.state = results::State::interrupted;
    conclude_interrupted(run, plan);
    throw;  // a full disk takes no summary either; the rows are there and --resume rebuilds the rest
  }
  run.provenance.state = results::State::complete;
  folder.finish(run);
}

}  // namespace sextant::bench
