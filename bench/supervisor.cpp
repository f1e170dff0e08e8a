// SPDX-License-Identifier: Apache-2.0
#include "bench/supervisor.hpp"

#include <algorithm>

#include "bench/probe_supervisor.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/rounds.hpp"

namespace sextant::bench {

using results::Measurement;
using results::Status;

namespace {

constexpr const char* not_reached = "the run ended before this point was measured";

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
  const std::string& mode = run.provenance.mode;
  RunInHand in_hand{supervision, folder, interrupt, mode, run.provenance.seed, clock(), first_free_launch(run)};
  const double end = in_hand.origin + supervision.budget;
  double wanted = 0;
  std::vector<ProbeSupervisor> probes_in_hand;
  std::vector<double> wants;
  std::size_t next = 0;
  for (const PlannedProbe& planned : plan) {
    const int before = int(next);
    std::vector<Measurement*> points;
    for (std::size_t i = 0; i < planned.points.size(); ++i) points.push_back(&run.measurements[next++]);
    if (!planned.availability.ready || points.empty()) continue;
    probes_in_hand.emplace_back(planned, points, in_hand, [&, before](int done, const Measurement& point) {
      progress.at(before + done, planned.probe.name + " " + describe(point.point, planned.table), end - clock());
    });
    wants.push_back(first_round_seconds(planned, mode));
    wanted += wants.back();
  }
  try {
    std::vector<bool> done(probes_in_hand.size());
    for (std::size_t i = 0; i < probes_in_hand.size(); ++i) {
      done[i] = probes_in_hand[i].advance(clock() + (end - clock()) * wants[i] / wanted);
      wanted -= wants[i];
      folder.finish(run);
    }
    // What the quick ones left goes to those that ran out of their share, by what a launch of theirs has cost.
    double launches = 0;
    for (std::size_t i = 0; i < probes_in_hand.size(); ++i)
      launches += done[i] ? 0 : probes_in_hand[i].launch_seconds();
    for (std::size_t i = 0; i < probes_in_hand.size(); ++i) {
      if (done[i]) continue;
      const double launch = probes_in_hand[i].launch_seconds();
      probes_in_hand[i].advance(clock() + (end - clock()) * launch / launches);
      launches -= launch;
    }
    for (ProbeSupervisor& probe : probes_in_hand) probe.conclude();
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
