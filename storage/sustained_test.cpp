// SPDX-License-Identifier: Apache-2.0
#include "storage/sustained.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "probes/probe/workspace.hpp"
#include "storage/files/test_device.hpp"
#include "storage/storage_probes.hpp"
#include "storage/trial_test.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::WrongAnswer;
using testing::HasSubstr;

constexpr std::uint64_t block = 16384;
constexpr std::uint64_t span = 64 * block;

class SustainedTest : public TrialTest {
 protected:
  void SetUp() override {
    const std::string reason = unavailable_sentence([&] { trial({Access::write, span, block, 1, 0.1}); });
    if (!reason.empty()) GTEST_SKIP() << reason;
  }

  std::unique_ptr<probes::Trial> trial(const SustainedPoint& point, MoveFault fault = {}) {
    return sustained_trial(workspace_, point, Medium::anything, std::move(fault));
  }
};

TEST_F(SustainedTest, MovesBytesForAsLongAsItIsTold) {
  for (const Access access : {Access::read, Access::write}) {
    const auto moving = trial({access, span, block, 4, 0.1});
    const probes::Work work = moving->run(1);
    ASSERT_EQ(work.extras.size(), sustained().extras.size());
    const double knee_time = std::isnan(work.extras[2]) ? 0 : work.extras[2];
    EXPECT_NEAR(*work.seconds + knee_time, 0.1, 1e-9);
    EXPECT_EQ(work.bytes, work.operations * static_cast<double>(block));
    EXPECT_GT(work.bytes, 0);
    EXPECT_GE(work.extras[0], work.bytes / *work.seconds * 0.999) << "a burst is no slower than what follows";
    EXPECT_EQ(verdict(*moving), "right");
  }
}

TEST_F(SustainedTest, ReadsWhatWasWritten) {
  const auto writing = trial({Access::write, span, 512, 4, 0.1});
  const auto reading = trial({Access::read, span, 2 * block, 4, 0.1});
  writing->run(1);
  reading->run(1);
  EXPECT_EQ(verdict(*writing), "right");
  EXPECT_EQ(verdict(*reading), "right");
}

TEST_F(SustainedTest, RefusesPointsThatMakeNoSense) {
  const auto sentence = [&](const SustainedPoint& point) { return unavailable_sentence([&] { trial(point); }); };
  EXPECT_THAT(sentence({Access::read, span, 1000, 1, 1}), HasSubstr("multiple of 512"));
  EXPECT_THAT(sentence({Access::read, span, block, 33, 1}), HasSubstr("twice as many blocks"));
  EXPECT_THAT(sentence({Access::read, span, block, 1, 0.01}), HasSubstr("duration must be"));
  EXPECT_THAT(sentence({Access::read, span, block, 1, 1000}), HasSubstr("duration must be"));
}

TEST_F(SustainedTest, IsTooLongForAQuickRun) {
  EXPECT_TRUE(probes::points(sustained().axes(machine_, true)).empty());
  EXPECT_EQ(probes::points(sustained().axes(machine_, false)).size(), 2u);
}

TEST_F(SustainedTest, AFileThatIsTruncatedFailsThePoint) {
  const auto reading = trial({Access::read, span, block, 4, 0.1});
  fs::resize_file(folder_.path() / "sextant-storage.test", span / 2);
  EXPECT_THAT(failure(*reading, 1), HasSubstr("ended after 0 B"));
}

// What the backing file of a loop device lost, the device lost.
TEST_F(SustainedTest, ADeviceThatLosesItsEndFailsThePoint) {
  const fs::path backing = folder_.path() / "backing";
  std::ofstream(backing) << "";
  fs::resize_file(backing, 2 * span);
  const LoopDevice device(backing);
  if (device.path().empty()) GTEST_SKIP() << "no loop device here: root is needed";
  const TestFolder named;
  name_device(named.path(), {device.path(), true});
  probes::Workspace workspace(machine_, named.path(), 42);
  const auto reading = sustained_trial(workspace, {Access::read, span, block, 4, 0.1}, Medium::anything);
  fs::resize_file(backing, span / 2);
  EXPECT_THAT(failure(*reading, 1), testing::AnyOf(HasSubstr("Input/output error"), HasSubstr("ended after")));
}

// Writes into a file system that became full, or a file longer than it may be, end with the kernel's word for it.
TEST_F(SustainedTest, ADeviceThatTakesNoWritesFailsThePoint) {
  const RamDevice device(4 * span);
  if (device.path().empty()) GTEST_SKIP() << "no block device in memory here: zram and root are needed";
  const TestFolder named;
  name_device(named.path(), {device.path(), true});
  probes::Workspace workspace(machine_, named.path(), 42);
  const auto writing = sustained_trial(workspace, {Access::write, span, block, 4, 0.1}, Medium::device,
                                       [](Move& move) { move.offset += 4 * span; });  // beyond its end
  EXPECT_THAT(failure(*writing, 1), HasSubstr("No space left on device"));
}

TEST_F(SustainedTest, MeasuresABlockDevice) {
  const RamDevice device(4 * span);
  if (device.path().empty()) GTEST_SKIP() << "no block device in memory here: zram and root are needed";
  const TestFolder named;
  name_device(named.path(), {device.path(), true});
  probes::Workspace workspace(machine_, named.path(), 42);
  for (const Access access : {Access::read, Access::write}) {
    const auto moving = sustained_trial(workspace, {access, span, block, 4, 0.1});
    const probes::Work work = moving->run(1);
    EXPECT_GE(work.extras[3], work.bytes) << "the device counts no less than we do";
    EXPECT_EQ(verdict(*moving), "right");
  }
}

// The mutants: each is one request of many that goes wrong.
class SustainedMutant : public SustainedTest, public testing::WithParamInterface<unsigned> {};

TEST_P(SustainedMutant, OneReadSkipped) {
  const auto reading = trial({Access::read, span, block, GetParam(), 0.1}, [](Move& move) {
    if (move.number == 5) move.sent = false;
  });
  reading->run(1);
  EXPECT_THAT(verdict(*reading), HasSubstr("times and came"));
}

TEST_P(SustainedMutant, StaleRead) {
  const probes::Pages elsewhere(block);
  const auto reading = trial({Access::read, span, block, GetParam(), 0.1}, [&](Move& move) {
    if (move.number == 5) move.memory = elsewhere.bytes();
  });
  reading->run(1);
  EXPECT_THAT(verdict(*reading), HasSubstr("was not written"));
}

TEST_P(SustainedMutant, ReadOfAnotherPlace) {
  const auto reading = trial({Access::read, span, block, GetParam(), 0.1}, [](Move& move) {
    if (move.number == 5) move.offset = (move.offset + 2 * block) % span;
  });
  reading->run(1);
  EXPECT_THAT(verdict(*reading), HasSubstr("brought other content"));
}

// A fault that the next pass would repair is no fault any more: these last until the end.
TEST_P(SustainedMutant, WritesOfOneBlockSkipped) {
  const auto writing = trial({Access::write, span, block, GetParam(), 0.1}, [](Move& move) {
    if (move.offset == 5 * block) move.sent = false;
  });
  writing->run(1);
  EXPECT_THAT(verdict(*writing), HasSubstr("does not hold what was written there last"));
}

TEST_P(SustainedMutant, WritesToAnotherPlace) {
  const auto writing = trial({Access::write, span, block, GetParam(), 0.1}, [](Move& move) {
    if (move.offset == 5 * block) move.offset += 40 * block;
  });
  writing->run(1);
  EXPECT_THAT(verdict(*writing), HasSubstr("does not hold what was written there last"));
}

TEST_P(SustainedMutant, OneByteOfAWriteWrong) {
  const auto writing = trial({Access::write, span, block, GetParam(), 0.1}, [](Move& move) {
    if (move.offset == 5 * block) move.memory[100] ^= std::byte{1};
  });
  writing->run(1);
  EXPECT_THAT(verdict(*writing), HasSubstr("does not hold what was written there last"));
}

INSTANTIATE_TEST_SUITE_P(Depths, SustainedMutant, testing::Values(1u, 8u));

}  // namespace
}  // namespace sextant::storage
