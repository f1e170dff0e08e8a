// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "probes/memory/pass_times.hpp"
#include "probes/memory/trials.hpp"
#include "probes/memory/tuning.hpp"
#include "probes/probes.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

Point point_of(Stream stream, Store store, double footprint = 65536, double threads = 1) {
  Point point{{"footprint", footprint}, {"threads", threads}};
  if (stream != Stream::read) {
    point.set("store", std::string(store == Store::regular ? "regular" : "nontemporal"));
  }
  return point;
}

struct Kind {
  Stream stream;
  Store store;
};

// Mutants: each kernel with one element wrong, one block skipped, or a stale answer must fail verify().
class MemoryStreams : public testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<Trial> trial(StreamKernel kernel = stream_passes) {
    return memory_stream_trial(bench.workspace, kind.stream, point_of(kind.stream, kind.store), std::move(kernel));
  }

  bool reads() const { return kind.stream == Stream::read; }

  Kind kind = GetParam();
  Bench bench;
};

TEST_P(MemoryStreams, AreSound) { expect_sound(trial()); }

TEST_P(MemoryStreams, OneElementWrong) {
  expect_caught(trial([this](Stream stream, Store store, const Shape& shape, const Part& part, std::uint64_t first,
                             std::uint64_t passes) {
    const std::uint64_t left = stream_passes(stream, store, shape, part, first, passes);
    if (reads())
      return left - part.words(0)[100] + part.words(0)[101];  // one word read at the wrong place, in one pass
    part.words(0)[100] ^= 1;
    return left;
  }));
}

TEST_P(MemoryStreams, OneBlockSkipped) {
  expect_caught(trial([this](Stream stream, Store store, const Shape& shape, const Part& part, std::uint64_t first,
                             std::uint64_t passes) {
    const auto block = part.words(0).subspan(512, 64);
    const std::vector<std::uint64_t> before(block.begin(), block.end());
    std::uint64_t left = stream_passes(stream, store, shape, part, first, passes);
    if (reads()) {
      for (const std::uint64_t word : block) left -= word;
    } else {
      std::copy(before.begin(), before.end(), block.begin());
    }
    return left;
  }));
}

TEST_P(MemoryStreams, PassesLeftOut) {
  // The first of the passes stands for all, the last is done properly.
  expect_caught(trial(
      [](Stream stream, Store store, const Shape& shape, const Part& part, std::uint64_t first, std::uint64_t passes) {
        const std::uint64_t left = stream_passes(stream, store, shape, part, first, 1) * (passes - 1);
        return left + stream_passes(stream, store, shape, part, first + passes - 1, 1);
      }));
}

TEST_P(MemoryStreams, StaleAnswerOfThePreviousRun) {
  std::uint64_t previous = 0;
  expect_caught(trial(
      [&](Stream stream, Store store, const Shape& shape, const Part& part, std::uint64_t first, std::uint64_t passes) {
        return std::exchange(previous, stream_passes(stream, store, shape, part, first, passes));
      }));
}

TEST_P(MemoryStreams, StaleDestination) {
  if (reads()) return;  // has no destination
  // The answers are right, but the last pass of a run did not reach memory.
  expect_caught(trial(
      [](Stream stream, Store store, const Shape& shape, const Part& part, std::uint64_t first, std::uint64_t passes) {
        const std::uint64_t left = stream_passes(stream, store, shape, part, first, passes);
        stream_passes(stream, store, shape, part, first + passes - 2, 1);
        return left;
      }));
}

TEST_P(MemoryStreams, PointsShareTheArenaWithoutDisturbingEachOther) {
  std::vector<std::unique_ptr<Trial>> trials;
  for (double footprint : {16384.0, 65536.0, 1048576.0, 3e6}) {
    for (double threads = 1; threads <= std::min<double>(2, double(bench.machine.processors.size())); ++threads) {
      trials.push_back(
          memory_stream_trial(bench.workspace, kind.stream, point_of(kind.stream, kind.store, footprint, threads)));
    }
  }
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& each : trials) {
      each->run(7);
      EXPECT_NO_THROW(each->verify());
    }
  }
}

TEST_P(MemoryStreams, SayWhatTheyMoveAndHow) {
  const Work work = trial()->run(10);
  const double arrays = arrays_of(kind.stream), array = std::floor(65536 / arrays / 64) * 64;
  EXPECT_EQ(work.bytes, 10 * arrays * array);
  ASSERT_EQ(work.extras.size(), memory_copy().extras.size());
  EXPECT_GE(work.extras[0], work.extras[1]);
  EXPECT_GT(work.extras[1], 0);
  const bool allocates = !reads() && kind.store == Store::regular;
  EXPECT_EQ(work.extras[2], 10 * (arrays + (allocates ? 1 : 0)) * array);
  const Shape shape{int(work.extras[3]), int(work.extras[4]), int(work.extras[5])};
  const auto shapes = stream_shapes();
  EXPECT_NE(std::find(shapes.begin(), shapes.end(), shape), shapes.end());
}

TEST_P(MemoryStreams, RefuseSharesThatWouldMeasureTheLoop) {
  EXPECT_THROW(memory_stream_trial(bench.workspace, kind.stream, point_of(kind.stream, kind.store, 16384, 8)),
               Unavailable);
}

TEST_P(MemoryStreams, RefuseMoreThanThereIs) {
  EXPECT_THROW(memory_stream_trial(bench.workspace, kind.stream, point_of(kind.stream, kind.store, 0x1p40)),
               Unavailable);
  EXPECT_THROW(memory_stream_trial(bench.workspace, kind.stream, point_of(kind.stream, kind.store, 0x1p26, 0x1p13)),
               Unavailable);
}

TEST_P(MemoryStreams, TakePagesOfTheirOwnWhereAPlaceIsAskedFor) {
  Point point = point_of(kind.stream, kind.store);
  point.set("pages", std::string("small"));
  expect_sound(memory_stream_trial(bench.workspace, kind.stream, point));
}

std::string name_of(const testing::TestParamInfo<Kind>& kind) {
  const char* const names[] = {"read", "write", "copy", "triad"};
  return names[int(kind.param.stream)] + std::string(kind.param.store == Store::regular ? "" : "_past");
}

TEST_P(MemoryStreams, TakePagesOfTheirOwnWhereThereAreSeveralNodes) {
  bench.machine.nodes = {{0, bench.machine.processors, 1}, {1, {}, 1}};
  const auto one = trial(), other = trial();
  one->run(3), other->run(2);
  EXPECT_NO_THROW(one->verify());  // although another trial has run since
  EXPECT_NO_THROW(other->verify());
}

INSTANTIATE_TEST_SUITE_P(All, MemoryStreams,
                         testing::Values(Kind{Stream::read, Store::regular}, Kind{Stream::write, Store::regular},
                                         Kind{Stream::write, Store::nontemporal}, Kind{Stream::copy, Store::regular},
                                         Kind{Stream::copy, Store::nontemporal}, Kind{Stream::triad, Store::regular},
                                         Kind{Stream::triad, Store::nontemporal}),
                         name_of);

TEST(MemoryStreamsRefuse, AStoreThatIsNone) {
  Bench bench;
  const Point point{{"footprint", 65536.0}, {"threads", 1.0}, {"store", std::string("temporal")}};
  EXPECT_THROW(memory_stream_trial(bench.workspace, Stream::copy, point), Unavailable);
}

TEST(MemoryStreamsRefuse, LessThanAPageForEachArray) {
  Bench tiny(2 * 4096);
  const Point point = point_of(Stream::triad, Store::regular, 4096);
  EXPECT_THROW(memory_stream_trial(tiny.workspace, Stream::triad, point), Unavailable);
}

// A script of stamps: two members, groups of four passes, ten bytes a pass.
TEST(PassTimes, OfATeamEndWithTheLastMember) {
  PassTimes times(2, 4);
  EXPECT_EQ(times.begin(12), 4u);
  for (int group = 0; group <= 3; ++group) times.stamp(0, std::size_t(group), 100 + group);  // a second each
  const double second[] = {100.5, 102, 102.5, 106};
  for (int group = 0; group <= 3; ++group) times.stamp(1, std::size_t(group), second[group]);
  // The latest ends are 102, 102.5 and 106, after a start at 100: 2, 0.5 and 3.5 seconds for 40 bytes each.
  const PassRates rates = times.rates(10);
  EXPECT_DOUBLE_EQ(rates.best, 40 / 0.5);
  EXPECT_DOUBLE_EQ(rates.typical, 40 / 2.0);
}

TEST(PassTimes, LeaveOutAShortLastGroupUnlessItIsTheOnlyOne) {
  PassTimes times(1, 4);
  times.begin(5);
  times.stamp(0, 0, 0), times.stamp(0, 1, 1), times.stamp(0, 2, 1.001);
  EXPECT_DOUBLE_EQ(times.rates(10).best, 40);
  times.begin(3);
  EXPECT_DOUBLE_EQ(times.rates(10).best, 30);
}

TEST(PassTimes, MakeGroupsLargerBeforeStampsRunOut) {
  PassTimes times(3, 1);
  EXPECT_EQ(times.begin(256), 1u);
  EXPECT_EQ(times.begin(257), 2u);
  EXPECT_EQ(times.begin(1'000'000), 3907u);
}

TEST(PassTimes, OfAClockThatStandsStillAreNotAvailable) {
  PassTimes times(1, 1);
  times.begin(2);
  for (std::size_t group = 0; group <= 2; ++group) times.stamp(0, group, 7);
  EXPECT_TRUE(std::isnan(times.rates(10).best));
  EXPECT_TRUE(std::isnan(times.rates(10).typical));
}

Machine two_nodes() {
  Machine machine;
  machine.processors = {0, 1, 2, 3, 4, 5, 6, 7};
  machine.scattered = {0, 4, 1, 5, 2, 6, 3, 7};
  machine.nodes = {{0, {0, 1, 2, 3}, 1}, {1, {4, 5, 6, 7}, 1}, {2, {}, 1}};  // the last is memory alone
  machine.available_memory = std::size_t(64) << 30;
  return machine;
}

TEST(MemoryStreamsBeside, CoverPagesBindingsAndTheMatrixOfNodesAtTheLargestFootprint) {
  for (const Probe& probe : {memory_read(), memory_write(), memory_copy(), memory_triad()}) {
    const auto all = probe.beside(two_nodes(), false);
    std::multiset<std::string> seen;
    for (const Point& point : all) {
      EXPECT_EQ(point.number("footprint"), 0x1p30) << probe.name;
      if (point.word("pages") != "transparent") seen.insert("pages");
      if (point.word("binding") == "scattered") {
        seen.insert("binding");
        EXPECT_THAT(point.number("threads"), testing::AnyOf(2, 4));  // 1 and 8 are the same either way
      }
      if (point.word("placement") != "local") {
        seen.insert(point.word("placement"));
        EXPECT_EQ(point.number("threads"), 4);
      }
    }
    EXPECT_EQ(seen, (std::multiset<std::string>{"0:0", "0:1", "0:2", "1:0", "1:1", "1:2", "binding", "binding", "pages",
                                                "pages", "pages", "pages"}))
        << probe.name;
  }
}

TEST(MemoryStreamsBeside, IsNonTemporalStoresAloneWhenQuick) {
  EXPECT_TRUE(memory_read().beside(two_nodes(), true).empty());
  const auto copy = memory_copy().beside(two_nodes(), true);
  ASSERT_EQ(copy.size(), 2u);
  for (const Point& point : copy) EXPECT_EQ(point.word("store"), "nontemporal");
  Machine one = two_nodes();
  one.processors = {0};
  EXPECT_EQ(memory_copy().beside(one, true).size(), 1u);
}

TEST(MemoryStreamsQuick, HasFewPoints) {
  EXPECT_EQ(points(memory_read().axes(two_nodes(), true)).size(), 18u);
  EXPECT_EQ(points(memory_triad().axes(two_nodes(), true)).size(), 6u);
}

TEST(Tuning, PicksAFormThatTheMachineHasAndLeavesSourcesAlone) {
  Bench bench;
  alignas(64) static std::uint64_t arrays[3][4096];
  for (std::uint64_t i = 0; i < 4096; ++i) arrays[1][i] = i;
  const Part part{{reinterpret_cast<std::byte*>(arrays[0]), reinterpret_cast<std::byte*>(arrays[1]), nullptr}, 4096};
  const Tuned tuned = tune(bench.workspace.team(1), {&part, 1}, Stream::copy, Store::regular);
  const auto shapes = stream_shapes();
  EXPECT_NE(std::find(shapes.begin(), shapes.end(), tuned.shape), shapes.end());
  EXPECT_GT(tuned.pass_seconds, 0);
  for (std::uint64_t i = 0; i < 4096; ++i) ASSERT_EQ(arrays[1][i], i);
}

}  // namespace
}  // namespace sextant::probes
