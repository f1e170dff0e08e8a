// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/rounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "results/record/summary.hpp"

namespace sextant::probes {

using results::Measurement;
using results::Status;

namespace {

// Share of the variance of the samples' log cost that lies between launches: the components of a one-way analysis of
// variance with random effects (Searle, Casella and McCulloch, Variance Components, section 3.6), unequal numbers in
// the launches allowed. NaN for a single launch, for one sample in each, and where a sample has no cost.
double launch_share(const Measurement& measurement) {
  std::map<int, std::vector<double>> launches;
  double n = 0, sum = 0;
  for (const results::Sample& sample : measurement.samples) {
    if (sample.stage != results::Stage::measure) continue;
    const double cost = std::log(results::cost_of(measurement.quantity, sample));
    launches[sample.launch].push_back(cost);
    sum += cost;
    ++n;
  }
  const double k = double(launches.size());
  if (k < 2 || n <= k || !std::isfinite(sum)) return results::not_available;
  double between = 0, within = 0, squares = 0;
  for (const auto& [launch, costs] : launches) {
    double mean = 0;
    for (const double cost : costs) mean += cost / double(costs.size());
    for (const double cost : costs) within += (cost - mean) * (cost - mean);
    between += double(costs.size()) * (mean - sum / n) * (mean - sum / n);
    squares += double(costs.size()) * double(costs.size());
  }
  within /= n - k;
  const double component = std::max(0.0, between / (k - 1) - within) / ((n - squares / n) / (k - 1));
  const double total = component + within;
  return total > 1e-20 ? component / total : 0;  // equal costs differ by rounding alone
}

}  // namespace

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
  // The rule of statistics.md section 6 but for its test of stationarity, which belongs into this condition.
  verdict.converged = verdict.half_width <= rule.precision && summary.launches >= rule.launches &&
                      summary.measured_seconds >= rule.least_seconds;
  verdict.done = verdict.converged || summary.n >= rule.most_samples;
  return verdict;
}

int next_launches(const Measurement& measurement, const StoppingRule& rule, int launches) {
  return launch_share(measurement) > 0.5 ? launches : rule.launches;
}

int samples_after(int round, const StoppingRule& rule) {
  const double n = std::ldexp(double(rule.first_samples), std::min(round, 30));
  return int(std::min(n, double(rule.most_samples)));
}

void conclude(Measurement& measurement, const StoppingRule& rule, const std::string& ended) {
  if (measurement.status == Status::failed || measurement.status == Status::skipped) return;
  const Verdict verdict = judge(measurement, rule);
  if (verdict.converged) {
    measurement.status = Status::converged;
    measurement.reason.clear();
    return;
  }
  measurement.status = Status::not_converged;
  const std::string reached =
      std::isnan(verdict.half_width)
          ? std::string("too few samples for an interval")
          : fmt::format("interval +-{:.1f} %, wanted +-{:.1f} %", 100 * verdict.half_width, 100 * rule.precision);
  measurement.reason = ended.empty() ? reached : ended + ": " + reached;
}

}  // namespace sextant::probes
