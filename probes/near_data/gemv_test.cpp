// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "probes/near_data/trials.hpp"
#include "probes/probes.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

Point gemv_point(std::string type, double footprint = mebibyte, double threads = 1, double batch = 1) {
  return {{"type", std::move(type)}, {"footprint", footprint}, {"threads", threads}, {"batch", batch}};
}

class GemvFormat : public testing::TestWithParam<const char*> {};

// Mutants: each kernel with one element wrong, one block skipped, or a stale answer must fail verify().

TEST_P(GemvFormat, OneElementWrongIsCaught) {
  Bench bench;
  for (const double batch : {1, 5}) {
    const Point point = gemv_point(GetParam(), mebibyte, 1, batch);
    expect_caught(gemv_trial(bench.workspace, point, [](auto rows, const Activations& x, auto y, std::size_t stride) {
      multiply(rows, x, y, stride);
      y[(x.batch() - 1) * stride + 5] += 0.25f;  // the smallest step there is
    }));
    expect_caught(gemv_trial(bench.workspace, point, [](auto rows, const Activations& x, auto y, std::size_t stride) {
      multiply(rows, x, y, stride);
      std::vector<float> row(x.columns());
      const std::size_t bytes = row_bytes(x.weights(), x.columns());
      decode(x.weights(), rows.subspan(5 * bytes, bytes), row);
      std::size_t c = 8;
      while (row[c] == row[c + 1] || x.vector(0)[c] == 0) ++c;
      y[5] += (row[c + 1] - row[c]) * x.vector(0)[c];  // one weight taken from its neighbour
    }));
  }
}

TEST_P(GemvFormat, OneBlockSkippedIsCaught) {
  Bench bench;
  const Point point = gemv_point(GetParam(), mebibyte, 1, 3);
  expect_caught(gemv_trial(bench.workspace, point, [](auto rows, const Activations& x, auto y, std::size_t stride) {
    multiply(rows, x, y, stride);
    std::vector<float> row(x.columns());
    const std::size_t bytes = row_bytes(x.weights(), x.columns());
    decode(x.weights(), rows.subspan(7 * bytes, bytes), row);
    for (std::size_t c = 64; c < 96; ++c) y[2 * stride + 7] -= row[c] * x.vector(2)[c];
  }));
  expect_caught(gemv_trial(bench.workspace, point, [](auto rows, const Activations& x, auto y, std::size_t stride) {
    const std::size_t row = row_bytes(x.weights(), x.columns());
    multiply(rows.subspan(row), x, y.subspan(1), stride);  // the first row is never written
  }));
  expect_caught(gemv_trial(bench.workspace, point, [](auto rows, const Activations& x, auto y, std::size_t stride) {
    multiply(rows, x, y, stride);
    std::copy_n(y.data() + stride, rows.size() / row_bytes(x.weights(), x.columns()), y.data());  // a vector twice
  }));
}

TEST_P(GemvFormat, StaleAnswerIsCaught) {
  Bench bench;
  // Hands out the product before this one.
  auto stale = [previous = std::vector<float>()](auto rows, const Activations& x, auto y, std::size_t stride) mutable {
    multiply(rows, x, y, stride);
    if (previous.empty()) previous.assign(y.size(), 0.0f);
    std::swap_ranges(previous.begin(), previous.begin() + std::ptrdiff_t(y.size()), y.begin());
  };
  expect_caught(gemv_trial(bench.workspace, gemv_point(GetParam(), 65536), stale));
}

TEST_P(GemvFormat, IsSoundInEveryBatchAndFootprint) {
  Bench bench;
  for (const double footprint : {32768.0, 300000.0, 1.0 * mebibyte}) {
    for (const double batch : {1, 2, 16, 17, 64}) {
      SCOPED_TRACE(std::to_string(footprint) + " " + std::to_string(batch));
      expect_sound(gemv_trial(bench.workspace, gemv_point(GetParam(), footprint, 1, batch)));
    }
  }
}

TEST_P(GemvFormat, PlainProductIsSound) {
  Bench bench;
  expect_sound(gemv_trial(bench.workspace, gemv_point(GetParam(), 65536, 1, 2), multiply_plainly));
}

INSTANTIATE_TEST_SUITE_P(All, GemvFormat, testing::Values("f32", "f16", "bf16", "int8", "int4"),
                         [](const auto& format) { return std::string(format.param); });

TEST(Gemv, FormatsAndThreadsShareTheArenaWithoutDisturbingEachOther) {
  Bench bench;
  std::vector<std::unique_ptr<Trial>> trials;
  for (const char* type : {"f32", "f16", "bf16", "int8", "int4"}) {
    for (const double footprint : {0.0625 * mebibyte, 1.0 * mebibyte, 4.0 * mebibyte}) {
      for (double threads = 1; threads <= std::min<double>(2, double(bench.machine.processors.size())); ++threads)
        trials.push_back(gemv_trial(bench.workspace, gemv_point(type, footprint, threads)));
    }
  }
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& trial : trials) trial->run(3);
  }
  for (const auto& trial : trials) EXPECT_NO_THROW(trial->verify());
}

TEST(Gemv, CountsWeightsAndScalesOnceAndOperationsForEachVector) {
  Bench bench;
  const Work f32 = gemv_trial(bench.workspace, gemv_point("f32"))->run(2);
  EXPECT_EQ(f32.bytes, 2.0 * 64 * 4096 * 4);
  EXPECT_EQ(f32.operations, 2.0 * 2 * 64 * 4096);
  const Work int8 = gemv_trial(bench.workspace, gemv_point("int8", mebibyte, 1, 4))->run(2);
  EXPECT_EQ(int8.bytes, 2.0 * 240 * (4096 + 256));
  EXPECT_EQ(int8.operations, 2.0 * 2 * 240 * 4096 * 4);
  const Work int4 = gemv_trial(bench.workspace, gemv_point("int4", 32768))->run(1);
  EXPECT_EQ(int4.bytes, 56 * (512 + 64));  // 16 rows of 4096 weights do not fit
}

TEST(Gemv, SaysWhyAPointCannotBeHad) {
  Bench bench;
  EXPECT_THROW(gemv_trial(bench.workspace, gemv_point("int5")), Unavailable);
  EXPECT_THROW(gemv_trial(bench.workspace, gemv_point("f32", 4096)), Unavailable);
  EXPECT_THROW(gemv_trial(bench.workspace, gemv_point("f32", 128.0 * mebibyte)), Unavailable);
  EXPECT_THROW(gemv_trial(bench.workspace, gemv_point("f32", mebibyte, 1, 0)), Unavailable);
  EXPECT_THROW(gemv_trial(bench.workspace, gemv_point("f32", mebibyte, 4096)), Unavailable);
}

TEST(Gemv, PutsBatchesBesideTheProductOfItsAxes) {
  const Machine machine = machine_with(std::size_t(24) << 30);
  const Probe probe = near_data_gemv();
  const auto beside = probe.beside(machine, false);
  EXPECT_EQ(beside.size(), 5u * 2 * 6);
  EXPECT_TRUE(std::all_of(beside.begin(), beside.end(), [](const Point& p) { return p.number("batch") > 1; }));
  EXPECT_EQ(probe.beside(machine, true).size(), 1u);
  EXPECT_LE(points(probe.axes(machine, true)).size(), 16u);
  EXPECT_LE(points(probe.axes(machine, false)).size(), 80u);
}

}  // namespace
}  // namespace sextant::probes
