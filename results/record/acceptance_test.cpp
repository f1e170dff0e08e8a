// SPDX-License-Identifier: Apache-2.0
// statistics.md section 11: the interval that stands in summary.csv covers the true median as often as it says. By
// default a short version runs; SEXTANT_TRIALS=2000 is the full one, as the test `acceptance` that is labelled slow.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <random>

#include "results/record/summary.hpp"

namespace sextant::results {
namespace {

int trials() {
  const char* wanted = std::getenv("SEXTANT_TRIALS");
  return wanted ? std::atoi(wanted) : 200;
}

// 92 to 98 % in the full version; the short one may miss by three standard errors of a share of 5 %.
double slack() { return trials() >= 2000 ? 0 : 3 * std::sqrt(0.05 * 0.95 / trials()); }

using Random = std::mt19937_64;
using Launch = std::vector<double>;

// Fills one launch of n samples.
struct Case {
  const char* name;
  double median;
  std::function<Launch(Random&, int)> launch;
};

double normal(Random& random) { return std::normal_distribution<double>()(random); }
double uniform(Random& random) { return std::uniform_real_distribution<double>()(random); }

Launch independent(Random& random, int n, const std::function<double(Random&)>& draw) {
  Launch launch;
  for (int i = 0; i < n; ++i) launch.push_back(draw(random));
  return launch;
}

Launch correlated(Random& random, int n) {
  Launch launch;
  double x = normal(random);
  for (int i = 0; i < n; ++i) {
    launch.push_back(std::exp(0.1 * x));
    x = 0.5 * x + std::sqrt(0.75) * normal(random);
  }
  return launch;
}

Launch nested(Random& random, int n) {
  const double own = std::exp(0.03 * normal(random));
  return independent(random, n, [&](Random& r) { return own * std::exp(0.02 * normal(r)); });
}

const Case cases[] = {
    // Spikes lie above the body: its share below the median is 0.5/0.95, z = 0.0660.
    {"lognormal with spikes", std::exp(0.1 * 0.06601),
     [](Random& random, int n) {
       return independent(random, n, [](Random& r) {
         return uniform(r) < 0.05 ? 1.5 + std::exponential_distribution<double>(2)(r) : std::exp(0.1 * normal(r));
       });
     }},
    {"Pareto tail", 1 + 0.05 * std::pow(2, 1 / 1.5),
     [](Random& random, int n) {
       return independent(random, n, [](Random& r) { return 1 + 0.05 * std::pow(1 - uniform(r), -1 / 1.5); });
     }},
    // 70 % around 1, 30 % far above: the share of the first below the median is 0.5/0.7, z = 0.5659.
    {"two modes", std::exp(0.02 * 0.565949),
     [](Random& random, int n) {
       return independent(random, n,
                          [](Random& r) { return (uniform(r) < 0.7 ? 1 : 1.3) * std::exp(0.02 * normal(r)); });
     }},
    {"correlated samples", 1, correlated},
    {"launches that differ", 1, nested},
};

struct Layout {
  int launches, samples;
};

Measurement measured(const Case& what, Layout layout, Random& random) {
  Measurement measurement;
  measurement.quantity = {"latency", Unit::second};
  for (int launch = 0; launch < layout.launches; ++launch) {
    for (const double seconds : what.launch(random, layout.samples)) {
      Sample sample;
      sample.seconds = seconds;
      sample.operations = 1;
      sample.launch = launch;
      sample.start = double(measurement.samples.size());
      measurement.samples.push_back(sample);
    }
  }
  return measurement;
}

class Coverage : public testing::TestWithParam<std::tuple<Case, Layout>> {};

TEST_P(Coverage, OfTheTrueMedianIsNominal) {
  const auto& [what, layout] = GetParam();
  Random random(20240229);
  int covered = 0, naive = 0;
  for (int t = 0; t < trials(); ++t) {
    const Measurement measurement = measured(what, layout, random);
    const Summary summary = summarise(measurement);
    covered += summary.low <= what.median && what.median <= summary.high;
    const auto pooled = pool(launches_of(measurement)).values;
    const auto ranks = interval_ranks(int(pooled.size()), 0.5);
    naive += ranks && pooled[std::size_t(ranks->low - 1)] <= what.median &&
             what.median <= pooled[std::size_t(ranks->high - 1)];
  }
  const double share = double(covered) / trials();
  std::printf("%s, %d x %d: covered %.3f, as if all samples were independent %.3f\n", what.name, layout.launches,
              layout.samples, share, double(naive) / trials());
  EXPECT_GE(share, 0.92 - slack());
  EXPECT_LE(share, 0.98 + slack());
  if (std::string(what.name) == "launches that differ" && layout.samples >= 20) {
    EXPECT_LT(double(naive) / trials(), 0.8);  // what the launches are there for
  }
}

INSTANTIATE_TEST_SUITE_P(Launches, Coverage,
                         testing::Combine(testing::ValuesIn(cases),
                                          testing::Values(Layout{3, 10}, Layout{5, 4}, Layout{5, 20}, Layout{10, 32})));
// One launch, as another tool's output has it: nothing is known about launches that differ.
INSTANTIATE_TEST_SUITE_P(OneLaunch, Coverage,
                         testing::Combine(testing::ValuesIn(cases, cases + 4), testing::Values(Layout{1, 200})));

}  // namespace
}  // namespace sextant::results
