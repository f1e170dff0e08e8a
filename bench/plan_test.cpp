// SPDX-License-Identifier: Apache-2.0
#include "bench/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/console.hpp"
#include "bench/durations.hpp"

namespace sextant::bench {
namespace {

using probes::Unit;
using testing::HasSubstr;

probes::Probe probe_named(const std::string& name, probes::Availability availability = {}) {
  probes::Probe probe;
  probe.name = name;
  probe.quantity = {"bandwidth", Unit::byte_per_second};
  probe.axes = [](const probes::Machine&, bool quick) {
    return std::vector<probes::Axis>{
        {"footprint", Unit::byte, probes::powers_of_two(16384, quick ? 65536 : 1048576), ""},
        {"type", Unit::text, probes::words({"f32", "int8"}), ""}};
  };
  probe.available = [availability](const probes::Machine&) { return availability; };
  return probe;
}

const std::vector<probes::Probe> all{probe_named("memory.read"), probe_named("memory.latency"),
                                     probe_named("net.allreduce", probes::unavailable("no MPI"))};

std::string usage_error(const Request& request) {
  try {
    make_plan(all, {}, request);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

Request with_prefix(const std::string& prefix) {
  Request request;
  request.prefixes = {prefix};
  return request;
}

Request with_set(const std::string& text) {
  Request request;
  request.overrides = {text};
  return request;
}

TEST(Plan, APrefixCoversWholePartsOfAName) {
  EXPECT_EQ(make_plan(all, {}, with_prefix("memory")).size(), 2u);
  EXPECT_EQ(make_plan(all, {}, with_prefix("memory.read")).size(), 1u);
  EXPECT_THAT(usage_error(with_prefix("mem")), HasSubstr("no probe is named 'mem'"));
}

TEST(Plan, SinglePointsStandBesideTheProductUnlessTheUserSetsAnAxis) {
  auto probes = all;
  probes[0].beside = [](const probes::Machine&, bool quick) {
    const probes::Point point{{"footprint", 4096.0}, {"type", "int4"}};
    return quick ? std::vector<probes::Point>{} : std::vector<probes::Point>{point};
  };
  EXPECT_EQ(make_plan(probes, {}, with_prefix("memory.read"))[0].points.size(), 7u * 2 + 1);
  EXPECT_EQ(make_plan(probes, {}, with_prefix("memory.read"))[0].points.back().word("type"), "int4");
  Request request = with_set("memory.read.footprint=64KiB");
  EXPECT_EQ(make_plan(probes, {}, request)[0].points.size(), 2u);
  request.overrides = {"memory.latency.footprint=64KiB"};  // another probe's axis
  EXPECT_EQ(make_plan(probes, {}, request)[0].points.size(), 7u * 2 + 1);
  request.overrides.clear();
  request.mode = "quick";
  EXPECT_EQ(make_plan(probes, {}, request)[0].points.size(), 3u * 2);
}

TEST(Plan, AWrongNameSuggestsTheNearest) {
  EXPECT_THAT(usage_error(with_prefix("memory.raed")), HasSubstr("did you mean 'memory.read'?"));
  EXPECT_THAT(usage_error(with_prefix("memroy")), HasSubstr("did you mean 'memory'?"));
}

TEST(Plan, AFilterThatMatchesNothingIsAnErrorNotAnEmptySuccess) {
  Request request;
  request.filter = "gpu";
  EXPECT_THAT(usage_error(request), HasSubstr("matches no probe"));
  request.filter = "[";
  EXPECT_THAT(usage_error(request), HasSubstr("not a regular expression"));
}

TEST(Plan, SetReplacesTheValuesOfOneAxisOfOneProbe) {
  Request request = with_set("memory.read.footprint=64KiB,1MiB,4096");
  request.mode = "quick";
  const auto plan = make_plan(all, {}, request);
  EXPECT_EQ(plan[0].points.size(), 6u);
  EXPECT_EQ(plan[0].points[0].number("footprint"), 65536);
  EXPECT_EQ(plan[0].points[5].number("footprint"), 4096);
  EXPECT_EQ(plan[1].points.size(), 6u);  // untouched: 16, 32, 64 KiB x 2 types
}

TEST(Plan, SetSaysWhatIsWrong) {
  EXPECT_THAT(usage_error(with_set("memory.read.footprnt=1")), HasSubstr("did you mean 'footprint'?"));
  EXPECT_THAT(usage_error(with_set("memory.reed.footprint=1")), HasSubstr("did you mean 'memory.read'?"));
  EXPECT_THAT(usage_error(with_set("memory.read.footprint=12 s")), HasSubstr("wrong unit"));
  EXPECT_THAT(usage_error(with_set("memory.read.footprint=lots")), HasSubstr("'lots' is not a value of footprint"));
  EXPECT_THAT(usage_error(with_set("footprint")), HasSubstr("write probe.axis=value"));
}

TEST(Plan, AProbeThatCannotRunHereStaysInThePlanWithItsSentence) {
  const auto plan = make_plan(all, {}, {});
  EXPECT_FALSE(plan[2].availability.ready);
  EXPECT_THAT(describe(plan, "quick"), HasSubstr("skipped: no MPI"));
}

TEST(Plan, PointsAreWrittenForPeople) {
  const auto plan = make_plan(all, {}, {});
  EXPECT_EQ(describe(plan[0].points[0], plan[0].table), "footprint=16 KiB type=f32");
}

TEST(Durations, AreReadWithTheirUnit) {
  EXPECT_EQ(parse_duration("90"), 90);
  EXPECT_EQ(parse_duration("10m"), 600);
  EXPECT_EQ(parse_duration("2h"), 7200);
  EXPECT_THROW(parse_duration("soon"), UsageError);
  EXPECT_THROW(parse_duration("-3s"), UsageError);
  EXPECT_THROW(parse_duration("3 GB"), UsageError);
}

}  // namespace
}  // namespace sextant::bench
