// SPDX-License-Identifier: Apache-2.0
#include "probes/near_data/shard.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "probes/near_data/shard_matrix.hpp"
#include "probes/probes.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

TEST(ShardDivision, SaysWhoHasWhat) {
  EXPECT_EQ(division("row", 4).outputs, 4u);
  EXPECT_EQ(division("row", 4).inputs, 1u);
  EXPECT_EQ(division("column", 3).inputs, 3u);
  EXPECT_EQ(division("grid", 12).inputs, 3u);
  EXPECT_EQ(division("grid", 12).outputs, 4u);
  EXPECT_THROW(division("grid", 2), Unavailable);
  EXPECT_THROW(division("grid", 7), Unavailable);
  EXPECT_THROW(division("row", 1), Unavailable);
  EXPECT_THROW(division("diagonal", 4), Unavailable);
}

TEST(ShardCut, CoversAllAndMakesTheFirstLonger) {
  for (const double skew : {0.0, 0.25, 0.9}) {
    std::size_t end = 0;
    for (std::size_t part = 0; part < 5; ++part) {
      const auto [begin, next] = cut(1000, 5, part, skew);
      EXPECT_EQ(begin, end);
      EXPECT_NEAR(double(next - begin), part == 0 ? 200 * (1 + skew) : (1000 - 200 * (1 + skew)) / 4, 1);
      end = next;
    }
    EXPECT_EQ(end, 1000u);
  }
  EXPECT_EQ(cut(10, 1, 0, 0.25), std::pair(std::size_t(0), std::size_t(10)));
}

TEST(ShardShape, IsNearlySquareAndTheSameForEverySplit) {
  for (const std::size_t units : {2, 6, 64}) {
    for (const std::size_t shard : {std::size_t(1) << 18, std::size_t(1) << 24}) {
      const Shape matrix = shape(shard, units);
      const double bytes = double(matrix.rows * row_bytes(Format::int8, matrix.columns));
      EXPECT_NEAR(bytes / double(shard * units), 1, 0.02);
      EXPECT_EQ(matrix.columns % (units * scale_block), 0u);
      EXPECT_LE(matrix.columns, 32768u);
    }
  }
  EXPECT_THROW(shape(4096, 512), Unavailable);
}

TEST(ShardMatrix, SumsFitIntoTwentyFourBits) {
  double most = 0;  // of one block, in quarters
  for (std::size_t row = 0; row < shard_period; ++row) {
    for (std::size_t block = 0; block < 64; ++block) {
      for (const std::uint64_t turn : {0, 1}) {
        double sum = 0;
        for (std::size_t c = block * scale_block; c < (block + 1) * scale_block; ++c) {
          sum += 4 * std::abs(double(shard_weight(row, c)) * double(shard_input(turn, c)));
        }
        most = std::max(most, sum);
      }
    }
  }
  EXPECT_LT(most * 32768 / scale_block, 0x1p24);
}

// Teams of two and four; where there are fewer processors several members take turns on one, which answers alike.
class ShardTrial : public testing::Test {
 protected:
  ShardPlan plan(const char* split, std::size_t units, std::size_t members = 1) const {
    ShardPlan plan{.split = split, .shard = 32 << 10};
    const auto& ours = bench.machine.processors;
    for (std::size_t u = 0; u < units; ++u) {
      plan.units.emplace_back();
      for (std::size_t m = 0; m < members; ++m) plan.units[u].push_back(ours[(u * members + m) % ours.size()]);
    }
    return plan;
  }
  Bench bench;
};

TEST_F(ShardTrial, EverySplitAndPlacementIsExact) {
  for (const char* split : {"row", "column"}) {
    for (const bool remote : {false, true}) {
      for (const double skew : {0.0, 0.25}) {
        SCOPED_TRACE(split);
        ShardPlan two = plan(split, 2);
        two.remote = remote;
        two.skew = skew;
        expect_sound(shard_trial(bench.workspace, two));
      }
    }
  }
  ShardPlan grid = plan("grid", 4);
  grid.remote = true;
  grid.skew = 0.25;
  expect_sound(shard_trial(bench.workspace, grid));
}

TEST_F(ShardTrial, UnitsOfSeveralMembersAreExact) { expect_sound(shard_trial(bench.workspace, plan("column", 2, 2))); }

TEST_F(ShardTrial, PhasesAddUpToTheProduct) {
  const auto trial = shard_trial(bench.workspace, plan("column", 2));
  const Work work = trial->run(10);
  ASSERT_EQ(work.extras.size(), 4u);
  EXPECT_NEAR(work.extras[0] + work.extras[1] + work.extras[2], work.seconds.value() / 10, 1e-12);
  EXPECT_GE(work.extras[3], 0);
  EXPECT_LE(work.extras[3], 1) << "of two units one cannot take more than all of the time";
  EXPECT_EQ(trial->run(30).bytes, 3 * work.bytes);
}

TEST_F(ShardTrial, AWrongStaleOrMissingProductIsCaught) {
  for (const char* split : {"row", "column"}) {
    SCOPED_TRACE(split);
    const auto caught = [&](auto multiply_wrongly) {
      ShardKernels kernels = shard_kernels();
      kernels.multiply = multiply_wrongly;
      expect_caught(shard_trial(bench.workspace, plan(split, 2), kernels));
    };
    caught([](auto rows, const Activations& x, auto y, auto stride) {
      multiply(rows, x, y, stride);
      y[1] += x.vector(0)[3];
    });
    caught([](auto rows, const Activations& x, auto y, auto stride) {
      const std::size_t bytes = row_bytes(Format::int8, x.columns());
      multiply(rows.first(rows.size() - bytes), x, y, stride);  // the last row is left as it was
    });
    caught([](auto rows, const Activations& x, auto y, auto stride) {
      const std::vector<float> before(y.begin(), y.end());
      multiply(rows, x, y, stride);
      y[0] = before[0];
    });
  }
}

TEST_F(ShardTrial, InputsThatAreWrongOrStaleAreCaught) {
  for (const char* split : {"row", "column"}) {
    SCOPED_TRACE(split);
    ShardKernels kernels = shard_kernels();
    kernels.copy = [](std::span<const float> from, std::span<float> to) {
      std::copy(from.begin(), from.end(), to.begin());
      to.back() += 1;
    };
    expect_caught(shard_trial(bench.workspace, plan(split, 2), kernels));
    kernels.copy = [](std::span<const float> from, std::span<float> to) {
      if (to[0] == 0 && to[1] == 0) std::copy(from.begin(), from.end(), to.begin());  // the first time only
    };
    expect_caught(shard_trial(bench.workspace, plan(split, 2), kernels));
  }
}

TEST_F(ShardTrial, APartThatIsNotAddedIsCaught) {
  ShardKernels kernels = shard_kernels();
  kernels.add = [](auto, auto) {};
  expect_caught(shard_trial(bench.workspace, plan("column", 2), kernels));
  expect_caught(shard_trial(bench.workspace, plan("grid", 4), kernels));
}

Point point(const char* split, double shard, const char* unit, double units, const char* placement, double skew) {
  return {{"split", split}, {"shard", shard},         {"unit", unit},
          {"units", units}, {"placement", placement}, {"skew", skew}};
}

TEST(ShardPlan, TakesCoresOrNodesAndSaysWhatIsMissing) {
  Machine machine = machine_with(std::size_t(8) << 30);
  machine.processors = {0, 1, 4, 5};
  machine.nodes = {{0, {0, 1}, 1 << 30}, {1, {4, 5}, 1 << 30}, {2, {}, 1 << 30}};  // the last one is memory alone
  using Units = std::vector<std::vector<int>>;
  EXPECT_EQ(shard_plan(machine, point("row", 0x1p18, "core", 3, "local", 0)).units, (Units{{0}, {1}, {4}}));
  EXPECT_EQ(shard_plan(machine, point("row", 0x1p18, "node", 2, "remote", 0)).units, (Units{{0, 1}, {4, 5}}));
  EXPECT_TRUE(shard_plan(machine, point("row", 0x1p18, "node", 2, "remote", 0)).remote);
  const auto refused = [&](const Point& wrong) { EXPECT_THROW(shard_plan(machine, wrong), Unavailable); };
  refused(point("row", 0x1p18, "core", 5, "local", 0));
  refused(point("row", 0x1p18, "node", 3, "local", 0));
  refused(point("row", 0x1p18, "bank", 2, "local", 0));
  refused(point("row", 0x1p18, "core", 1, "local", 0));
  refused(point("row", 0x1p18, "core", 2.5, "local", 0));
  refused(point("row", 1, "core", 2, "local", 0));
  refused(point("row", 0x1p18, "core", 2, "elsewhere", 0));
}

TEST_F(ShardTrial, TooLongAFirstPartAndTooMuchMemoryAreRefused) {
  ShardPlan skewed = plan("row", 2);
  skewed.skew = 1;
  EXPECT_THROW(shard_trial(bench.workspace, skewed), Unavailable);
  ShardPlan large = plan("row", 2);
  large.shard = std::size_t(1) << 30;
  EXPECT_THROW(shard_trial(bench.workspace, large), Unavailable);
}

TEST(ShardAxes, FitTheMachine) {
  Machine machine = machine_with(std::size_t(64) << 30);
  machine.processors.resize(16);
  std::iota(machine.processors.begin(), machine.processors.end(), 0);
  machine.cores = 8;
  machine.nodes = {{0, {0, 1, 2, 3, 8, 9, 10, 11}, 1 << 30}, {1, {4, 5, 6, 7, 12, 13, 14, 15}, 1 << 30}};
  const Probe probe = near_data_shard();
  const auto quick = points(probe.axes(machine, true));
  EXPECT_EQ(quick.size(), 4u);
  EXPECT_TRUE(probe.beside(machine, true).empty());
  EXPECT_EQ(quick.front(), point("row", 0x1p18, "core", 8, "local", 0));
  EXPECT_EQ(quick.back(), point("column", 0x1p24, "core", 8, "local", 0));
  EXPECT_EQ(points(probe.axes(machine, false)).size(), 3u * 4);  // grid as well
  std::set<std::string> kinds;
  for (const Point& each : probe.beside(machine, false)) {
    kinds.insert(each.word("unit") + " " + each.word("placement"));
    EXPECT_NO_THROW(shard_plan(machine, each));
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"core local", "core remote", "node local", "node remote"}));
  machine.available_memory = 1 << 20;
  EXPECT_EQ(points(probe.axes(machine, true)).size(), 2u) << "the smallest is asked for and refused with a sentence";
}

}  // namespace
}  // namespace sextant::probes
