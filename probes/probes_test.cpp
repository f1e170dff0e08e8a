// SPDX-License-Identifier: Apache-2.0
#include "probes/probes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "probes/test_bench.hpp"

namespace sextant::probes {
namespace {

const Axis& axis(const std::vector<Axis>& axes, const std::string& name) {
  return *std::find_if(axes.begin(), axes.end(), [&](const Axis& each) { return each.name == name; });
}

double last(const Axis& axis) { return std::get<double>(axis.values.back()); }

class EachProbe : public testing::TestWithParam<std::size_t> {
 protected:
  Probe probe = cpu_probes()[GetParam()];
};

TEST_P(EachProbe, SmallestPointVerifies) {
  Bench bench;
  if (const Availability here = probe.available(bench.machine); !here.ready) GTEST_SKIP() << here.reason;
  const auto trial = probe.prepare(bench.workspace, points(probe.axes(bench.machine, true)).front());
  const Work work = trial->run(3);
  EXPECT_NO_THROW(trial->verify());
  EXPECT_GT(work.seconds, 0);
  results::Sample sample;
  sample.seconds = work.seconds.value();
  sample.operations = work.operations;
  sample.bytes = work.bytes;
  EXPECT_GT(results::cost_of(probe.quantity, sample), 0);
}

TEST_P(EachProbe, WorkIsProportionalToIterations) {
  Bench bench;
  if (const Availability here = probe.available(bench.machine); !here.ready) GTEST_SKIP() << here.reason;
  const auto trial = probe.prepare(bench.workspace, points(probe.axes(bench.machine, true)).front());
  const Work one = trial->run(1), five = trial->run(5);
  EXPECT_EQ(five.operations, 5 * one.operations);
  EXPECT_EQ(five.bytes, 5 * one.bytes);
}

TEST_P(EachProbe, PointsFitIntoLittleMemory) {
  const Machine machine = machine_with(256 * mebibyte);
  for (const bool quick : {true, false}) {
    for (const Point& point : points(probe.axes(machine, quick))) {
      if (point.has("footprint")) {
        EXPECT_LE(point.number("footprint"), 64.0 * mebibyte);
      }
    }
  }
}

TEST_P(EachProbe, OneProcessorIsEnoughOrThereIsASentence) {
  Machine machine = machine_with(256 * mebibyte);
  machine.processors.resize(1);
  Workspace workspace(machine, {}, 1);
  const auto all = points(probe.axes(machine, true));
  ASSERT_FALSE(all.empty());
  if (const Availability here = probe.available(machine); !here.ready) {
    EXPECT_FALSE(here.reason.empty());
    EXPECT_THROW(probe.prepare(workspace, all.front()), Unavailable);
    return;
  }
  for (const Point& point : all) {
    if (point.has("threads")) {
      EXPECT_EQ(point.number("threads"), 1);
    }
  }
  const auto trial = probe.prepare(workspace, all.front());
  trial->run(2);
  EXPECT_NO_THROW(trial->verify());
}

TEST_P(EachProbe, NoMemoryIsAReasonNotACrash) {
  Bench bench(0);
  for (const Axis& each : probe.axes(bench.machine, true)) EXPECT_FALSE(each.values.empty()) << each.name;
}

INSTANTIATE_TEST_SUITE_P(Cpu, EachProbe, testing::Range(std::size_t(0), cpu_probes().size()), [](const auto& index) {
  std::string name = cpu_probes()[index.param].name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST(CpuProbes, NamesAreUniqueAndEverythingIsSaid) {
  std::set<std::string> names;
  for (const Probe& probe : cpu_probes()) {
    EXPECT_TRUE(names.insert(probe.name).second) << probe.name;
    EXPECT_FALSE(probe.summary.empty()) << probe.name;
    EXPECT_EQ(probe.worker, "sextant") << probe.name;
    for (const Axis& each : probe.axes(detect_machine(), false)) EXPECT_FALSE(each.description.empty()) << probe.name;
  }
}

TEST(CpuProbes, AreDescribedInTheReadme) {
  std::ifstream file(SEXTANT_SOURCE_DIR "/probes/README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  for (const Probe& probe : cpu_probes()) {
    std::string axes;
    for (const Axis& each : probe.axes(detect_machine(), true)) axes += (axes.empty() ? "" : ", ") + each.name;
    const std::string row = "| `" + probe.name + "` | " + probe.summary + " | " + probe.quantity.name + " (" +
                            std::string(code(probe.quantity.unit)) + ") | " + axes + " |\n";
    EXPECT_NE(readme.find(row), std::string::npos) << row;
  }
}

TEST(Axes, ReachWellBeyondTheCachesWhereMemoryAllows) {
  Machine machine = machine_with(std::size_t(24) << 30);
  machine.processors = {0, 1, 2, 3, 4, 5};
  const auto read = memory_read().axes(machine, false);
  EXPECT_EQ(last(axis(read, "footprint")), 0x1p30);
  EXPECT_EQ(axis(read, "threads").values, numbers({1, 2, 4, 6}));
  EXPECT_EQ(axis(memory_read().axes(machine, true), "threads").values, numbers({1, 6}));
  EXPECT_EQ(axis(memory_read().axes(machine, true), "footprint").values.size(), 9u);
  EXPECT_EQ(last(axis(near_data_gemv().axes(machine, false), "footprint")), 0x1p29);
  EXPECT_EQ(axis(sync_barrier().axes(machine, false), "threads").values, numbers({2, 4, 6}));
}

TEST(Axes, InterferenceTakesAllPairsOfFewProcessorsAndTheLowestWithAllOfMany) {
  Machine machine = machine_with(std::size_t(24) << 30);
  machine.processors = {0, 2, 4, 6, 1, 3, 5, 7};  // two threads a core
  machine.cores = 4;
  const auto all = cpu_interference().axes(machine, false);
  EXPECT_EQ(axis(all, "first").values, numbers({0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(axis(all, "second").values, axis(all, "first").values);
  const auto quick = cpu_interference().axes(machine, true);
  EXPECT_EQ(axis(quick, "first").values, numbers({0, 1, 2, 4}));  // 1 shares the core of 0
  EXPECT_EQ(axis(quick, "second").values, numbers({0, 1, 2, 4}));
  machine.processors = {8, 9, 10, 11, 12, 13, 14, 15, 3};
  machine.cores = 9;
  const auto many = cpu_interference().axes(machine, false);
  EXPECT_EQ(axis(many, "first").values, numbers({3}));
  EXPECT_EQ(axis(many, "second").values, numbers({3, 8, 9, 10, 11, 12, 13, 14, 15}));
}

}  // namespace
}  // namespace sextant::probes
