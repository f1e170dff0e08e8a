// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/sparse_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "probes/kernels/reduce.hpp"
#include "probes/probe/workspace.hpp"
#include "storage/trial_test.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::WrongAnswer;
using testing::HasSubstr;

constexpr std::uint64_t span = std::uint64_t{4} << 20;
constexpr std::uint64_t row = 4096;  // 512 neurons
constexpr std::uint64_t active = 51;

SparsePoint point_of(Bundle bundle, unsigned threads = 1, std::uint64_t window = 0, std::uint64_t chunk = 16384) {
  return {span, bundle, row, 0.9, chunk, threads, window};
}

class SparseRowsTest : public TrialTest {
 protected:
  void SetUp() override {
    const std::string reason = unavailable_sentence([&] { trial(point_of(Bundle::row)); });
    if (!reason.empty()) GTEST_SKIP() << reason;
  }

  std::unique_ptr<probes::Trial> trial(const SparsePoint& point, SparseFaults faults = {}) {
    return sparse_trial(workspace_, point, Medium::anything, std::move(faults));
  }

  std::string verdict_of(const SparsePoint& point, SparseFaults faults) {
    const auto rows = trial(point, std::move(faults));
    rows->run(3);
    rows->run(4);
    return verdict(*rows);
  }
};

TEST_F(SparseRowsTest, CountsTokensAndBytes) {
  for (const Bundle bundle : {Bundle::row, Bundle::row_column}) {
    for (const unsigned threads : {1u, 2u, 20u}) {
      for (const std::uint64_t window : {0u, 1u, 5u}) {
        const auto rows = trial(point_of(bundle, threads, window));
        for (const std::uint64_t tokens : {1u, 5u}) {
          const probes::Work work = rows->run(tokens);
          EXPECT_EQ(work.operations, tokens);
          EXPECT_EQ(work.bytes, static_cast<double>(tokens * active * 2 * row));
          EXPECT_GT(*work.seconds, 0);
          ASSERT_EQ(work.extras.size(), sparse_rows().extras.size());
          const double hit_rate = work.extras[0], read = work.extras[1], amplification = work.extras[2];
          EXPECT_NEAR(amplification * work.bytes * (1 - hit_rate), read, 1e-6 * read);
          EXPECT_GE(amplification, 1);
          EXPECT_LE(amplification, 16384.0 / row);
          if (window == 0) {
            EXPECT_EQ(hit_rate, 0);
          }
          if (window == 1) {  // 26 of 51 are new
            EXPECT_NEAR(hit_rate, 25 / 51.0, 1e-9);
          }
          if (window == 5) {
            EXPECT_GE(hit_rate, 25 / 51.0);
          }
        }
        EXPECT_EQ(verdict(*rows), "right");
      }
    }
  }
}

TEST_F(SparseRowsTest, ReadsNoMoreThanWantedWhereAChunkIsABundle) {
  const auto rows = trial(point_of(Bundle::row_column, 2, 0, 2 * row));
  EXPECT_EQ(rows->run(3).extras[2], 1);
  EXPECT_EQ(verdict(*rows), "right");
}

TEST_F(SparseRowsTest, TakesRowsSmallerThanAPageAndLargerThanAChunk) {
  for (const std::uint64_t bytes : {512u, 8192u, 32768u}) {
    SparsePoint point = point_of(Bundle::row_column, 3, 2, 4096);
    point.row = bytes;
    const auto rows = trial(point);
    rows->run(3);
    rows->run(40);
    EXPECT_EQ(verdict(*rows), "right") << bytes;
  }
}

// The trials of a launch share one arena.
TEST_F(SparseRowsTest, SurvivesOthersInTheArena) {
  const auto one = trial(point_of(Bundle::row, 2, 3));
  const auto other = trial(point_of(Bundle::row_column, 1, 2));
  for (int i = 0; i < 3; ++i) {
    one->run(3);
    const auto arena = workspace_.arena(std::size_t{4} << 20);
    std::fill(arena.begin(), arena.end(), std::byte{0xff});
    other->run(2);
    EXPECT_EQ(verdict(*one), "right");
  }
  EXPECT_EQ(verdict(*other), "right");
}

TEST_F(SparseRowsTest, RefusesPointsThatMakeNoSense) {
  const auto sentence = [&](const SparsePoint& point) { return unavailable_sentence([&] { trial(point); }); };
  SparsePoint point = point_of(Bundle::row);
  point.chunk = 5000;
  EXPECT_THAT(sentence(point), HasSubstr("chunk must be a multiple of 4096"));
  point = point_of(Bundle::row);
  point.row = 1000;
  EXPECT_THAT(sentence(point), HasSubstr("row must be a multiple of 4096"));
  point = point_of(Bundle::row);
  point.sparsity = 1;
  EXPECT_THAT(sentence(point), HasSubstr("sparsity"));
  point = point_of(Bundle::row);
  point.row = 3 * 4096;
  EXPECT_THAT(sentence(point), HasSubstr("must both divide the layer of 4 MiB"));
  machine_.available_memory = std::size_t{1} << 20;
  EXPECT_THAT(sentence(point_of(Bundle::row, 64)), HasSubstr("memory"));
}

TEST_F(SparseRowsTest, AFileThatEndsEarlyFailsThePoint) {
  for (const unsigned threads : {1u, 4u}) {
    const auto rows = trial(point_of(Bundle::row, threads, 2));
    fs::resize_file(folder_.path() / "sextant-storage.test", span / 2);
    EXPECT_THAT(failure(*rows, 6), HasSubstr("of the test file ended after"));
    fs::remove(folder_.path() / "sextant-storage.test");
  }
}

TEST_F(SparseRowsTest, AnErrorOfTheDeviceFailsThePoint) {
  const auto rows = trial(point_of(Bundle::row_column, 3), {.plan = [](ReadPlan& plan) {
                            plan.chunks[7].offset += 1;  // direct reads must be aligned: EINVAL
                          }});
  EXPECT_THAT(failure(*rows, 6), HasSubstr("of the test file failed: Invalid argument"));
}

TEST_F(SparseRowsTest, DamageInTheMiddleOfARowIsFound) {
  const auto rows = trial(point_of(Bundle::row, 1));
  std::fstream file(folder_.path() / "sextant-storage.test", std::ios::in | std::ios::out | std::ios::binary);
  for (std::uint64_t at = 100; at < span; at += 64 * page) {
    file.seekp(std::streamoff(at));
    file << "damage";
  }
  file.close();
  rows->run(6);
  EXPECT_THAT(verdict(*rows), HasSubstr("is not what the file holds"));
}

// The mutants: each is one of many that goes wrong, and verify() must see it.
class SparseRowsMutant : public SparseRowsTest, public testing::WithParamInterface<std::pair<unsigned, unsigned>> {
 protected:
  SparsePoint point() const { return point_of(Bundle::row_column, GetParam().first, GetParam().second); }
  int count_ = 0;  // tokens
};

TEST_P(SparseRowsMutant, OneChunkIsNotRead) {
  EXPECT_NE(verdict_of(point(), {.plan = [&](ReadPlan& plan) { plan.chunks[3].sent = ++count_ != 3; }}), "right");
}

TEST_P(SparseRowsMutant, AnotherChunkIsRead) {
  EXPECT_NE(verdict_of(point(), {.plan =
                                     [&](ReadPlan& plan) {
                                       if (++count_ == 3) plan.chunks[3].offset = plan.chunks[4].offset;
                                     }}),
            "right");
}

TEST_P(SparseRowsMutant, OneRowIsLeftOut) {
  EXPECT_NE(verdict_of(point(), {.plan =
                                     [&](ReadPlan& plan) {
                                       if (++count_ == 3) --plan.chunks[3].parts;
                                     }}),
            "right");
}

TEST_P(SparseRowsMutant, OneRowIsTakenTwiceAndAnotherNot) {
  EXPECT_NE(verdict_of(point(), {.plan =
                                     [&](ReadPlan& plan) {
                                       if (++count_ == 3) plan.parts[0] = plan.parts[1];
                                     }}),
            "right");
}

TEST_P(SparseRowsMutant, OneRowMultipliedWrongly) {
  std::atomic<int> rows = 0;
  EXPECT_NE(
      verdict_of(point(), {.dot = [&](auto a, auto b) { return probes::dot_int8(a, b) + (++rows == 333 ? 1 : 0); }}),
      "right");
}

TEST_P(SparseRowsMutant, OneRowAnsweredFromAnother) {
  std::atomic<int> rows = 0;
  std::atomic<std::int64_t> last = 0;
  EXPECT_NE(verdict_of(point(), {.dot =
                                     [&](auto a, auto b) {
                                       const std::int64_t product =
                                           ++rows == 333 ? last.load() : probes::dot_int8(a, b);
                                       last = product;
                                       return product;
                                     }}),
            "right");
}

TEST_F(SparseRowsTest, ARowThatIsLeftOutIsMissed) {
  int tokens = 0;
  EXPECT_THAT(verdict_of(point_of(Bundle::row), {.plan =
                                                     [&](ReadPlan& plan) {
                                                       if (++tokens == 3) --plan.chunks[3].parts;
                                                     }}),
              HasSubstr("other rows were multiplied"));
}

INSTANTIATE_TEST_SUITE_P(Points, SparseRowsMutant,
                         testing::Values(std::pair(1u, 0u), std::pair(1u, 2u), std::pair(4u, 2u)));

// What stays in memory goes to the place of another row.
TEST_F(SparseRowsTest, AStaleRowInMemoryIsFound) {
  int tokens = 0;
  EXPECT_NE(verdict_of(point_of(Bundle::row, 2, 2), {.plan =
                                                         [&](ReadPlan& plan) {
                                                           if (++tokens != 3) return;
                                                           for (RowPart& part : plan.parts) {
                                                             part.kept_at = plan.parts[0].kept_at;
                                                           }
                                                         }}),
            "right");
}

}  // namespace
}  // namespace sextant::storage
