// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/rounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/record/states.hpp"
#include "results/record/summary.hpp"

namespace sextant::probes {

using results::Measurement;
using results::Status;

StoppingRule stopping_rule(std::string_view mode, double precision) {
  StoppingRule rule;
  rule.precision = precision;
  if (mode == "quick") {
    rule.launches = 3;
    rule.least_seconds = 0.05;
  } else if (mode == "publish") {
    rule.launches = 10;
  }
  return rule;
}

Verdict judge(const Measurement& measurement, const StoppingRule& rule) {
  const results::Summary summary = results::summarise(measurement);
  Verdict verdict;
  verdict.half_width = (summary.high - summary.low) / 2 / summary.median;  // NaN while n is too small for an interval
  verdict.stationary = results::stationary(summary);
  verdict.converged = verdict.half_width <= rule.precision && verdict.stationary && summary.launches >= rule.launches &&
                      summary.measured_seconds >= rule.least_seconds;
  verdict.done = verdict.converged || summary.n >= rule.most_samples;
  return verdict;
}

int next_launches(const Measurement& measurement, const StoppingRule& rule, int launches) {
  return results::unit_share(results::launches_of(measurement)) > 0.5 ? launches : rule.launches;
}

int samples_after(int round, const StoppingRule& rule) {
  const double n = std::ldexp(double(rule.first_samples), std::min(round, 30));
  return int(std::min(n, double(rule.most_samples)));
}

namespace {

// Said of a converged point, too: its median may be of no state that there was.
std::string changes_of_state(const Measurement& measurement) {
  int measured = 0, unsettled = 0;
  for (const results::Sample& sample : measurement.samples) {
    if (sample.stage != results::Stage::measure) continue;
    ++measured;
    unsettled += results::unsettled(sample);
  }
  if (10 * unsettled <= measured) return {};
  return fmt::format("the machine changed its state during {:.0f} % of the samples", 100.0 * unsettled / measured);
}

}  // namespace

void conclude(Measurement& measurement, const StoppingRule& rule, const std::string& ended) {
  if (measurement.status == Status::failed || measurement.status == Status::skipped) return;
  const Verdict verdict = judge(measurement, rule);
  const std::string changes = changes_of_state(measurement);
  if (verdict.converged) {
    measurement.status = Status::converged;
    measurement.reason = changes;
    return;
  }
  measurement.status = verdict.stationary ? Status::not_converged : Status::nonstationary;
  const std::string reached =
      std::isnan(verdict.half_width)
          ? std::string("too few samples for an interval")
          : fmt::format("interval +-{:.1f} %, wanted +-{:.1f} %", 100 * verdict.half_width, 100 * rule.precision);
  const std::string drift =
      verdict.stationary ? "" : "the samples drift: their median depends on when they were taken; ";
  measurement.reason = drift + (ended.empty() ? reached : ended + ": " + reached);
  if (!changes.empty()) measurement.reason += "; " + changes;
}

}  // namespace sextant::probes
