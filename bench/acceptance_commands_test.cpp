// SPDX-License-Identifier: Apache-2.0
// What `sextant compare --command` promises, counted on real processes (statistics.md section 11): equal programs are
// rarely called different, five per cent are found, three per mille are not made into a difference. Slow, and only a
// machine that is otherwise idle can pass it; SEXTANT_ACCEPTANCE_SHARE=0.1 runs a tenth of it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include "bench/compare_commands.hpp"

namespace sextant::bench {
namespace {

using results::Verdict;

int shared(int trials) {
  const char* share = std::getenv("SEXTANT_ACCEPTANCE_SHARE");
  return share ? std::max(1, int(std::lround(std::atof(share) * trials))) : trials;
}

class AcceptanceCommands : public testing::Test {
 protected:
  void SetUp() override {
    double load = 0;
    const auto processors = double(sysconf(_SC_NPROCESSORS_ONLN));
    if (getloadavg(&load, 1) == 1 && load > processors)
      GTEST_SKIP() << "the load is " << load << " on " << processors << " processors: wait until the machine is idle";
  }

  // How often each verdict fell on a program and the same one with `factor` times the work.
  std::map<Verdict, int> verdicts(double factor, int trials) {
    constexpr double steps = 13e6;  // about 20 ms
    const auto command = [&](double work) {
      const std::string text = std::string(SEXTANT_FIXED_WORK " ") + std::to_string(std::llround(work));
      return [this, text] { return time_command(text, interrupt); };
    };
    std::map<Verdict, int> counts;
    for (int i = 0; i < trials; ++i) {
      const CommandPlan plan{.launches = 10, .budget = 1e-9};  // one look
      const auto comparison =
          compare_commands(command(steps), command(factor * steps), plan, probes::monotonic_clock());
      ++counts[comparison.verdict];
    }
    std::string said;
    for (const auto& [verdict, count] : counts)
      said += " " + std::to_string(count) + " " + std::string(results::name(verdict));
    std::printf("%d comparisons at %g times the work:%s\n", trials, factor, said.c_str());
    return counts;
  }

  Interrupt interrupt;
};

TEST_F(AcceptanceCommands, EqualProgramsAreRarelyCalledDifferent) {
  const int trials = shared(200);
  auto counts = verdicts(1, trials);
  EXPECT_LE(counts[Verdict::slower] + counts[Verdict::faster], trials / 20);
}

TEST_F(AcceptanceCommands, FivePerCentAreFound) {
  const int trials = shared(50);
  EXPECT_GE(verdicts(1.05, trials)[Verdict::slower], 0.9 * trials);
}

TEST_F(AcceptanceCommands, ThreePerMilleAreNotMadeIntoADifference) {
  auto counts = verdicts(1.003, shared(50));
  EXPECT_EQ(counts[Verdict::slower] + counts[Verdict::faster], 0);
}

}  // namespace
}  // namespace sextant::bench
