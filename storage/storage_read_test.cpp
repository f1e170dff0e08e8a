// SPDX-License-Identifier: Apache-2.0
#include "storage/storage_read.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "probes/probe/workspace.hpp"
#include "storage/requests/ring.hpp"
#include "storage/storage_probes.hpp"
#include "storage/files/test_folder.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::WrongAnswer;
using testing::HasSubstr;

constexpr std::uint64_t block = 16384;
constexpr std::uint64_t span = 32 * block;

class StorageReadTest : public testing::Test {
 protected:
  StorageReadTest() { machine_.available_memory = std::size_t{256} << 20; }

  void SetUp() override {
    const std::string reason = unavailable_sentence([&] { trial({span, Pattern::sequential, block, 1}); });
    if (!reason.empty()) GTEST_SKIP() << reason;
  }

  std::unique_ptr<probes::Trial> trial(const ReadPoint& point, Fault fault = {}) {
    return read_trial(workspace_, point, Medium::anything, std::move(fault));
  }

  std::string verdict(probes::Trial& trial) {
    try {
      trial.verify();
      return "right";
    } catch (const WrongAnswer& wrong) {
      return wrong.what();
    }
  }

  std::string failure(probes::Trial& trial) {
    try {
      trial.run(32);
      return {};
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  TestFolder folder_;
  probes::Machine machine_;
  probes::Workspace workspace_{machine_, folder_.path(), 42};
};

TEST_F(StorageReadTest, CountsRequestsAndBytes) {
  for (const Pattern pattern : {Pattern::sequential, Pattern::random}) {
    for (const unsigned depth : {1u, 4u, 40u}) {
      const auto reading = trial({span, pattern, block, depth});
      for (const std::uint64_t requests : {1u, 3u, 32u, 100u}) {
        const probes::Work work = reading->run(requests);
        EXPECT_EQ(work.operations, requests);
        EXPECT_EQ(work.bytes, static_cast<double>(requests * block));
        EXPECT_GT(work.seconds, 0);
        ASSERT_EQ(work.extras.size(), storage_read().extras.size());
        EXPECT_GT(work.extras[0], 0);
        EXPECT_LE(work.extras[0], *work.seconds * 1.01);
        EXPECT_TRUE(std::isnan(work.extras[1])) << "a 99th percentile of " << requests << " requests";
      }
      EXPECT_EQ(verdict(*reading), "right");
    }
  }
}

TEST_F(StorageReadTest, ResolvesTheTailOfManyRequests) {
  const auto reading = trial({span, Pattern::random, page, 8});
  const probes::Work work = reading->run(1000);
  EXPECT_GE(work.extras[1], work.extras[0]);
  EXPECT_EQ(verdict(*reading), "right");
}

// The trials of a launch share one arena.
TEST_F(StorageReadTest, SurvivesOthersInTheArena) {
  const auto one = trial({span, Pattern::sequential, block, 4});
  const auto other = trial({span, Pattern::random, 2 * block, 8});
  for (int i = 0; i < 3; ++i) {
    one->run(20);
    const auto arena = workspace_.arena(std::size_t{4} << 20);
    std::fill(arena.begin(), arena.end(), std::byte{0xff});
    other->run(20);
  }
  EXPECT_EQ(verdict(*one), "right");
  EXPECT_EQ(verdict(*other), "right");
}

TEST_F(StorageReadTest, RunsThroughTheProbe) {
  const probes::Probe probe = storage_read();
  EXPECT_TRUE(probe.available(machine_).ready);
  const probes::Point point{{"span", double(span)}, {"pattern", "random"}, {"block", 4096.0}, {"depth", 2.0}};
  const std::string reason = unavailable_sentence([&] {
    const auto reading = probe.prepare(workspace_, point);
    EXPECT_EQ(reading->run(5).bytes, 5 * 4096);
    reading->verify();
  });
  if (!reason.empty()) GTEST_SKIP() << reason;
}

TEST_F(StorageReadTest, RefusesPointsThatMakeNoSense) {
  const auto sentence = [&](const ReadPoint& point) { return unavailable_sentence([&] { trial(point); }); };
  EXPECT_THAT(sentence({span, Pattern::random, 1000, 1}), HasSubstr("multiple of 4096"));
  EXPECT_THAT(sentence({span, Pattern::random, 2 * span, 1}), HasSubstr("larger than span"));
  EXPECT_THAT(sentence({span, Pattern::random, span, 4096}), HasSubstr("memory"));
  const probes::Point half{{"span", double(span)}, {"pattern", "random"}, {"block", 4096.0}, {"depth", 1.5}};
  EXPECT_THAT(unavailable_sentence([&] { storage_read().prepare(workspace_, half); }), HasSubstr("depth must be"));
}

TEST_F(StorageReadTest, AFileThatEndsEarlyFailsThePoint) {
  const auto reading = trial({span, Pattern::sequential, block, 4});
  fs::resize_file(folder_.path() / "sextant-storage.test", span / 2);
  EXPECT_THAT(failure(*reading), HasSubstr("of the test file ended after"));
}

TEST_F(StorageReadTest, AnErrorOfTheDeviceFailsThePoint) {
  const auto reading = trial({span, Pattern::sequential, block, 4}, [](Request& request) {
    if (request.number == 9) request.offset += 1;  // direct reads must be aligned: the kernel completes it with EINVAL
  });
  EXPECT_THAT(failure(*reading),
              HasSubstr("a read of 16 KiB at byte 147456 of the test file failed: Invalid argument"));
}

// Stamps alone would not see this: the middle of a page differs from what was written.
TEST_F(StorageReadTest, DamageInTheMiddleOfABlockIsFound) {
  const auto reading = trial({span, Pattern::random, block, 32});
  std::fstream file(folder_.path() / "sextant-storage.test", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(5 * block + page + 100);
  file << "damage";
  file.close();
  reading->run(32);
  EXPECT_THAT(verdict(*reading), HasSubstr("1 of 32 reads brought other content"));
}

// The mutants: each is one request of many that goes wrong, and verify() must see it.
class StorageReadMutant : public StorageReadTest, public testing::WithParamInterface<unsigned> {};

TEST_P(StorageReadMutant, OneRequestSkipped) {
  const auto reading = trial({span, Pattern::random, block, GetParam()}, [](Request& request) {
    if (request.number == 21) request.sent = false;
  });
  EXPECT_EQ(reading->run(64).operations, 63);
  EXPECT_THAT(verdict(*reading), HasSubstr("was asked for 2 times and came 1 times"));
}

// The completion says all is well, but the data went elsewhere. With a span of one block the buffer holds the very
// content that was asked for, from the request before.
TEST_P(StorageReadMutant, StaleBuffer) {
  const probes::Pages elsewhere(block);
  const auto reading = trial({block, Pattern::sequential, block, GetParam()}, [&](Request& request) {
    if (request.number == 41) request.into = elsewhere.bytes();
  });
  reading->run(64);
  EXPECT_THAT(verdict(*reading), HasSubstr("was not written"));
}

TEST_P(StorageReadMutant, WrongOffset) {
  const auto reading = trial({span, Pattern::random, block, GetParam()}, [](Request& request) {
    if (request.number == 21) request.offset = (request.offset + block) % span;
  });
  reading->run(64);
  EXPECT_THAT(verdict(*reading), HasSubstr("brought other content"));
}

TEST_P(StorageReadMutant, WrongOffsetWithinTheBlock) {
  const auto reading = trial({span - block, Pattern::sequential, block, GetParam()}, [](Request& request) {
    if (request.number == 21) request.offset += page;
  });
  reading->run(62);
  EXPECT_THAT(verdict(*reading), HasSubstr("brought other content"));
}

INSTANTIATE_TEST_SUITE_P(Depths, StorageReadMutant, testing::Values(1u, 4u, 32u));

}  // namespace
}  // namespace sextant::storage
