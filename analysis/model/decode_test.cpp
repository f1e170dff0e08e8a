// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/decode.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "analysis/model/example_models.hpp"

namespace sextant::analysis {
namespace {

constexpr double TiB = 1099511627776.0;

Workload at(Model model, double bytes, double batch, double context) {
  Workload w;
  w.model = model;
  w.precision = example::all_bytes(bytes);
  w.batch = batch;
  w.context = context;
  w.parallelism = {.tensor = 1, .context = 0};
  return w;
}

TEST(Decode, BandwidthBoundTimeIsBytesOverBandwidth) {
  const Workload w = at(example::llama_3_8b(), 2, 1, 0);
  const double weights = 2 * (8030261248.0 - 128256.0 * 4096 - 65 * 4096) + 2 * 4096;
  const Step step = decode_step(w, example::pure_memory(1, 1e12));
  EXPECT_NEAR(step.seconds, weights / 1e12, 1e-9 * step.seconds);
  EXPECT_STREQ(bound_by(step), "memory bandwidth");
}

TEST(Decode, PartsAddUpToTheStep) {
  Hardware h = example::pure_memory(8, 3e12);
  h.compute.fill(1e14);
  h.overlap = 3;
  h.fixed = {Execution::graph, 1e-6, 10e-6, 0.5e-6, 20e-6};
  example::add_flash(h, 1e13, 5e12, 5e-6, 0.2);
  example::add_units(h, 16, 0.1, 1e12, 0.3e-6);
  h.interconnect() = {Topology::switched, 4e-6, 0, 1 / 400e9, 1};
  Workload w = at(example::gpt_oss_120b(), 1, 16, 8192);
  w.precision.activation = 2;
  const Step step = decode_step(w, h);
  EXPECT_NEAR(std::accumulate(step.parts.begin(), step.parts.end(), 0.0), step.seconds, 1e-12);
  double operators = 0;
  for (const OperatorTime& time : step.operators) operators += time.seconds;
  EXPECT_NEAR(operators + step.parts[5] + step.parts[6] + step.parts[7], step.seconds, 1e-12);
  for (std::size_t i = 0; i < part_count; ++i) {
    const bool absent = i == static_cast<std::size_t>(Part::draft) || i == static_cast<std::size_t>(Part::power);
    EXPECT_EQ(step.parts[i] > 0, !absent) << part_names[i];
  }
}

// A6: scaling book, LLaMA-3 70B in int8 on TPU v5e: 17 ms and 235 tokens/s a chip on 4x2, 8.5 ms on 4x4.
TEST(Decode, ScalingBookExample) {
  const Workload w = at(example::llama_3_70b(), 1, 32, 8192);
  const Step eight = decode_step(w, example::pure_memory(8, 8.1e11));
  EXPECT_NEAR(eight.seconds / 17e-3, 1, 0.03);
  EXPECT_NEAR(32 / eight.seconds / 8 / 235, 1, 0.03);
  EXPECT_NEAR(decode_step(w, example::pure_memory(16, 8.1e11)).seconds / 8.5e-3, 1, 0.03);
}

// A7: LIMINAL, 405B in FP8 on devices of 4 TiB/s, three synchronisations a layer of 0.2 us (8 devices) or 1.5 us: 86
// and 80 tokens a second with TP8 at 4k and 128k of context, 290 with TP32.
TEST(Decode, LiminalCells) {
  struct Cell {
    double devices, context, synchronisation, tokens;
  };
  for (const Cell& cell : {Cell{8, 4096, 0.2e-6, 86}, Cell{8, 131072, 0.2e-6, 80}, Cell{32, 4096, 1.5e-6, 290}}) {
    Hardware h = example::pure_memory(cell.devices, 4 * TiB);
    h.fixed.per_layer = 3 * cell.synchronisation;
    const Workload w = at(example::llama_31_405b(), 1, 1, cell.context);
    EXPECT_NEAR(1 / decode_step(w, h).seconds / cell.tokens, 1, 0.01) << cell.devices << " " << cell.context;
  }
}

// F1: eight first-generation HBF stacks hold 4 TB, one holds 405B in FP8, a full stack takes 320 ms to sweep.
TEST(Decode, FirstGenerationFlash) {
  Hardware h = example::pure_memory(1, 1e12);
  h.memory().capacity = 1e9;  // the cache alone
  example::add_flash(h, 512e9, 1.6e12, 0, 1);
  const Workload w = at(example::llama_31_405b(), 1, 1, 1024);
  const Step step = decode_step(w, h);
  EXPECT_TRUE(step.fits);
  EXPECT_GT(step.placement.shares[0][1], 0.99);
  EXPECT_NEAR(h.tiers[1].capacity / h.tiers[1].read_bandwidth, 0.320, 1e-12);
  EXPECT_EQ(8 * h.tiers[1].capacity, 4.096e12);
  EXPECT_GT(step.seconds, 400e9 / 1.6e12);
}

// F2: RPU, 308 units of 512 GB/s, 4.25-bit weights: 1.4 ms for a token of 405B; 428 units 1.0 ms.
TEST(Decode, RpuTokenTimes) {
  const Workload w = at(example::llama_31_405b(), 4.25 / 8, 1, 0);
  EXPECT_NEAR(decode_step(w, example::pure_memory(1, 308 * 512e9)).seconds / 1.4e-3, 1, 0.06);
  EXPECT_NEAR(decode_step(w, example::pure_memory(1, 428 * 512e9)).seconds / 1.0e-3, 1, 0.06);
}

// B3: H100 TensorRT-LLM fitted on 7B and 8B models (BW_eff 2.85 TB/s, 62 us a layer, 11.6 us an all-reduce of four)
// predicts LLaMA-3 70B on four: 2.312 s for 128 tokens after 128, prefill at half of the peak included.
TEST(Decode, PublishedSeventyBillionRun) {
  Workload w;
  w.model = example::llama_3_70b();
  w.context = 128;
  w.output = 128;
  Hardware h = example::pure_memory(4, 2.85e12);
  h.compute.fill(0.5 * 989e12);
  h.fixed = {Execution::graph, 0, 62e-6, 0.48e-6, 0};
  h.interconnect() = {Topology::switched, 11.6e-6, 0, 1 / 360e9, 1};
  const double prefill = 2 * 70.55e9 * 128 / (4 * 0.5 * 989e12);
  const double latency = prefill + 128 * decode_step(w, h).seconds;
  EXPECT_NEAR(latency / 2.312, 1, 0.10);
}

TEST(Decode, OverlapLiesBetweenTheLongerAndTheSum) {
  EXPECT_DOUBLE_EQ(overlapped(3, 4, 1), 7);
  EXPECT_DOUBLE_EQ(overlapped(3, 4, 2), 5);
  EXPECT_NEAR(overlapped(3, 4, 100), 4, 1e-9);
  EXPECT_EQ(overlapped(0, 4, 3), 4);
  EXPECT_EQ(overlapped(0, 0, 3), 0);
}

TEST(Decode, ComputeBoundWhenTheBatchPassesTheKnee) {
  // B_crit = b_w/2 peak/BW (4.2) = 100 here.
  Hardware h = example::pure_memory(1, 1e12);
  h.compute.fill(1e14);
  EXPECT_STREQ(bound_by(decode_step(at(example::llama_3_8b(), 2, 50, 16), h)), "memory bandwidth");
  EXPECT_STREQ(bound_by(decode_step(at(example::llama_3_8b(), 2, 200, 16), h)), "compute");
}

TEST(Decode, FixedCostCountsKernelsLayersAndSequences) {
  Hardware h = example::pure_memory(1, 1e15);
  const Workload w = at(example::llama_3_8b(), 2, 4, 16);
  h.fixed = {Execution::graph, 1e-6, 10e-6, 0.5e-6, 20e-6};
  const Step step = decode_step(w, h);
  // embedding and head once; QKV, attention, output, two FFN products, two norms in each of 32 layers.
  EXPECT_EQ(step.kernels, 2 + 32 * 7);
  EXPECT_NEAR(step.parts[7], step.kernels * 1e-6 + 32 * (10e-6 + 4 * 0.5e-6) + 20e-6, 1e-15);
  EXPECT_STREQ(bound_by(step), "fixed cost");
}

TEST(Decode, ExpertsInFlashShowTheirSenseTimeOncePerLayer) {
  Hardware h = example::pure_memory(1, 3e12);
  h.memory().capacity = 40e9;
  example::add_flash(h, 2e12, 5e12, 10e-6, 0);
  const Workload w = at(example::mixtral_8x7b(), 2, 1, 128);
  EXPECT_NEAR(decode_step(w, h).parts[3], 32 * 10e-6, 1e-12);
  h.tiers[1].prediction = 0.8;
  // A layer waits unless all of its experts were guessed: 1 - p^n of the latency, n those that lie in flash.
  const Step guessed = decode_step(w, h);
  const double in_flash = 2 * guessed.placement.shares[static_cast<std::size_t>(Object::experts)][1];
  EXPECT_NEAR(guessed.parts[3], 32 * (1 - std::pow(0.8, in_flash)) * 10e-6, 1e-12);
  // Weights with a static order are prefetched: a dense model shows none of it (address class A).
  EXPECT_EQ(decode_step(at(example::llama_3_8b(), 2, 1, 128), h).parts[3], 0);
}

TEST(Decode, WeightsSplitSoThatBothTiersFinishTogether) {
  Hardware h = example::pure_memory(1, 4e12);
  example::add_flash(h, 4e12, 6e12, 0, 1);
  const Workload w = at(example::llama_3_70b(), 2, 1, 0);
  const Step step = decode_step(w, h);
  EXPECT_NEAR(step.placement.shares[0][1], 0.6, 1e-12);
  h.tier_count = 1;
  EXPECT_NEAR(decode_step(w, h).seconds / step.seconds, 2.5, 0.01);
}

TEST(Decode, ACacheDoesNotGoToFlash) {
  Hardware h = example::pure_memory(1, 4e12);
  h.memory().capacity = 10e9;
  example::add_flash(h, 4e12, 6e12, 0, 1);
  EXPECT_FALSE(decode_step(at(example::llama_3_70b(), 2, 64, 8192), h).fits);
  EXPECT_TRUE(decode_step(at(example::llama_3_70b(), 2, 1, 8192), h).fits);
}

TEST(Decode, UnitsNearMemoryPayForTalking) {
  Hardware h = example::pure_memory(1, 1e12);
  const Workload w = at(example::llama_3_8b(), 2, 1, 128);
  const double alone = decode_step(w, h).seconds;
  example::add_units(h, 16, 0, 1e12, 0.5e-6);
  const Step step = decode_step(w, h);
  // Four levels of a tree for each of QKV, attention, output and two FFN products in 32 layers, and for the two tables.
  EXPECT_GE(step.seconds - alone, 32 * 5 * 4 * 0.5e-6);
  EXPECT_LE(step.seconds - alone, 1.2 * (32 * 5 + 2) * 4 * 0.5e-6);
}

TEST(Decode, EightyGigabytesDoNotHold405B) {
  Hardware h = example::pure_memory(8, 3e12);
  h.memory().capacity = 80e9;
  Workload w = at(example::llama_31_405b(), 2, 1, 4096);
  Step step = decode_step(w, h);
  EXPECT_FALSE(step.fits);
  // (2 x 405.85e9 less the norms, plus 4096 x 516096) / 8 = 101.73 GB on a device.
  EXPECT_NEAR(step.needed, 101.73e9, 0.01e9);
  h.memory().capacity = step.needed;
  EXPECT_TRUE(decode_step(w, h).fits);
  h.memory().capacity = step.needed * (1 - 1e-9);
  EXPECT_FALSE(decode_step(w, h).fits);
}

}  // namespace
}  // namespace sextant::analysis
