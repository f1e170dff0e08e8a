// SPDX-License-Identifier: Apache-2.0
#include "bench/interleave.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "results/record/temporary_folder.hpp"

namespace sextant::bench {
namespace {

using testing::HasSubstr;

std::string failure_of(const std::string& command) {
  Interrupt interrupt;
  try {
    time_command(command, interrupt);
  } catch (const CommandFailure& failure) {
    return failure.what();
  }
  return "it did not fail";
}

TEST(Interleave, PairsGoInBlocksThatNoDriftFavours) {
  Pairs pairs;
  std::string order;
  double now = 0;
  const auto timed = [&](char name) {
    return [&, name] {
      order += name;
      ++now;
      return CommandTime{now, 0};  // a machine that slows down steadily
    };
  };
  for (int i = 0; i < 4; ++i) add_pair(pairs, timed('A'), timed('B'));
  EXPECT_EQ(order, "ABBABAAB");
  double a = 0, b = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    a += pairs.a[i].wall;
    b += pairs.b[i].wall;
  }
  EXPECT_EQ(a, b);
  EXPECT_EQ(ratios(pairs), (std::vector<double>{2.0, 3.0 / 4, 5.0 / 6, 8.0 / 7}));
}

TEST(Interleave, ACommandIsTimedFromItsStartToItsEnd) {
  Interrupt interrupt;
  const CommandTime time = time_command("sleep 0.1", interrupt);
  EXPECT_GE(time.wall, 0.1);
  EXPECT_LT(time.cpu, time.wall);  // it slept
  EXPECT_GT(time_command("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done", interrupt).cpu, 0);
}

TEST(Interleave, ACommandThatFailsIsNamedWithItsCodeAndItsLastWord) {
  EXPECT_EQ(failure_of("echo first >&2; echo 'no such luck' >&2; exit 7"),
            "the command 'echo first >&2; echo 'no such luck' >&2; exit 7' ended with exit code 7: no such luck");
  EXPECT_EQ(failure_of("exit 3"), "the command 'exit 3' ended with exit code 3");
  EXPECT_THAT(failure_of("no-such-program-anywhere"), HasSubstr("ended with exit code 127"));
  EXPECT_THAT(failure_of("kill -9 $$"), HasSubstr("was killed by signal 9"));
}

TEST(Interleave, OutputAndInputAreNoConcernOfOurs) {
  Interrupt interrupt;
  // More than any pipe holds, on both.
  time_command("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2", interrupt);
  time_command("cat", interrupt);  // its input ends at once
}

TEST(Interleave, WhatACommandLeavesBehindIsEnded) {
  const results::TemporaryFolder folder;
  const std::string file = (folder.path() / "pid").string();
  Interrupt interrupt;
  const CommandTime time = time_command("sleep 60 & echo $! > " + file, interrupt);
  EXPECT_LT(time.wall, 30);
  pid_t left = 0;
  std::ifstream(file) >> left;
  ASSERT_GT(left, 0);
  const auto gone = [&] {
    std::ifstream in("/proc/" + std::to_string(left) + "/stat");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str().empty() || text.str().find(") Z ") != std::string::npos;
  };
  for (int i = 0; i < 500 && !gone(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(gone());
}

TEST(Interleave, AnInterruptEndsTheCommand) {
  Interrupt interrupt;
  std::thread user([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    kill(getpid(), SIGINT);
  });
  EXPECT_THROW(time_command("sleep 60", interrupt), Interrupted);
  user.join();
  EXPECT_THROW(time_command("true", interrupt), Interrupted);  // and nothing else is begun
}

}  // namespace
}  // namespace sextant::bench
