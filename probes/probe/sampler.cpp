// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/sampler.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <random>
#include <stdexcept>

#include "probes/probe/conditions.hpp"
#include "probes/probe/meters.hpp"

namespace sextant::probes {

namespace {

// Measured samples in one visit of a point. Several, because each visit pays a warm-up sample; few, because a drift of
// the machine must hit all points alike.
constexpr int samples_per_visit = 4;

// Seconds of samples between two sets of canaries, which then cost some two hundredths. On a busy machine a set takes
// longer, since two processors must be free at once: then as many as keep its cost at a twentieth.
constexpr double between_canaries = 0.05;
constexpr double samples_per_canary = 20;

// But no more than this: a set is also taken within a visit after so many. The samples after it find their working set
// in part gone from the caches, which is nothing to samples so long.
constexpr double between_canaries_at_most = 1;

struct Active {
  const Assignment* assignment;
  std::unique_ptr<Trial> trial;
  std::uint64_t iterations;
  int warmups = 0;
  int measured = 0;
};

// std::shuffle differs between standard libraries; a stored seed must give the same order everywhere.
void shuffle(std::vector<std::size_t>& order, std::mt19937_64& random) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
}

// Adds the seconds of its life to an account, also when they end in an exception.
class Charge {
 public:
  Charge(const Clock& clock, double& account) : clock_(clock), account_(account), begin_(clock()) {}
  ~Charge() { account_ += clock_() - begin_; }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

 private:
  const Clock& clock_;
  double& account_;
  const double begin_;
};

// The time of a run by the device's own clock where there is one. Nothing that a later step could divide by or take the
// logarithm of may come of a broken clock.
double seconds_of(const Work& work, double begin, double end) {
  const double around = elapsed(begin, end);
  const double seconds = work.seconds.value_or(around);
  if (!std::isfinite(seconds) || seconds < 0) {
    throw std::runtime_error(fmt::format("the probe's own clock gave {} s for a run", seconds));
  }
  return seconds;
}

struct Row {
  int id;
  results::Sample sample;
};

class Launch {
 public:
  Launch(const Probe& probe, Workspace& workspace, int launch, const Clock& clock, double origin, const Sink& sink,
         const TakeCanaries& canaries, const Meters* meters)
      : probe_(probe),
        workspace_(workspace),
        launch_(launch),
        clock_(clock),
        origin_(origin),
        sink_(sink),
        canaries_(canaries),
        meters_(probe.metered ? meters : nullptr),
        seed_(workspace.seed() * 0x9e3779b97f4a7c15u + std::uint64_t(launch)),
        random_(seed_) {}

  Watching run(const std::vector<Assignment>& assignments) {
    const double begin = clock_();
    measure(assignments);
    send_pending();
    return {canary_seconds_, clock_() - begin - trial_seconds_ - canary_seconds_};
  }

 private:
  void measure(const std::vector<Assignment>& assignments) {
    for (const Assignment& assignment : assignments) {
      guard(assignment.id, [&] {
        if (sink_.start) sink_.start(assignment.id);
        const Charge charge(clock_, trial_seconds_);
        auto trial = probe_.prepare(workspace_, assignment.point);
        active_.push_back({&assignment, std::move(trial), assignment.iterations});
      });
    }
    while (!active_.empty()) {
      std::vector<std::size_t> order(active_.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      shuffle(order, random_);
      for (std::size_t i : order) {
        Active& active = active_[i];
        const bool sound = guard(active.assignment->id, [&] { visit(active); });
        if (sound && active.measured < active.assignment->samples) continue;
        const Charge charge(clock_, trial_seconds_);
        active.trial.reset();
      }
      std::erase_if(active_, [](const Active& active) { return !active.trial; });
    }
    if (!pending_.empty()) guard(pending_.back().id, [&] { take_canaries(); });  // the last visits have an end, too
  }

  // A point that cannot be had is skipped, one that goes wrong fails; the others go on.
  template <class Action>
  bool guard(int id, Action action) {
    try {
      action();
      return true;
    } catch (const Unavailable& reason) {
      send_pending();  // a row says that its point was measured: the last word must be the other one
      if (sink_.skip) sink_.skip(id, reason.what());
    } catch (const std::bad_alloc&) {
      send_pending();
      if (sink_.skip) sink_.skip(id, "too little memory for this point");
    } catch (const std::exception& reason) {
      send_pending();
      if (sink_.fail) sink_.fail(id, reason.what());
    }
    return false;
  }

  void visit(Active& active) {
    if (sink_.start) sink_.start(active.assignment->id);
    if (active.iterations == 0) {
      {
        const Charge charge(clock_, trial_seconds_);
        active.iterations = pilot(*active.trial, clock_, probe_.sample_seconds);
      }
      if (sink_.pilot) sink_.pilot(active.assignment->id, active.iterations);
    }
    if (since_canaries_ >= between_sets_) watch(active);
    sample(active, results::Stage::warmup);
    for (int i = 0; i < samples_per_visit && active.measured < active.assignment->samples; ++i) {
      if (since_canaries_ >= between_canaries_at_most) watch(active);
      sample(active, results::Stage::measure);
    }
    if (active.measured < active.assignment->samples) return;
    const Charge charge(clock_, trial_seconds_);
    active.trial->verify();
  }

  // The rows that this set completes may be of other points: what is said last is which point is in hand.
  void watch(const Active& active) {
    if (!canaries_) return;
    const bool rows = !pending_.empty();
    take_canaries();
    if (rows && sink_.start) sink_.start(active.assignment->id);
  }

  void take_canaries() {
    CanarySeconds set;
    const double spent = canary_seconds_;
    {
      const Charge charge(clock_, canary_seconds_);
      if (probe_.device_canary && !device_canary_) device_canary_ = probe_.device_canary(workspace_, seed_);
      set = canaries_(clock_);
      if (device_canary_) set.device = device_canary_();
    }
    // The first set was made, too: that happens once.
    const double cost = std::isinf(since_canaries_) ? 0 : canary_seconds_ - spent;
    between_sets_ = std::clamp(samples_per_canary * cost, between_canaries, between_canaries_at_most);
    for (Row& row : pending_) row.sample.conditions.canary_change = change(last_canaries_, set);
    send_pending();
    last_canaries_ = set;
    since_canaries_ = 0;
  }

  void send_pending() {
    for (const Row& row : pending_) sink_.row(row.id, row.sample);
    pending_.clear();
  }

  void sample(Active& active, results::Stage stage) {
    // Up to a fifth more iterations, so that samples do not fall into step with a periodic disturbance.
    const std::uint64_t iterations = active.iterations + random_() % (active.iterations / 5 + 1);
    if (meters_) meters_->read(meters_before_);
    const Counters before = read_counters_();
    const double begin = clock_();
    Work work = active.trial->run(iterations);
    const double end = clock_();
    const Counters after = read_counters_();
    if (meters_) meters_->read(meters_after_);
    results::Sample sample;
    sample.seconds = seconds_of(work, begin, end);
    if (sample.seconds == 0) throw std::runtime_error("a sample took no time: the clock stands still");
    trial_seconds_ += end - begin;
    since_canaries_ += end - begin;
    sample.operations = work.operations;
    sample.bytes = work.bytes;
    sample.launch = launch_;
    sample.repetition = stage == results::Stage::warmup ? active.assignment->first_warmup + active.warmups++
                                                        : active.assignment->first_repetition + active.measured++;
    sample.stage = stage;
    sample.start = begin - origin_;
    sample.cpu = sched_getcpu();
    sample.conditions = between(before, after);
    sample.conditions.canary_compute = last_canaries_.compute;
    sample.conditions.canary_cache = last_canaries_.cache;
    sample.conditions.canary_memory = last_canaries_.memory;
    sample.conditions.canary_device = last_canaries_.device;
    sample.conditions.canary_message = last_canaries_.message;
    sample.conditions.canary_together = last_canaries_.together;
    sample.extras = extras(std::move(work.extras));
    if (probe_.request && stage == results::Stage::measure) {
      const auto kept = work.requests.first(std::min(work.requests.size(), kept_requests));
      sample.requests.assign(kept.begin(), kept.end());
    }
    pending_.push_back({active.assignment->id, std::move(sample)});
    if (!canaries_) send_pending();
  }

  // The probe's own, then what the meters read.
  std::vector<double> extras(std::vector<double> values) const {
    const std::size_t metered = probe_.metered ? meter_count : 0;
    values.resize(probe_.extras.size() - metered, results::not_available);
    if (meters_) {
      const auto read = meters_->between(meters_before_, meters_after_);
      values.insert(values.end(), read.begin(), read.end());
    }
    values.resize(probe_.extras.size(), results::not_available);
    return values;
  }

  const Probe& probe_;
  Workspace& workspace_;
  const int launch_;
  const Clock& clock_;
  const double origin_;
  const Sink& sink_;
  const TakeCanaries& canaries_;
  const Meters* const meters_;  // null where the probe has no columns for them
  Meters::Reading meters_before_{}, meters_after_{};
  const std::uint64_t seed_;
  std::mt19937_64 random_;
  std::vector<Active> active_;
  const CounterReader read_counters_;
  DeviceCanary device_canary_;
  CanarySeconds last_canaries_;
  std::vector<Row> pending_;  // taken since the last canaries: they wait for those after them
  double since_canaries_ = std::numeric_limits<double>::infinity();  // seconds that samples took
  double between_sets_ = between_canaries;
  double trial_seconds_ = 0;  // inside trials: the work, not the watching
  double canary_seconds_ = 0;
};

}  // namespace

Watching run_launch(const Probe& probe, Workspace& workspace, const std::vector<Assignment>& assignments, int launch,
                    const Clock& clock, double origin, const Sink& sink, const TakeCanaries& canaries,
                    const Meters* meters) {
  return Launch(probe, workspace, launch, clock, origin, sink, canaries, meters).run(assignments);
}

namespace {

double timed(Trial& trial, const Clock& clock, double iterations) {
  const double begin = clock();
  const Work work = trial.run(std::uint64_t(iterations));
  return seconds_of(work, begin, clock());
}

}  // namespace

std::uint64_t pilot(Trial& trial, const Clock& clock, double least_seconds) {
  constexpr double most = 1e15;  // a clock that stands still must not make us count for ever
  double iterations = 1;
  for (;;) {
    double seconds = timed(trial, clock, iterations);
    if (seconds >= least_seconds / 5 || iterations >= most) {
      // Once more, and the shorter counts: one interrupt here would make every sample of the point too short.
      seconds = std::min(seconds, timed(trial, clock, iterations));
      return std::uint64_t(std::clamp(std::ceil(iterations * least_seconds / std::max(seconds, 1e-9)), 1.0, most));
    }
    // Grow towards the fifth we need, at most tenfold at a time: the first runs are slow (page faults, cold caches).
    const double growth = seconds > 0 ? std::clamp(1.2 * least_seconds / 5 / seconds, 2.0, 10.0) : 10.0;
    iterations = std::ceil(iterations * growth);
  }
}

}  // namespace sextant::probes
