// SPDX-License-Identifier: Apache-2.0
#include "bench/google_benchmark.hpp"

#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <memory>

#include "probes/probe/sampler.hpp"
#include "probes/probes.hpp"

namespace sextant::bench {
namespace {

// Keeps what Google Benchmark would print: work per iteration by benchmark name.
class Kept final : public benchmark::BenchmarkReporter {
 public:
  struct Counts {
    double bytes, operations;
    bool failed;
    std::map<std::string, double> counters;
  };
  std::map<std::string, Counts> counts;

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& reports) override {
    for (const Run& report : reports) {
      // Rates are per second of manual time: multiplied by the time of one iteration they are counts again.
      const double seconds = report.real_accumulated_time / double(report.iterations);
      const auto rate = [&](const char* name) {
        const auto found = report.counters.find(name);
        return found == report.counters.end() ? 0.0 : found->second.value * seconds;
      };
      std::map<std::string, double> counters;
      for (const auto& [name, counter] : report.counters) counters[name] = counter.value;
      counts[report.run_name.function_name] = {rate("bytes_per_second"), rate("items_per_second"),
                                               report.error_occurred, counters};
    }
  }
};

TEST(GoogleBenchmark, CountsTheSameBytesAndOperationsAsTheSampler) {
  probes::Machine machine = probes::detect_machine();
  machine.available_memory = std::size_t(64) << 20;  // small footprints: this is about counting, not about speed
  std::vector<probes::Probe> all = probes::cpu_probes();
  probes::Workspace workspace(machine, {}, 1);
  Kept kept;
  ASSERT_EQ(run_google_benchmark(make_plan(all, machine, {.mode = "quick"}), workspace, {"--benchmark_min_time=0.001"},
                                 &kept),
            0);
  int compared = 0;
  constexpr std::uint64_t iterations = 4;  // below five the sampler adds none of its random stretch
  for (probes::Probe& probe : all) {
    if (!probe.available(machine).ready) continue;
    const auto points = probes::points(probe.axes(machine, true));
    std::vector<probes::Assignment> assignments;
    for (int i = 0; i < int(points.size()); ++i) assignments.push_back({i, points[std::size_t(i)], iterations, 1});
    probes::Sink sink;
    sink.row = [&](int id, const results::Sample& sample) {
      std::string name = probe.name + "/" + results::to_text(points[std::size_t(id)]);
      for (char& c : name) c = c == ' ' ? '/' : c;
      const auto found = kept.counts.find(name);
      // Google Benchmark appends "/manual_time" and keeps our name as the function name.
      ASSERT_NE(found, kept.counts.end()) << name;
      ASSERT_FALSE(found->second.failed) << name;
      EXPECT_NEAR(found->second.bytes, sample.bytes / iterations, 1e-6 * sample.bytes) << name;
      EXPECT_NEAR(found->second.operations, sample.operations / iterations, 1e-6 * sample.operations) << name;
      ++compared;
    };
    sink.fail = [&](int, const std::string& reason) { ADD_FAILURE() << probe.name << ": " << reason; };
    probes::run_launch(probe, workspace, assignments, 0, probes::monotonic_clock(), 0, sink);
  }
  EXPECT_GT(compared, 5);
}

class Extras final : public probes::Trial {
 public:
  probes::Work run(std::uint64_t iterations) override {
    return {.operations = double(iterations),
            .bytes = 0,
            .seconds = 0.01 * double(iterations),
            .extras = {7, std::numeric_limits<double>::quiet_NaN()}};
  }
  void verify() override {}
};

TEST(GoogleBenchmark, ExtraColumnsAreCountersAndAPointIsPreparedOnce) {
  int prepared = 0;
  const probes::Probe probe{
      .name = "fake.extras",
      .summary = "",
      .quantity = {"latency", probes::Unit::second},
      .extras = {{"seven", probes::Unit::one, ""}, {"empty", probes::Unit::one, ""}},
      .axes = [](const probes::Machine&, bool) -> std::vector<probes::Axis> {
        return {{"size", probes::Unit::one, probes::numbers({1, 2, 3})}};
      },
      .available = [](const probes::Machine&) { return probes::Availability{}; },
      .prepare =
          [&](probes::Workspace&, const probes::Point&) {
            ++prepared;
            return std::make_unique<Extras>();
          },
  };
  const probes::Machine machine = probes::detect_machine();
  probes::Workspace workspace(machine, {}, 1);
  Kept kept;
  const auto plan = make_plan({probe}, machine, {.overrides = {"fake.extras.size=5,6"}, .mode = "quick"});
  ASSERT_EQ(run_google_benchmark(plan, workspace, {"--benchmark_min_time=0.2"}, &kept), 0);
  ASSERT_EQ(kept.counts.size(), 2u);  // the two of the override
  EXPECT_EQ(prepared, 2);             // although one iteration is too short, and more follow
  const auto& counters = kept.counts.at("fake.extras/size=5").counters;
  EXPECT_EQ(counters.at("seven"), 7);
  EXPECT_EQ(counters.count("empty"), 0u);
}

}  // namespace
}  // namespace sextant::bench
