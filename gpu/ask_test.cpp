// SPDX-License-Identifier: Apache-2.0
#include "gpu/ask.hpp"

#include <gtest/gtest.h>

namespace sextant::gpu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Answer shell(const char* script, milliseconds patience = seconds(60)) {
  return ask({"/bin/sh", "-c", script}, patience);
}

TEST(Ask, ReturnsExitCodeAndFirstLine) {
  const Answer answer = shell("echo no CUDA device; echo more; exit 77");
  EXPECT_EQ(answer.exit_code, 77);
  EXPECT_EQ(answer.text, "no CUDA device");
}

TEST(Ask, DropsStandardError) { EXPECT_EQ(shell("echo noise >&2; echo said").text, "said"); }

TEST(Ask, ProgramThatIsNotThere) { EXPECT_EQ(ask({"/nowhere/at-all"}, seconds(60)).exit_code, -1); }

TEST(Ask, ProgramEndedByASignal) { EXPECT_EQ(shell("kill -SEGV $$").exit_code, -1); }

TEST(Ask, ProgramThatHangsIsKilled) { EXPECT_EQ(shell("exec sleep 1000", milliseconds(50)).exit_code, -1); }

}  // namespace
}  // namespace sextant::gpu
