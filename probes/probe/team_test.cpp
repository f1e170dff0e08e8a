// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/team.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <stdexcept>
#include <system_error>

namespace sextant::probes {
namespace {

// The processors this process may run on, as many as asked for; a processor repeats when there are too few, which a
// team allows.
std::vector<int> processors(std::size_t count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::vector<int> allowed;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (CPU_ISSET(processor, &set)) allowed.push_back(processor);
  }
  std::vector<int> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(allowed[i % allowed.size()]);
  return chosen;
}

TEST(Team, RunsEveryMemberOncePerJob) {
  Team team(processors(3));
  EXPECT_EQ(team.size(), 3);
  std::vector<int> calls(3);
  for (int job = 0; job < 1000; ++job) team.run([&](int member) { ++calls[std::size_t(member)]; });
  EXPECT_EQ(calls, (std::vector<int>{1000, 1000, 1000}));
}

TEST(Team, BindsEachMemberAndGivesTheCallerItsProcessorsBack) {
  cpu_set_t before, after;
  sched_getaffinity(0, sizeof before, &before);
  const auto chosen = processors(2);
  {
    Team team(chosen);
    std::vector<int> ran(2, -1);
    team.run([&](int member) { ran[std::size_t(member)] = sched_getcpu(); });
    EXPECT_EQ(ran, chosen);
  }
  sched_getaffinity(0, sizeof after, &after);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(Team, SeesWhatTheCallerWroteAndTheCallerSeesWhatItWrote) {
  Team team(processors(2));
  std::vector<int> values(2);
  for (int round = 0; round < 200; ++round) {
    team.run([&](int member) { values[std::size_t(member)] += member + 1; });
    ASSERT_EQ(values[0], round + 1);
    ASSERT_EQ(values[1], 2 * (round + 1));
  }
}

TEST(Team, RethrowsAMembersExceptionAndGoesOn) {
  Team team(processors(2));
  for (int thrower : {0, 1}) {
    EXPECT_THROW(team.run([&](int member) {
      if (member == thrower) throw std::runtime_error("member");
    }),
                 std::runtime_error);
  }
  std::atomic<int> calls = 0;
  EXPECT_NO_THROW(team.run([&](int) { ++calls; }));
  EXPECT_EQ(calls, 2);
}

TEST(Team, RefusesWhatItCannotBind) {
  EXPECT_THROW(Team({}), std::invalid_argument);
  EXPECT_THROW(Team({-1}), std::invalid_argument);
  EXPECT_THROW(Team({processors(1)[0], 60000}), std::system_error);
}

}  // namespace
}  // namespace sextant::probes
