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

// Seconds that the first round of a probe takes, about: what the budget is shared by, so that a probe with many slow points
// gets as far as one with few quick ones.
double first_round_seconds(const PlannedProbe& planned, const Points& points, const std::string& mode) {
  const auto open = std::count_if(points.begin(), points.end(), [](const auto* point) { return in_play(*point); });
  if (open == 0) return 0;
  const auto rule = probes::stopping_rule(mode, planned.probe.precision);
  constexpr double start_up = 0.5;                               // of a worker process
  constexpr double preparing = 0.1;                              // of a point: its memory, and passes that are long
  const double visits = rule.first_samples + 2 * rule.launches;  // each launch pays a pilot and a warm-up sample
  return rule.launches * (start_up + double(open) * preparing) + double(open) * planned.probe.sample_seconds * visits;
}

// Seconds from the beginning of the run to the last thing that is known of it.
double seconds_so_far(const results::Run& run) {
  double last = 0;
  for (const Measurement& measurement : run.measurements) {
    for (const auto& sample : measurement.samples) last = std::max(last, sample.start + sample.seconds);
  }
  for (const auto& launch : run.launches) last = std::max(last, launch.start + launch.seconds);
  return last;
}

// Points that an earlier part of the run did not finish, or whose worker was lost, are open again.
void reopen(results::Run& run) {
  for (Measurement& point : run.measurements) {
    if (!point.flags.interrupted) continue;
    point.status = point.samples.empty() ? Status::skipped : Status::not_converged;
    point.reason = point.samples.empty() ? not_reached : not_finished;
  }
}

// Points that were cut short say what they have; their flag stays, so that --resume finds them.
void conclude_interrupted(results::Run& run, const std::vector<PlannedProbe>& plan) {
  std::size_t next = 0;
  for (const PlannedProbe& planned : plan) {
    const auto rule = probes::stopping_rule(run.provenance.mode, planned.probe.precision);
    for (std::size_t i = 0; i < planned.points.size(); ++i, ++next) {
      Measurement& point = run.measurements[next];
      if (!in_play(point) || point.samples.empty()) continue;
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
  const double begin = clock();
  RunInHand in_hand{supervision, run, folder, interrupt, begin - seconds_so_far(run)};
  const double end = begin + supervision.budget;
  reopen(run);
  double wanted = 0;
  std::vector<ProbeSupervisor> probes_in_hand;
  std::vector<double> wants;
  std::size_t next = 0;
  for (const PlannedProbe& planned : plan) {
    const int before = int(next);
    Points points;
    for (std::size_t i = 0; i < planned.points.size(); ++i) points.push_back(&run.measurements[next++]);
    if (!planned.availability.ready || points.empty()) continue;
    wants.push_back(first_round_seconds(planned, points, run.provenance.mode));
    wanted += wants.back();
    probes_in_hand.emplace_back(planned, points, in_hand, [&, before](int done, const Measurement& point) {
      progress.at(before + done, planned.probe.name + " " + describe(point.point, planned.table), end - clock());
    });
  }
  try {
    std::vector<bool> done(probes_in_hand.size());
    for (std::size_t i = 0; i < probes_in_hand.size(); ++i) {
      const double share = wanted > 0 ? wants[i] / wanted : 0;
      done[i] = probes_in_hand[i].advance(clock() + (end - clock()) * share);
      wanted -= wants[i];
      // So that a kill leaves a summary of what is done; after the last probe the end of the run writes it.
      if (i + 1 < probes_in_hand.size()) folder.finish(run);
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
    results::flag_noise(run);
    supervision.closing(run.provenance);
    folder.finish(run);
    throw;
  } catch (const results::WriteError&) {
    run.provenance.state = results::State::interrupted;
    conclude_interrupted(run, plan);
    throw;  // a full disk takes no summary either; the rows are there and --resume rebuilds the rest
  }
  const bool cut = std::any_of(run.measurements.begin(), run.measurements.end(),
                               [](const Measurement& point) { return point.flags.interrupted; });
  run.provenance.state = cut ? results::State::interrupted : results::State::complete;
  results::flag_noise(run);
  supervision.closing(run.provenance);
  folder.finish(run);
}

}  // namespace sextant::bench
