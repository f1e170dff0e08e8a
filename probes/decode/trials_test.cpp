// SPDX-License-Identifier: Apache-2.0
#include "probes/decode/trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

Point point(const std::string& type = "int8", double threads = 1, double context = 32) {
  return {
      {"parameters", double(model_shapes[0].weights())}, {"type", type}, {"context", context}, {"threads", threads}};
}

TEST(Decode, EveryTypeIsSoundBesideTheOthers) {
  Bench bench;
  std::vector<std::unique_ptr<Trial>> trials;
  for (double threads = 1; threads <= std::min<double>(2, double(bench.machine.processors.size())); ++threads) {
    for (const char* type : {"f32", "bf16", "int8", "int4"}) {
      trials.push_back(decode_trial(bench.workspace, point(type, threads)));
    }
  }
  for (int turn = 0; turn < 2; ++turn) {
    for (const auto& trial : trials) trial->run(3);
  }
  for (const auto& trial : trials) EXPECT_NO_THROW(trial->verify());
}

TEST(Decode, BeginsAnewAfterASequence) {
  Bench bench;
  const auto trial = decode_trial(bench.workspace, point("int8", 1, 0));
  trial->run(300);
  EXPECT_NO_THROW(trial->verify());
}

TEST(DecodeMutant, OneElementWrong) {
  Bench bench;
  DecodeKernels kernels;
  kernels.multiply = [](auto rows, const Activations& x, auto y, auto stride) {
    multiply(rows, x, y, stride);
    y[3] += 1e-3f;
  };
  expect_caught(decode_trial(bench.workspace, point(), kernels));
}

TEST(DecodeMutant, OneBlockOfRowsSkipped) {
  for (const char* type : {"f32", "bf16", "int8", "int4"}) {
    Bench bench;
    DecodeKernels kernels;
    kernels.multiply = [](auto rows, const Activations& x, auto y, auto stride) {
      const std::size_t bytes = row_bytes(x.weights(), x.columns());
      multiply(rows.subspan(32 * bytes), x, y.subspan(32), stride);
    };
    expect_caught(decode_trial(bench.workspace, point(type), kernels));
  }
}

TEST(DecodeMutant, OneLayerInPlaceOfAnother) {
  Bench bench;
  DecodeKernels kernels;
  // The down projection, known by its columns: always that of the first layer.
  kernels.multiply = [first = std::span<const std::byte>()](auto rows, const Activations& x, auto y,
                                                            auto stride) mutable {
    if (x.columns() == model_shapes[0].feed_forward) {
      if (first.empty()) first = rows;
      rows = first;
    }
    multiply(rows, x, y, stride);
  };
  expect_caught(decode_trial(bench.workspace, point(), kernels));
}

TEST(DecodeMutant, KeyAndValueOfATokenBefore) {
  Bench bench;
  DecodeKernels kernels;
  kernels.store = [stored = std::map<const std::byte*, bool>()](auto& layout, auto pages, auto token, auto key,
                                                                auto value) mutable {
    if (!std::exchange(stored[pages[0]], true)) store_token(layout, pages, token, key, value);  // the first alone
  };
  expect_caught(decode_trial(bench.workspace, point(), kernels));
}

TEST(DecodeMutant, OneStepOfManyStale) {
  Bench bench;
  DecodeKernels kernels;
  // The logits of the fourth step are those of the third: none of the last step of any run.
  kernels.multiply = [step = 0](auto rows, const Activations& x, auto y, auto stride) mutable {
    if (y.size() == model_shapes[0].vocabulary && ++step == 4) return;
    multiply(rows, x, y, stride);
  };
  const auto trial = decode_trial(bench.workspace, point(), kernels);
  trial->run(8);
  trial->run(9);
  EXPECT_THROW(trial->verify(), WrongAnswer);
}

TEST(Decode, CountsWeightsAndTheCache) {
  Bench bench;
  const auto trial = decode_trial(bench.workspace, point());
  const Work work = trial->run(2);
  const ModelShape& shape = model_shapes[0];
  EXPECT_EQ(work.operations, 2);
  EXPECT_EQ(work.bytes, 2.0 * (double(bytes_read(shape, Format::int8)) + 4 * 2 * 2 * 32 * 2 * 33.0));
  ASSERT_EQ(work.extras.size(), 5u);
  double sum = 0;
  for (const double seconds : work.extras) sum += seconds;
  EXPECT_LE(sum, work.seconds.value() / 2);  // per token
}

TEST(Decode, WhatCannotBeHasASentence) {
  Bench bench;
  Point other = point();
  EXPECT_THROW(decode_trial(bench.workspace, point("int2")), Unavailable);
  EXPECT_THROW(decode_trial(bench.workspace, point("int8", 4096)), Unavailable);
  EXPECT_THROW(decode_trial(bench.workspace, point("int8", 1, 1e9)), Unavailable);
  EXPECT_THROW(
      decode_trial(bench.workspace, {{"parameters", 7e10}, {"type", "int8"}, {"context", 1.0}, {"threads", 1.0}}),
      Unavailable);
  EXPECT_THROW(
      decode_trial(
          bench.workspace,
          {{"parameters", double(model_shapes[4].weights())}, {"type", "f32"}, {"context", 1.0}, {"threads", 1.0}}),
      Unavailable);
  Bench none(0);
  EXPECT_THROW(decode_trial(none.workspace, point()), Unavailable);
}

}  // namespace
}  // namespace sextant::probes
