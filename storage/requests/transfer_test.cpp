// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/transfer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cmath>
#include <fstream>

#include "probes/probe/workspace.hpp"
#include "storage/request_probes.hpp"
#include "storage/trial_test.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::WrongAnswer;
using testing::HasSubstr;

constexpr std::uint64_t block = 16384;
constexpr std::uint64_t span = 256 * block;

class TransferTest : public TrialTest {
 protected:
  TransferTest() { machine_.processors = probes::detect_machine().processors; }

  void SetUp() override {
    const std::string reason = unavailable_sentence([&] { trial({span, Pattern::sequential, block, 1}); });
    if (!reason.empty()) GTEST_SKIP() << reason;
  }

  std::unique_ptr<probes::Trial> trial(const TransferPoint& point, Fault fault = {}, TransferKind kind = read_kind()) {
    return transfer_trial(workspace_, point, std::move(kind), Medium::anything, std::move(fault));
  }
  std::unique_ptr<probes::Trial> writing(TransferPoint point, Fault fault = {}) {
    point.reads = 0;
    return trial(point, std::move(fault), write_kind());
  }

  fs::path file() const { return folder_.path() / "sextant-storage.test"; }
};

TEST_F(TransferTest, CountsTheRequestsOfTheWindow) {
  for (const Pattern pattern : {Pattern::sequential, Pattern::random}) {
    for (const unsigned depth : {1u, 4u, 40u}) {
      const auto reading = trial({span, pattern, block, depth});
      for (const std::uint64_t rounds : {1u, 3u, 32u}) {
        const probes::Work work = reading->run(rounds);
        // What came with the last answer counts, too.
        EXPECT_GE(work.operations, rounds * depth);
        EXPECT_LT(work.operations, (rounds + 1) * depth);
        EXPECT_EQ(work.bytes, work.operations * static_cast<double>(block));
        EXPECT_GT(work.seconds, 0);
        ASSERT_EQ(work.extras.size(), storage_read().extras.size());
        EXPECT_GT(work.extras[0], 0);
        EXPECT_EQ(std::isnan(work.extras[1]), work.operations < 299) << "a 99th percentile of " << work.operations;
      }
      EXPECT_EQ(verdict(*reading), "right");
    }
  }
}

// The trials of a launch share one arena.
TEST_F(TransferTest, SurvivesOthersInTheArena) {
  const auto one = trial({span, Pattern::sequential, block, 4});
  const auto other = trial({span, Pattern::random, 2 * block, 8});
  const auto third = writing({span, Pattern::random, block, 8});
  for (int i = 0; i < 3; ++i) {
    one->run(20);
    const auto arena = workspace_.arena(std::size_t{4} << 20);
    std::fill(arena.begin(), arena.end(), std::byte{0xff});
    other->run(20);
    third->run(20);
  }
  EXPECT_EQ(verdict(*one), "right");
  EXPECT_EQ(verdict(*other), "right");
  EXPECT_EQ(verdict(*third), "right");
}

// Each has its own channel and its own blocks.
TEST_F(TransferTest, ThreadsShareTheBlocks) {
  if (machine_.processors.size() < 2) GTEST_SKIP() << "one processor";
  for (const Method method : {Method::io_uring, Method::pread}) {
    TransferPoint point{span, Pattern::random, block, method == Method::pread ? 1u : 4u, 2};
    point.method = method;
    for (const auto& moving : {trial(point), writing(point)}) {
      const probes::Work work = moving->run(50);
      EXPECT_GE(work.operations, 2 * 50 * point.depth);
      moving->run(50);
      EXPECT_EQ(verdict(*moving), "right");
    }
  }
}

class EachMethod : public TransferTest, public testing::WithParamInterface<const char*> {};

TEST_P(EachMethod, ReadsWhatTheFileHoldsOrSaysWhyNot) {
  for (const std::uint64_t bytes : {std::uint64_t{512}, block}) {
    TransferPoint point{span, Pattern::random, bytes, 1};
    std::unique_ptr<probes::Trial> reading;
    const std::string reason = unavailable_sentence([&] {
      point.method = method_named(GetParam());
      reading = trial(point);
    });
    if (!reason.empty()) GTEST_SKIP() << reason;
    for (int i = 0; i < 3; ++i) EXPECT_GE(reading->run(300).operations, 300);  // more than a pass
    EXPECT_EQ(verdict(*reading), "right");
  }
}

INSTANTIATE_TEST_SUITE_P(All, EachMethod,
                         testing::Values("io_uring", "io_uring_plain", "io_uring_sqpoll", "io_uring_iopoll",
                                         "nvme_passthrough", "pread", "mmap_cold", "mmap_warm", "page_cache"));

TEST_F(TransferTest, AnswersOfNoDeviceNeedNoFile) {
  probes::Workspace nowhere(machine_, {}, 42);
  TransferPoint point{span, Pattern::random, block, 4};
  point.method = Method::nop;
  const auto asking = transfer_trial(nowhere, point, latency_kind());
  const probes::Work work = asking->run(100);
  EXPECT_GE(work.operations, 100);
  EXPECT_EQ(work.bytes, 0);
  EXPECT_EQ(verdict(*asking), "right");
}

// Blocks smaller than a page, and written blocks, stay what the other probes verify.
TEST_F(TransferTest, WritesLeaveAFileThatReadsVerify) {
  for (const std::uint64_t bytes : {std::uint64_t{512}, std::uint64_t{4096}, block}) {
    const auto write = writing({span, Pattern::random, bytes, 8});
    const auto read = trial({span, Pattern::sequential, 4 * block, 2});
    for (int i = 0; i < 2; ++i) {
      EXPECT_GT(write->run(40).operations, 0);
      read->run(70);
    }
    EXPECT_EQ(verdict(*write), "right");
    EXPECT_EQ(verdict(*read), "right");
  }
}

TEST_F(TransferTest, MixesReadsAndWritesByTheirShare) {
  TransferPoint point{span, Pattern::random, 4096, 8};
  point.reads = 0.75;
  const auto mixed = trial(point, {}, mixed_kind());
  const probes::Work work = mixed->run(100);
  ASSERT_EQ(work.extras.size(), storage_mixed().extras.size());
  const double rate = work.bytes / *work.seconds;
  EXPECT_NEAR(work.extras[6] / rate, 0.75, 0.01);
  EXPECT_NEAR(work.extras[7] / rate, 0.25, 0.01);
  EXPECT_EQ(verdict(*mixed), "right");
}

TEST_F(TransferTest, LatencyIsTheMedianAndItsTailIsExact) {
  const auto reading = trial({span, Pattern::random, 4096, 4}, {}, latency_kind());
  const probes::Work work = reading->run(100);  // 400 requests: a 99th percentile and no further
  const double median = *work.seconds / work.operations;
  EXPECT_GT(median, 0);
  EXPECT_GE(work.extras[0], median);
  EXPECT_GE(work.extras[1], work.extras[0]);
  EXPECT_TRUE(std::isnan(work.extras[2]));
  EXPECT_GE(work.extras[3], work.extras[1]);
}

TEST_F(TransferTest, RunsThroughTheProbes) {
  const probes::Point point{{"span", double(span)}, {"pattern", "random"}, {"block", 4096.0},   {"depth", 2.0},
                            {"threads", 1.0},       {"method", "pread"},   {"buffers", "small"}};
  EXPECT_TRUE(storage_read().available(machine_).ready);
  EXPECT_THAT(unavailable_sentence([&] { storage_read().prepare(workspace_, point); }), HasSubstr("depth 1"));
  for (const probes::Probe& probe : {storage_read(), storage_write(), storage_mixed(), storage_latency()}) {
    const auto axes = probe.axes(machine_, true);
    probes::Point first = probes::points(axes).front();
    first.set("span", double(span));
    const std::string reason = unavailable_sentence([&] {
      const auto moving = probe.prepare(workspace_, first);
      EXPECT_GT(moving->run(5).operations, 0) << probe.name;
      moving->verify();
    });
    if (!reason.empty()) GTEST_SKIP() << reason;
    for (const probes::Point& beside : probe.beside ? probe.beside(machine_, false) : std::vector<probes::Point>()) {
      for (const auto& axis : axes) EXPECT_TRUE(beside.has(axis.name)) << probe.name << " " << axis.name;
    }
  }
}

TEST_F(TransferTest, RefusesPointsThatMakeNoSense) {
  const auto sentence = [&](const TransferPoint& point) { return unavailable_sentence([&] { trial(point); }); };
  EXPECT_THAT(sentence({span, Pattern::random, 1000, 1}), HasSubstr("multiple of 512"));
  EXPECT_THAT(sentence({span, Pattern::random, 2 * span, 1}), HasSubstr("larger than span"));
  EXPECT_THAT(sentence({span, Pattern::random, span / 4, 2}), HasSubstr("quarter of the span"));
  EXPECT_THAT(sentence({span, Pattern::random, page, 1, 200}), HasSubstr("processors"));
  TransferPoint point{span, Pattern::random, block, 2};
  point.method = Method::pread;
  EXPECT_THAT(sentence(point), HasSubstr("one request in flight"));
  point = {span, Pattern::random, block, 1};
  point.method = Method::mmap_cold;
  point.reads = 0;
  EXPECT_THAT(sentence(point), HasSubstr("a way to read only"));
  machine_.processors.resize(1);
  point = {span, Pattern::random, block, 1};
  point.method = Method::io_uring_sqpoll;
  EXPECT_THAT(sentence(point), HasSubstr("fewer than 3"));
  EXPECT_THAT(unavailable_sentence([] { method_named("telepathy"); }), HasSubstr("not 'telepathy'"));
}

TEST_F(TransferTest, AFileThatEndsEarlyFailsThePoint) {
  for (const Method method : {Method::io_uring, Method::pread, Method::page_cache}) {
    TransferPoint point{span, Pattern::sequential, block, 1};
    point.method = method;
    const auto reading = trial(point);
    const auto whole = fs::file_size(file());
    fs::resize_file(file(), block / 2);
    EXPECT_THAT(failure(*reading, 32), HasSubstr("of the test file ended after")) << name(method);
    fs::remove(file());
    trial({span, Pattern::sequential, block, 1});
    EXPECT_EQ(fs::file_size(file()), whole);
  }
}

TEST_F(TransferTest, AnErrorOfTheDeviceFailsThePointAndWaitsForTheRest) {
  int after = 0;
  Fault fault;
  fault.completion = [&](Completion& completion) {
    if (++after == 10) completion.result = -EIO;
  };
  for (const auto& moving :
       {trial({span, Pattern::sequential, block, 8}, fault), writing({span, Pattern::sequential, block, 8}, fault)}) {
    after = 0;
    EXPECT_THAT(failure(*moving, 32), HasSubstr("failed: Input/output error"));
    EXPECT_GE(after, 10 + 7);  // those in flight came, too: their buffers are free again
  }
  fault.completion = [&](Completion& completion) {
    if (++after == 10) completion.result /= 2;
  };
  after = 0;
  EXPECT_THAT(failure(*trial({span, Pattern::sequential, block, 8}, fault), 32), HasSubstr("ended after 8 KiB"));
}

TEST_F(TransferTest, AnErrorInOneThreadEndsAll) {
  if (machine_.processors.size() < 2) GTEST_SKIP() << "one processor";
  std::atomic<int> after = 0;
  Fault fault;
  fault.completion = [&](Completion& completion) {
    if (++after == 100) completion.result = -EIO;
  };
  EXPECT_THAT(failure(*trial({span, Pattern::random, block, 8, 2}, fault), 32), HasSubstr("Input/output error"));
}

// Stamps alone would not see this: the middle of a sector differs from what was written.
TEST_F(TransferTest, DamageInTheMiddleOfABlockIsFound) {
  const auto reading = trial({span, Pattern::random, block, 32});
  std::fstream content(file(), std::ios::in | std::ios::out | std::ios::binary);
  for (std::uint64_t at = 0; at < span; at += block) {
    content.seekp(static_cast<std::streamoff>(at + page + 100));
    content << "damage";
  }
  content.close();
  reading->run(1);
  EXPECT_THAT(verdict(*reading), HasSubstr("differs within"));
}

// The mutants: each is one request of many that goes wrong, and verify() must see it.
class TransferMutant : public TransferTest, public testing::WithParamInterface<unsigned> {
 protected:
  static Fault at(std::uint64_t number, std::function<bool(Request&)> bend) {
    Fault fault;
    fault.request = [number, bend](std::uint64_t now, Request& request) { return now != number || bend(request); };
    return fault;
  }
};

TEST_P(TransferMutant, OneRequestSkipped) {
  const auto reading = trial({span, Pattern::random, block, GetParam()}, at(21, [](Request&) { return false; }));
  reading->run(64);
  EXPECT_THAT(verdict(*reading), HasSubstr("was not written"));
}

// The completion says all is well, but the data went elsewhere.
TEST_P(TransferMutant, StaleBuffer) {
  const probes::Pages elsewhere(block);
  const auto reading = trial({span, Pattern::sequential, block, GetParam()}, at(21, [&](Request& request) {
                               request.memory = elsewhere.bytes();
                               return true;
                             }));
  reading->run(64);
  EXPECT_THAT(verdict(*reading), HasSubstr("was not written"));
}

TEST_P(TransferMutant, AnotherBlock) {
  const auto reading = trial({span, Pattern::random, block, GetParam()}, at(21, [](Request& request) {
                               request.offset = (request.offset + block) % span;
                               return true;
                             }));
  reading->run(64);
  EXPECT_THAT(verdict(*reading), HasSubstr("brought or left other content"));
}

TEST_P(TransferMutant, AnotherOffsetWithinTheBlock) {
  const auto reading = trial({span, Pattern::sequential, block, GetParam()}, at(21, [](Request& request) {
                               request.offset += page;
                               return true;
                             }));
  reading->run(64);
  EXPECT_THAT(verdict(*reading), HasSubstr("brought or left other content"));
}

// A sample that is counted, though its request was answered twice and another one never.
TEST_P(TransferMutant, WriteThatWasNotDone) {
  const auto write = writing({span, Pattern::random, block, GetParam()}, at(5, [](Request&) { return false; }));
  write->run(1);
  EXPECT_THAT(verdict(*write), HasSubstr("does not hold what was written last"));
}

TEST_P(TransferMutant, WriteToAnotherBlock) {
  const auto write = writing({span, Pattern::sequential, block, GetParam()}, at(5, [](Request& request) {
                               request.offset += span / 2;
                               return true;
                             }));
  write->run(1);
  EXPECT_THAT(verdict(*write), HasSubstr("does not hold what was written last"));
}

TEST_P(TransferMutant, WriteOfTheContentBefore) {
  const auto write = writing({span, Pattern::sequential, block, GetParam()}, at(5, [](Request& request) {
                               request.memory[block / 2 + 100] ^= std::byte{1};
                               return true;
                             }));
  write->run(1);
  EXPECT_THAT(verdict(*write), HasSubstr("does not hold what was written last"));
}

INSTANTIATE_TEST_SUITE_P(Depths, TransferMutant, testing::Values(4u, 32u));

}  // namespace
}  // namespace sextant::storage
