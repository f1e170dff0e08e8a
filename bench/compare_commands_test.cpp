// SPDX-License-Identifier: Apache-2.0
#include "bench/compare_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "bench/compare_text.hpp"

namespace sextant::bench {
namespace {

using results::Verdict;
using testing::HasSubstr;

// A machine on which time passes only while commands run.
class Machine {
 public:
  explicit Machine(std::uint64_t seed) : random_(seed) {}

  Timed command(double seconds, double noise) {
    return [this, seconds, noise] {
      std::normal_distribution<double> normal;
      const double took = seconds * std::exp(noise * normal(random_));
      now_ += took;
      ++runs;
      return CommandTime{took, 0.9 * took};
    };
  }
  probes::Clock clock() {
    return {[](void* machine) { return static_cast<Machine*>(machine)->now_; }, this};
  }

  int runs = 0;

 private:
  std::mt19937_64 random_;
  double now_ = 0;
};

CommandComparison compared(double factor, double noise, const CommandPlan& plan = {}, std::uint64_t seed = 1,
                           int* runs = nullptr) {
  Machine machine(seed);
  const auto comparison =
      compare_commands(machine.command(0.02, noise), machine.command(0.02 * factor, noise), plan, machine.clock());
  if (runs) *runs = machine.runs;
  return comparison;
}

TEST(CompareCommands, ADifferenceIsSeenInTenRunsOfEach) {
  int runs = 0;
  const auto slower = compared(1.05, 0.01, {}, 1, &runs);
  EXPECT_EQ(slower.verdict, Verdict::slower);
  EXPECT_EQ(slower.pairs.size(), 10u);
  EXPECT_EQ(runs, 22);  // one of each does not count
  EXPECT_NEAR(slower.ratio.ratio, 1.05, 0.02);
  EXPECT_EQ(compared(1 / 1.05, 0.01).verdict, Verdict::faster);
  EXPECT_EQ(compared(1, 0.001).verdict, Verdict::same);
}

TEST(CompareCommands, AnInconclusiveComparisonGoesOnTwiceAsLongUntilTheBudgetIsSpent) {
  const auto decided = compared(1.05, 0.08);
  EXPECT_EQ(decided.verdict, Verdict::slower);
  EXPECT_GT(decided.pairs.size(), 10u);
  const auto undecided = compared(1.01, 0.2, {.budget = 2});
  EXPECT_EQ(undecided.verdict, Verdict::inconclusive);
  EXPECT_NEAR(double(undecided.pairs.size()), 2 / 0.04, 10);
  EXPECT_GT(undecided.needed, int(undecided.pairs.size()));
  EXPECT_EQ(compared(1.01, 0.2, {.launches = 12, .budget = 0.01}).pairs.size(), 12u);  // the first look is reached
}

TEST(CompareCommands, LookingAgainAndAgainFindsNoMoreDifferencesThanAllowed) {
  int found = 0;
  constexpr int trials = 120;
  for (std::uint64_t seed = 1; seed <= trials; ++seed) {
    const auto verdict = compared(1, 0.1, {.budget = 4}, seed).verdict;
    found += verdict == Verdict::slower || verdict == Verdict::faster;
  }
  EXPECT_LE(found, 10);  // 6 are allowed on average; more than 10 have a chance of 4 %
}

TEST(CompareCommands, AAgainstAFirstTellsWhatIsTheSame) {
  int runs = 0;
  const auto comparison = compared(1.05, 0.01, {.same_first = true}, 1, &runs);
  EXPECT_EQ(comparison.verdict, Verdict::slower);
  EXPECT_EQ(comparison.margin.source, "A run against A");
  EXPECT_EQ(runs, 2 + 40 + 20);
  EXPECT_EQ(compared(1.05, 0.01, {.margin = 0.1}).verdict, Verdict::same);
}

TEST(CompareCommands, TheDocumentHoldsEveryRunAndTheVerdict) {
  const auto comparison = compared(1.05, 0.01);
  const auto json = nlohmann::json::parse(comparison_json("old", "new", comparison));
  EXPECT_EQ(json["verdict"], "SLOWER");
  EXPECT_EQ(json["b"]["command"], "new");
  EXPECT_EQ(json["b"]["wall_s"].size(), 10u);
  EXPECT_EQ(json["b"]["cpu_s"].size(), 10u);
  EXPECT_TRUE(json["needed"].is_null());
  const std::string text = comparison_text("old", "new", comparison);
  EXPECT_THAT(text, HasSubstr("SLOWER: the time of B against A is +"));
  EXPECT_THAT(text, HasSubstr("processor time"));
}

TEST(CompareText, ChangesAreToldInPerCent) {
  EXPECT_EQ(change_text(1.0523), "+5.23 %");
  EXPECT_EQ(change_text(0.5), "-50 %");
  EXPECT_EQ(change_text(1), "0 %");
  EXPECT_EQ(change_text(1.0000001), "0 %");
  EXPECT_EQ(change_text(1.0034), "+0.340 %");
}

}  // namespace
}  // namespace sextant::bench
