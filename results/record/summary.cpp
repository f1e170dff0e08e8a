// SPDX-License-Identifier: Apache-2.0
#include "results/record/summary.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "results/record/states.hpp"
#include "results/statistics/interval.hpp"
#include "results/statistics/modes.hpp"

namespace sextant::results {
namespace {

// Least n at which a tail is resolved: 1 - q^n >= 0.95, so that one sample lies beyond it (statistics.md section 4).
constexpr int resolved_p95 = 59;
constexpr int resolved_p99 = 299;

constexpr int tenths = 10;  // of a single launch, in place of launches

// A number that a file can hold: what overflows is not available.
double finite(double value) { return std::isfinite(value) ? value : not_available; }

// Diagnostics are rounded to a millionth: their last bits depend on the mathematical library.
double rounded(double value) { return std::floor(1e6 * value + 0.5) / 1e6; }

Units units_of(const std::vector<const Sample*>& samples, const Quantity& quantity) {
  std::map<int, std::size_t> sizes, positions;
  for (const Sample* sample : samples) ++sizes[sample->launch];
  Units units;
  for (const Sample* sample : samples) {
    const auto [place, fresh] = positions.emplace(sample->launch, units.size());
    if (fresh) units.emplace_back().reserve(sizes[sample->launch]);
    units[place->second].push_back(cost_of(quantity, *sample));
  }
  return units;
}

bool usable(const Units& units) {
  for (const auto& unit : units) {
    for (const double cost : unit) {
      if (!(cost > 0) || !std::isfinite(cost)) return false;
    }
  }
  return !units.empty();
}

// Launches, or the tenths of a single one.
Units replicates(const Units& launches) {
  if (launches.size() != 1 || launches[0].size() < 4 * tenths) return launches;
  return stretches(launches[0], tenths);
}

// Of the samples of a single launch, by two standard errors of the autocorrelation that independent ones have.
bool independent(const Units& launch) {
  const double rho = autocorrelation(residuals(launch));
  return !(std::abs(rho) > 2 / std::sqrt(double(launch[0].size())));
}

struct Interval {
  double low = not_available, high = not_available;
};

// Of the median of costs.
Interval interval_of(const Units& launches, const Pool& pooled) {
  const double typical = median(pooled.values);
  if (launches.size() == 1 && (launches[0].size() < 4 * tenths || independent(launches))) {
    const auto ranks = interval_ranks(int(pooled.values.size()), 0.5);
    if (!ranks) return {};
    return {pooled.values[std::size_t(ranks->low - 1)], pooled.values[std::size_t(ranks->high - 1)]};
  }
  const Units units = replicates(launches);
  const double error = log_standard_error(launches.size() == 1 ? pool(units) : pooled);
  const double factor = interval_factor(error, double(units.size() - 1));
  return {typical / factor, typical * factor};
}

// Widened so that it holds the medians of the three thirds of the samples.
Interval with_thirds(Interval interval, const std::vector<const Sample*>& samples, const Quantity& quantity) {
  std::vector<double> costs;
  for (const Sample* sample : samples) costs.push_back(cost_of(quantity, *sample));
  if (costs.size() < 3) return interval;
  for (auto& third : stretches(costs, 3)) {
    const double middle = median_of(std::move(third));
    interval.low = std::fmin(interval.low, middle);  // fmin and fmax take the other one for a NaN
    interval.high = std::fmax(interval.high, middle);
  }
  return interval;
}

int count_outliers(const std::vector<double>& sorted) {
  const double centre = median(sorted);
  std::vector<double> distance;
  distance.reserve(sorted.size());
  for (const double x : sorted) distance.push_back(std::abs(x - centre));
  const double spread = median_of(distance);
  // Iglewicz and Hoaglin's modified z-score, multiplied out so that a spread of zero needs no case of its own.
  return static_cast<int>(
      std::count_if(distance.begin(), distance.end(), [&](double d) { return 0.6745 * d > 3.5 * spread; }));
}

// Costs become the quantity; the ends of an interval change places when it is a rate.
class Conversion {
 public:
  explicit Conversion(const Quantity& quantity)
      : quantity_(quantity),
        rate_(quantity.unit == Unit::byte_per_second || quantity.unit == Unit::per_second ||
              quantity.unit == Unit::flop_per_second) {}

  double operator()(double cost) const { return finite(from_cost(quantity_, cost)); }
  void interval(const Interval& costs, double& low, double& high) const {
    const double quick = (*this)(costs.low), slow = (*this)(costs.high);
    low = rate_ ? slow : quick;
    high = rate_ ? quick : slow;
  }

 private:
  const Quantity& quantity_;
  bool rate_;
};

void describe(const std::vector<double>& costs, const Conversion& converted, Summary& summary) {
  const double typical = median(costs);
  const double fast = quantile(costs, 0.05);
  summary.median = converted(typical);
  if (summary.n >= resolved_p95) converted.interval({fast, quantile(costs, 0.95)}, summary.p5, summary.p95);
  if (summary.n >= resolved_p99) summary.p99 = converted(quantile(costs, 0.99));
  summary.uncontended = converted(fast);
  if (fast > 0) summary.contention = finite(typical / fast - 1);
  summary.outliers = count_outliers(costs);
  if (const auto two = modes(costs)) {
    summary.mode_fast = converted(two->low);
    summary.mode_slow = converted(two->high);
    summary.slow_share = rounded(two->high_share);
  }
}

void describe_clean(const std::vector<const Sample*>& samples, const Measurement& measurement,
                    const CanaryMedians& medians, const Conversion& converted, Summary& summary) {
  if (std::isnan(medians.compute) && std::isnan(medians.memory)) return;
  std::vector<const Sample*> undisturbed;
  undisturbed.reserve(samples.size());
  for (const Sample* sample : samples) {
    if (clean(*sample, medians)) undisturbed.push_back(sample);
  }
  summary.clean = double(undisturbed.size());
  if (undisturbed.empty()) return;
  const Units launches = units_of(undisturbed, measurement.quantity);
  const Pool pooled = pool(launches);
  summary.clean_median = converted(median(pooled.values));
  converted.interval(interval_of(launches, pooled), summary.clean_low, summary.clean_high);
}

double median_if_any(std::vector<double> values) {
  return values.empty() ? not_available : median_of(std::move(values));
}

// Summed in ascending order, so that the figure does not depend on the order of the rows.
double sum_of_seconds(const std::vector<const Sample*>& samples) {
  std::vector<double> seconds;
  seconds.reserve(samples.size());
  for (const Sample* sample : samples) seconds.push_back(sample->seconds);
  std::sort(seconds.begin(), seconds.end());
  double sum = 0;
  for (const double s : seconds) sum += s;
  return sum;
}

}  // namespace

void CanaryValues::add(const Sample& sample) {
  if (sample.stage != Stage::measure) return;
  if (sample.conditions.canary_compute > 0) compute_.push_back(sample.conditions.canary_compute);
  if (sample.conditions.canary_memory > 0) memory_.push_back(sample.conditions.canary_memory);
  const StateSeconds seconds = state_seconds(sample);
  if (!(seconds[1] > 0 || seconds[2] > 0)) return;
  // Samples in a row share a set.
  if (sets_.empty() || sets_.back().seconds != seconds) sets_.push_back({seconds, 0});
  sets_.back().weight += sample.seconds;
}

CanaryMedians CanaryValues::medians() && {
  return {median_if_any(std::move(compute_)), median_if_any(std::move(memory_)), find_states(std::move(sets_))};
}

CanaryMedians canary_medians(const Run& run) {
  CanaryValues values;
  for (const Measurement& measurement : run.measurements) {
    for (const Sample& sample : measurement.samples) values.add(sample);
  }
  return std::move(values).medians();
}

bool clean(const Sample& sample, const CanaryMedians& medians) {
  const auto off = [](double canary, double usual) { return std::abs(canary / usual - 1) > 0.05; };  // false for NaN
  const Conditions& conditions = sample.conditions;
  return !off(conditions.canary_compute, medians.compute) && !off(conditions.canary_memory, medians.memory) &&
         !(conditions.involuntary_switches > 0) && !(conditions.major_faults > 0) &&
         !(conditions.run_delay >= 0.005 * sample.seconds);
}

std::vector<const Sample*> in_time_order(const Measurement& measurement) {
  std::vector<const Sample*> samples;
  samples.reserve(measurement.samples.size());
  for (const Sample& sample : measurement.samples) {
    if (sample.stage == Stage::measure) samples.push_back(&sample);
  }
  const auto before = [](const Sample* a, const Sample* b) {
    return std::tie(a->start, a->launch, a->repetition) < std::tie(b->start, b->launch, b->repetition);
  };
  if (!std::is_sorted(samples.begin(), samples.end(), before)) std::sort(samples.begin(), samples.end(), before);
  return samples;
}

Units launches_of(const Measurement& measurement) { return units_of(in_time_order(measurement), measurement.quantity); }

bool stationary(const Summary& summary) { return !(summary.drift_p < 0.03); }

Summary summarise(const Measurement& measurement, const CanaryMedians& medians) {
  Summary summary;
  const auto samples = in_time_order(measurement);
  summary.measured_seconds = sum_of_seconds(samples);
  Units launches = units_of(samples, measurement.quantity);
  summary.n = static_cast<int>(samples.size());
  summary.launches = static_cast<int>(launches.size());
  // A sample without work has no cost. To leave it out would be to choose among samples, so nothing is told.
  if (!usable(launches)) return summary;
  const Conversion converted(measurement.quantity);
  summary.launch_share = launches.size() > 1 ? rounded(unit_share(launches)) : not_available;
  summary.autocorrelation = rounded(autocorrelation(residuals(launches)));
  summary.drift_p = rounded(drift(replicates(launches)).p());
  {
    const Pool pooled = pool(launches);
    Interval interval = interval_of(launches, pooled);
    if (measurement.status == Status::nonstationary) interval = with_thirds(interval, samples, measurement.quantity);
    converted.interval(interval, summary.low, summary.high);
    describe(pooled.values, converted, summary);
  }
  launches = {};  // of ten million samples, these and the pool are 240 MB
  describe_clean(samples, measurement, medians, converted, summary);
  describe_states(samples, measurement.quantity, medians.states, summary);
  return summary;
}

void flag_noise(Run& run) {
  run.canaries = canary_medians(run);
  for (Measurement& measurement : run.measurements) {
    const Summary summary = summarise(measurement, run.canaries);
    measurement.flags.contended = 2 * summary.clean < summary.n;
    measurement.flags.bimodal = !std::isnan(summary.slow_share) || summary.states_differ;
  }
}

}  // namespace sextant::results
