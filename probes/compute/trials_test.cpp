// SPDX-License-Identifier: Apache-2.0
#include "probes/compute/trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probes/probes.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

using TypeAndUnit = std::pair<const char*, const char*>;

constexpr std::array<TypeAndUnit, 7> known{{{"f64", "vector"},
                                            {"f32", "vector"},
                                            {"f16", "vector"},
                                            {"bf16", "vector"},
                                            {"int8", "vector"},
                                            {"bf16", "matrix"},
                                            {"int8", "matrix"}}};

// Those of this processor; the others are refused, which is tested below.
std::vector<TypeAndUnit> of_this_processor() {
  std::vector<TypeAndUnit> here;
  for (const auto& [type, unit] : known) {
    if (fma_loop(type, unit)) here.emplace_back(type, unit);
  }
  return here;
}

class FmaType : public testing::TestWithParam<TypeAndUnit> {
 protected:
  const std::string type = GetParam().first, unit = GetParam().second;
  const Point point{{"type", type}, {"unit", unit}, {"threads", 1.0}};
  const std::optional<FmaLoop> loop = fma_loop(type, unit);
  Bench bench;
};

TEST_P(FmaType, StepsEveryNumberOnceARound) {
  for (const std::uint64_t rounds : {std::uint64_t(0), std::uint64_t(1), std::uint64_t(7), loop->most_rounds}) {
    std::vector<std::uint64_t> sums(loop->words + 1, 5);
    loop->run(sums, rounds);
    loop->run(sums, rounds);
    const std::uint64_t expected = 5 + 2 * loop->word(loop->step * double(rounds));
    for (std::size_t i = 0; i < loop->words; ++i) ASSERT_EQ(sums[i], expected) << i << " after " << rounds;
    EXPECT_EQ(sums[loop->words], 5u);
  }
}

TEST_P(FmaType, IsSound) { expect_sound(fma_trial(bench.workspace, point)); }

TEST_P(FmaType, OneElementWrongIsCaught) {
  expect_caught(fma_trial(bench.workspace, point, [this](std::span<std::uint64_t> sums, std::uint64_t rounds) {
    loop->run(sums, rounds);
    sums[loop->words - 1] += 1;
  }));
}

TEST_P(FmaType, SkippedWorkIsCaught) {
  expect_caught(fma_trial(bench.workspace, point, [this](std::span<std::uint64_t> sums, std::uint64_t rounds) {
    loop->run(sums, rounds - 1);
  }));
  expect_caught(fma_trial(bench.workspace, point, [this](std::span<std::uint64_t> sums, std::uint64_t rounds) {
    const std::uint64_t last = sums[loop->words - 1];
    loop->run(sums, rounds);
    sums[loop->words - 1] = last;  // one chain left out
  }));
}

TEST_P(FmaType, StaleAnswerIsCaught) {
  expect_caught(fma_trial(
      bench.workspace, point,
      [this, previous = std::vector<std::uint64_t>()](std::span<std::uint64_t> sums, std::uint64_t rounds) mutable {
        loop->run(sums, rounds);
        if (previous.empty()) previous.assign(sums.size(), 0);
        std::swap_ranges(previous.begin(), previous.end(), sums.begin());
      }));
}

TEST_P(FmaType, CountsTwoOperationsAMultiplyAdd) {
  const auto trial = fma_trial(bench.workspace, point);
  const Work work = trial->run(3);
  EXPECT_EQ(work.operations, 3 * double(loop->most_rounds) * loop->operations_per_round);
  EXPECT_EQ(trial->run(6).operations, 2 * work.operations);
  // A lane takes `step` multiply-adds a round.
  const double lanes = double(loop->words) * 8 / (type == "f64" ? 8 : type == "f16" ? 2 : 4);
  EXPECT_EQ(loop->operations_per_round, 2 * lanes * loop->step);
}

INSTANTIATE_TEST_SUITE_P(All, FmaType, testing::ValuesIn(of_this_processor()),
                         [](const auto& point) { return std::string(point.param.first) + "_" + point.param.second; });

TEST(Fma, AllMachinesHaveTheCommonTypes) {
  EXPECT_TRUE(fma_loop("f64", "vector"));
  EXPECT_TRUE(fma_loop("f32", "vector"));
}

TEST(Fma, SaysWhatIsMissing) {
  Bench bench;
  const auto sentence = [&](const char* type, const char* unit) -> std::string {
    try {
      fma_trial(bench.workspace, {{"type", std::string(type)}, {"unit", std::string(unit)}, {"threads", 1.0}});
    } catch (const Unavailable& missing) {
      return missing.what();
    }
    return {};
  };
  for (const auto& [type, unit] : known) {
    const std::string missing = fma_loop(type, unit) ? "" : needed_for_fma(type, unit);
    EXPECT_NE(sentence(type, unit).find(missing), std::string::npos) << type << " " << unit;
    EXPECT_EQ(sentence(type, unit).empty(), bool(fma_loop(type, unit))) << type << " " << unit;
  }
  EXPECT_NE(sentence("f64", "matrix").find("a matrix unit"), std::string::npos);
  EXPECT_NE(sentence("f80", "vector").find("a type that the probe knows"), std::string::npos);
}

TEST(Fma, QuickTakesAllThreadsOnly) {
  Machine machine = machine_with(std::size_t(1) << 30);
  machine.processors = {0, 1, 2, 3};
  const auto quick = compute_fma().axes(machine, true);
  EXPECT_EQ(quick.back().values, numbers({4}));
  EXPECT_EQ(compute_fma().beside(machine, true).size(), 2u);
  EXPECT_TRUE(compute_fma().beside(machine, false).empty());
  EXPECT_EQ(compute_fma().axes(machine, false).back().values, numbers({1, 4}));
}

}  // namespace
}  // namespace sextant::probes
