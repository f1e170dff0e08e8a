// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/meters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/perf_event.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <ctime>
#include <filesystem>

#include "probes/machine/constructed.hpp"
#include "probes/probe/team.hpp"
#include "probes/probe/workspace.hpp"

// Energy counters and the kinds of processors are read from trees written here, after the kernel's documentation.
namespace sextant::probes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A root folder with energy zones.
struct Root : constructed::Files {
  void zone(const std::string& zone, const std::string& name, double microjoules, double range = 262143328850) const {
    write("sys/class/powercap/" + zone + "/name", name);
    write("sys/class/powercap/" + zone + "/energy_uj", std::to_string((long long)(microjoules)));
    write("sys/class/powercap/" + zone + "/max_energy_range_uj", std::to_string((long long)(range)));
  }
};

TEST(EnergyZones, AddPackagesAndTheirMemoryAndCountNothingTwice) {
  const Root root;
  root.write("sys/class/powercap/intel-rapl/enabled", "1");  // the control type itself: no zone
  root.zone("intel-rapl:0", "package-0", 1e6);
  root.zone("intel-rapl:0:0", "core", 5e5);  // inside the package
  root.zone("intel-rapl:0:1", "dram", 2e5);
  root.zone("intel-rapl:1", "package-1", 9e6);
  root.zone("intel-rapl:1:0", "uncore", 1e5);  // inside the package
  root.zone("intel-rapl:1:1", "dram", 0);
  root.zone("intel-rapl:2", "psys", 3e7);            // holds the packages
  root.zone("intel-rapl-mmio:0", "package-0", 1e6);  // the first package again
  const EnergyZones zones(root.root());
  EXPECT_EQ(zones.missing(), "");
  EXPECT_EQ(zones.names(), "package-0 dram package-1 dram");
  EnergyZones::Reading before{}, after{};
  zones.read(before);
  root.zone("intel-rapl:0", "package-0", 1e6 + 4e6);
  root.zone("intel-rapl:0:0", "core", 5e5 + 3e6);
  root.zone("intel-rapl:0:1", "dram", 2e5 + 5e5);
  root.zone("intel-rapl:1", "package-1", 9e6 + 2e6);
  root.zone("intel-rapl:1:1", "dram", 2.5e5);
  root.zone("intel-rapl:2", "psys", 3e7 + 1e7);
  root.zone("intel-rapl-mmio:0", "package-0", 1e6 + 4e6);
  zones.read(after);
  EXPECT_DOUBLE_EQ(zones.joules(before, after), 4 + 0.5 + 2 + 0.25);
  EXPECT_TRUE(std::isnan(zones.joules(before, before)));  // a machine that uses nothing is one that says nothing
}

TEST(EnergyZones, ReadOnWhenACounterWraps) {
  const Root root;
  root.zone("intel-rapl:0", "package-0", 9e5, 1e6);
  root.zone("intel-rapl:0:0", "dram", 100, 1e6);
  const EnergyZones zones(root.root());
  EnergyZones::Reading before{}, after{};
  zones.read(before);
  root.zone("intel-rapl:0", "package-0", 1e5, 1e6);
  root.zone("intel-rapl:0:0", "dram", 300, 1e6);
  zones.read(after);
  EXPECT_DOUBLE_EQ(zones.joules(before, after), 1e-6 * (2e5 + 200));
}

TEST(EnergyZones, AreNotAvailableRatherThanZero) {
  const Root root;
  const EnergyZones none(root.root());
  EXPECT_THAT(none.missing(), HasSubstr("no energy counters"));
  EXPECT_FALSE(none.forbidden());
  EnergyZones::Reading reading{};
  none.read(reading);
  EXPECT_TRUE(std::isnan(none.joules(reading, reading)));

  root.zone("intel-rapl:0", "package-0", 1);
  root.write("sys/class/powercap/intel-rapl:0/energy_uj", "ENODATA");  // one that cannot be read any more
  const EnergyZones damaged(root.root());
  EXPECT_EQ(damaged.missing(), "");
  damaged.read(reading);
  EXPECT_TRUE(std::isnan(damaged.joules(reading, reading)));
}

// Since the power side channel of 2020 the counters belong to root; everything else in the zone stays readable.
TEST(EnergyZones, OneThatIsForRootAloneLeavesNoSumOfTheRest) {
  const Root root;
  root.zone("intel-rapl:0", "package-0", 1);
  root.zone("intel-rapl:1", "package-1", 1);
  chmod((root.root() / "sys/class/powercap/intel-rapl:1/energy_uj").c_str(), 0);
  const bool was_root = geteuid() == 0;
  if (was_root) {
    ASSERT_EQ(seteuid(65534), 0);
  }
  const EnergyZones zones(root.root());
  if (was_root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_TRUE(zones.forbidden());
  EXPECT_THAT(zones.missing(), HasSubstr("for root alone"));
  EnergyZones::Reading reading{};
  zones.read(reading);
  EXPECT_TRUE(std::isnan(zones.joules(reading, reading)));
}

TEST(PerfCounter, WhatTookTurnsIsScaledToTheWholeTime) {
  EXPECT_EQ(counted({100, 1000, 1000}, {350, 2000, 2000}), 250);
  EXPECT_EQ(counted({100, 1000, 500}, {350, 3000, 1000}), 1000);  // ran a quarter of the time
  EXPECT_EQ(counted({100, 1000, 500}, {100, 3000, 1000}), 0);     // ran, and there was nothing to count
  EXPECT_TRUE(std::isnan(counted({100, 1000, 500}, {100, 3000, 500})));
  EXPECT_TRUE(std::isnan(counted({}, {})));
}

TEST(PerfCounter, OneThatThereIsNoneOfIsNotAvailable) {
  const PerfCounter none(PERF_TYPE_MAX + 1000, 0);
  EXPECT_NE(none.error(), 0);
  EXPECT_TRUE(std::isnan(counted({}, none.read())));
}

double thread_seconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return double(used.tv_sec) + 1e-9 * double(used.tv_nsec);
}

void work(double seconds) {
  const double begin = thread_seconds();
  while (thread_seconds() - begin < seconds) {
  }
}

// Where the kernel refuses perf_event_open.
void expect_nothing_counted(const PerfCounter& refused) {
  EXPECT_TRUE(std::isnan(counted(refused.read(), refused.read())));
}

// The one counter that needs no hardware: nanoseconds of processor time.
TEST(PerfCounter, FollowsTheThreadsThatAreStartedAfterIt) {
  const PerfCounter before_the_team(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
  if (before_the_team.error() != 0) return expect_nothing_counted(before_the_team);
  const int processor = detect_machine().processors.front();
  Team team({processor, processor, processor});
  const PerfCounter after_the_team(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
  const Count first = before_the_team.read(), late = after_the_team.read();
  team.run([](int member) {
    if (member > 0) work(0.01);
  });
  const double of_the_caller = counted(late, after_the_team.read());  // who waited
  // Two threads of 10 ms by another of the kernel's clocks, which need not agree to the last microsecond.
  EXPECT_GE(counted(first, before_the_team.read()), of_the_caller + 0.01e9);
}

TEST(PerfCounter, MovesItsHandle) {
  PerfCounter counter(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
  if (counter.error() != 0) return expect_nothing_counted(counter);
  const PerfCounter moved(std::move(counter));
  const Count before = moved.read();
  work(0.001);
  EXPECT_GT(counted(before, moved.read()), 0);
}

TEST(Meters, HaveFourColumnsBehindThoseOfTheProbe) {
  Probe probe;
  probe.extras = {{"own", Unit::second, "its own"}};
  const Probe metered = with_meters(probe);
  EXPECT_FALSE(probe.metered);
  EXPECT_TRUE(metered.metered);
  std::vector<std::string> names;
  for (const Column& column : metered.extras) names.push_back(column.name);
  EXPECT_THAT(names, ElementsAre("own", "cycles", "instructions", "cache_misses", "joules"));
  EXPECT_THAT(meter_columns(), SizeIs(meter_count));
}

TEST(Meters, CountOrAreNotAvailableButNeverZero) {
  const Root root;
  root.zone("intel-rapl:0", "package-0", 1e6);
  const Meters meters(root.root());
  Meters::Reading before{}, after{};
  meters.read(before);
  work(0.002);
  root.zone("intel-rapl:0", "package-0", 3e6);
  meters.read(after);
  const auto values = meters.between(before, after);
  for (const double value : {values[0], values[1]}) EXPECT_TRUE(std::isnan(value) || value > 0) << value;
  EXPECT_DOUBLE_EQ(values[3], 2);
  Environment environment;
  meters.note(environment);
  EXPECT_NE(fact(environment, "meters.counters"), "");
  EXPECT_EQ(fact(environment, "meters.energy"), "package-0");
  EXPECT_EQ(fact(environment, "meters.counters").starts_with("none"),
            std::isnan(values[0]) && std::isnan(values[1]) && std::isnan(values[2]));
}

// Constructed: an Intel laptop, whose kinds of cores have counters of their own.
TEST(Meters, DoNotCountHalfOfAHybridMachine) {
  const Root root;
  root.write("sys/devices/cpu_core/cpus", "0-11");
  root.write("sys/devices/cpu_atom/cpus", "12-19");
  const Meters meters(root.root());
  Meters::Reading before{}, after{};
  meters.read(before);
  work(0.001);
  meters.read(after);
  for (const double value : meters.between(before, after)) EXPECT_TRUE(std::isnan(value));
  Environment environment;
  meters.note(environment);
  EXPECT_EQ(fact(environment, "meters.counters"), "none: processors of several kinds count apart");
  EXPECT_THAT(fact(environment, "meters.energy"), HasSubstr("none: the kernel shows no energy counters"));
  EXPECT_THAT(environment.warnings, IsEmpty());
}

}  // namespace
}  // namespace sextant::probes
