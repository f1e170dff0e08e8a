// SPDX-License-Identifier: Apache-2.0
#include "probes/near_data/trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

// Mutants: each kernel with one element wrong, one block skipped, or a stale read must fail verify().

const Point gemv_point{{"footprint", double(mebibyte)}, {"threads", 1.0}};

TEST(GemvMutant, OneElementWrong) {
  Bench bench;
  expect_caught(gemv_f32_trial(bench.workspace, gemv_point, [](auto weights, auto x, auto y) {
    gemv_f32(weights, x, y);
    y[5] += (weights[5 * x.size() + 9] - weights[5 * x.size() + 8]) * x[8];  // one weight taken from its neighbour
  }));
  expect_caught(gemv_int8_trial(bench.workspace, gemv_point, [](auto rows, const Int8Vector& x, auto y) {
    gemv_int8(rows, x, y);
    y[5] += 0.25f;  // the smallest step there is
  }));
}

TEST(GemvMutant, OneBlockSkipped) {
  Bench bench;
  expect_caught(gemv_f32_trial(bench.workspace, gemv_point, [](auto weights, auto x, auto y) {
    gemv_f32(weights, x, y);
    for (std::size_t c = 64; c < 96; ++c) y[7] -= weights[7 * x.size() + c] * x[c];
  }));
  expect_caught(gemv_int8_trial(bench.workspace, gemv_point, [](auto rows, const Int8Vector& x, auto y) {
    Int8Vector without = x;
    without.scales[17] = 0;
    gemv_int8(rows, without, y);
  }));
  expect_caught(gemv_int8_trial(bench.workspace, gemv_point, [](auto rows, const Int8Vector& x, auto y) {
    const std::size_t row = int8_row_bytes(x.values.size());
    gemv_int8(rows.subspan(row), x, y.subspan(1));  // the first row is never written
  }));
}

TEST(GemvMutant, StaleRead) {
  Bench bench;
  auto stale = [previous = std::vector<float>()](std::span<float> y) mutable {
    if (previous.empty()) previous.assign(y.size(), 0.0f);
    std::swap_ranges(previous.begin(), previous.end(), y.begin());  // hands out the product before this one
  };
  expect_caught(gemv_f32_trial(bench.workspace, gemv_point, [stale](auto weights, auto x, auto y) mutable {
    gemv_f32(weights, x, y);
    stale(y);
  }));
  expect_caught(gemv_int8_trial(bench.workspace, gemv_point, [stale](auto rows, const Int8Vector& x, auto y) mutable {
    gemv_int8(rows, x, y);
    stale(y);
  }));
}

TEST(Gemv, FormatsAndThreadsShareTheArenaWithoutDisturbingEachOther) {
  Bench bench;
  std::vector<std::unique_ptr<Trial>> trials;
  for (double footprint : {1.0 * mebibyte, 4.0 * mebibyte}) {
    for (double threads = 1; threads <= std::min<double>(2, double(bench.machine.processors.size())); ++threads) {
      const Point point{{"footprint", footprint}, {"threads", threads}};
      trials.push_back(gemv_f32_trial(bench.workspace, point));
      trials.push_back(gemv_int8_trial(bench.workspace, point));
    }
  }
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& trial : trials) trial->run(3);
  }
  for (const auto& trial : trials) EXPECT_NO_THROW(trial->verify());
}

TEST(Gemv, CountsWeightsAndScales) {
  Bench bench;
  const Work f32 = gemv_f32_trial(bench.workspace, gemv_point)->run(2);
  EXPECT_EQ(f32.bytes, 2.0 * 64 * 4096 * 4);
  EXPECT_EQ(f32.operations, 2.0 * 2 * 64 * 4096);
  const Work int8 = gemv_int8_trial(bench.workspace, gemv_point)->run(2);
  EXPECT_EQ(int8.bytes, 2.0 * 240 * (4096 + 256));
  EXPECT_EQ(int8.operations, 2.0 * 2 * 240 * 4096);
}

}  // namespace
}  // namespace sextant::probes
