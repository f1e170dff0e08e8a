// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/sampler.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <new>
#include <random>

#include "probes/probe/conditions.hpp"

namespace sextant::probes {

namespace {

// Measured samples in one visit of a point. Several, because each visit pays a warm-up sample; few, because a drift of
// the machine must hit all points alike.
constexpr int samples_per_visit = 4;

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

class Launch {
 public:
  Launch(const Probe& probe, Workspace& workspace, int launch, const Clock& clock, double origin, const Sink& sink)
      : probe_(probe),
        workspace_(workspace),
        launch_(launch),
        clock_(clock),
        origin_(origin),
        sink_(sink),
        random_(workspace.seed() * 0x9e3779b97f4a7c15u + std::uint64_t(launch)) {}

  void run(const std::vector<Assignment>& assignments) {
    for (const Assignment& assignment : assignments) {
      guard(assignment.id, [&] {
        if (sink_.start) sink_.start(assignment.id);
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
        if (!sound || active.measured >= active.assignment->samples) active.assignment = nullptr;
      }
      std::erase_if(active_, [](const Active& active) { return active.assignment == nullptr; });
    }
  }

 private:
  // A point that cannot be had is skipped, one that goes wrong fails; the others go on.
  template <class Action>
  bool guard(int id, Action action) {
    try {
      action();
      return true;
    } catch (const Unavailable& reason) {
      if (sink_.skip) sink_.skip(id, reason.what());
    } catch (const std::bad_alloc&) {
      if (sink_.skip) sink_.skip(id, "too little memory for this point");
    } catch (const std::exception& reason) {
      if (sink_.fail) sink_.fail(id, reason.what());
    }
    return false;
  }

  void visit(Active& active) {
    if (sink_.start) sink_.start(active.assignment->id);
    if (active.iterations == 0) {
      active.iterations = pilot(*active.trial, clock_, probe_.sample_seconds);
      if (sink_.pilot) sink_.pilot(active.assignment->id, active.iterations);
    }
    sample(active, results::Stage::warmup);
    for (int i = 0; i < samples_per_visit && active.measured < active.assignment->samples; ++i) {
      sample(active, results::Stage::measure);
    }
    if (active.measured >= active.assignment->samples) active.trial->verify();
  }

  void sample(Active& active, results::Stage stage) {
    // Up to a fifth more iterations, so that samples do not fall into step with a periodic disturbance.
    const std::uint64_t iterations = active.iterations + random_() % (active.iterations / 5 + 1);
    const Counters before = read_counters();
    const double begin = clock_();
    Work work = active.trial->run(iterations);
    const double end = clock_();
    results::Sample sample;
    sample.seconds = std::isnan(work.seconds) ? end - begin : work.seconds;
    sample.operations = work.operations;
    sample.bytes = work.bytes;
    sample.launch = launch_;
    sample.repetition = stage == results::Stage::warmup ? active.assignment->first_warmup + active.warmups++
                                                        : active.assignment->first_repetition + active.measured++;
    sample.stage = stage;
    sample.start = begin - origin_;
    sample.cpu = sched_getcpu();
    sample.conditions = between(before, read_counters());
    sample.extras = std::move(work.extras);
    sample.extras.resize(probe_.extras.size(), results::not_available);
    sink_.row(active.assignment->id, sample);
  }

  const Probe& probe_;
  Workspace& workspace_;
  const int launch_;
  const Clock& clock_;
  const double origin_;
  const Sink& sink_;
  std::mt19937_64 random_;
  std::vector<Active> active_;
};

}  // namespace

void run_launch(const Probe& probe, Workspace& workspace, const std::vector<Assignment>& assignments, int launch,
                const Clock& clock, double origin, const Sink& sink) {
  Launch(probe, workspace, launch, clock, origin, sink).run(assignments);
}

std::uint64_t pilot(Trial& trial, const Clock& clock, double least_seconds) {
  constexpr double most = 1e15;  // a clock that stands still must not make us count for ever
  double iterations = 1;
  for (;;) {
    const double begin = clock();
    const Work work = trial.run(std::uint64_t(iterations));
    const double seconds = std::isnan(work.seconds) ? clock() - begin : work.seconds;
    if (seconds >= least_seconds / 5 || iterations >= most) {
      return std::uint64_t(std::clamp(std::ceil(iterations * least_seconds / std::max(seconds, 1e-9)), 1.0, most));
    }
    // Grow towards the fifth we need, at most tenfold at a time: the first runs are slow (page faults, cold caches).
    const double growth = seconds > 0 ? std::clamp(1.2 * least_seconds / 5 / seconds, 2.0, 10.0) : 10.0;
    iterations = std::ceil(iterations * growth);
  }
}

}  // namespace sextant::probes
