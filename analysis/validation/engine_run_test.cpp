// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/engine_run.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/model/prefill.hpp"
#include "analysis/validation/example_cases.hpp"

namespace sextant::analysis {
namespace {

using example::catalogue;
using example::decode_case;
using example::decoding;

EngineRun run_of(const Case& c) { return engine_run(c, catalogue()); }

const std::string& name_of(const EngineRun& run, Effect effect) {
  return run.effects[static_cast<std::size_t>(effect)].name;
}

// All of `batch` asked for at once, 1024 tokens in and as many out.
Case static_batch(double batch) {
  Case c = decode_case();
  c.group = batch > 1 ? Group::batched : Group::single;
  decoding(c).batch = batch;
  decoding(c).input = decoding(c).output = 1024;
  decoding(c).notes = "one static batch to the last token, prefill included";
  return c;
}

Case under_load(const char* model, double accelerators, double shared_by) {
  Case c = decode_case();
  c.group = Group::maxload;
  c.metric = Metric::total_rate;
  Decoding& d = decoding(c);
  d.model = model;
  d.batch.reset();
  d.input = d.output = 1024;
  d.accelerators = accelerators;
  d.shared_by = shared_by;
  return c;
}
Case unstated(const char* model, double accelerators) {
  Case c = under_load(model, accelerators, 1);
  decoding(c).split_stated = false;
  return c;
}

constexpr EngineFigures figures{0.8, 50e-6, 1e-6, 0.5, 8e-6, 0.25, 1};

// Of 72 GB, 13.48 GB are weights; a sequence of 2048 tokens keeps 2048 x 2 x 32 x 4096 x 2 = 1.0737 GB: 54.5 fit.
TEST(EngineRun, ABatchWhoseCacheDoesNotFitRunsInWaves) {
  const std::tuple<double, double> counted[] = {{1, 1}, {54, 1}, {55, 2}, {108, 2}, {109, 3}, {256, 5}};
  for (const auto& [batch, waves] : counted) {
    const EngineRun run = run_of(static_batch(batch));
    EXPECT_EQ(run.waves, waves) << batch;
    EXPECT_DOUBLE_EQ(run.workload.batch, batch / waves);
  }
}

TEST(EngineRun, ABatchThatIsNoStaticOneIsNotCut) {
  Case c = static_batch(256);
  decoding(c).notes.clear();
  EXPECT_EQ(run_of(c).waves, 1);
  EXPECT_EQ(run_of(c).workload.batch, 256);
}

TEST(EngineRun, OneAcceleratorForATokenOfSeveralUnderLoadIsAPipeline) {
  const EngineRun run = run_of(under_load("llama-2-7b", 4, 1));
  EXPECT_EQ(run.workload.parallelism.pipeline, 4);
  EXPECT_EQ(run.workload.parallelism.tensor, 1);
  EXPECT_EQ(run.replicas, 1);
  EXPECT_EQ(run.ranks, 1);
  EXPECT_EQ(run.values[slot(Key::devices)], 4);
  EXPECT_EQ(run_of(under_load("llama-2-7b", 64, 1)).workload.parallelism.pipeline, 32) << "a layer each at most";
  EXPECT_EQ(run_of(under_load("llama-2-7b", 4, 4)).workload.parallelism.pipeline, 1);
}

TEST(EngineRun, AStatedGroupIsReplicated) {
  const EngineRun run = run_of(under_load("llama-2-70b", 8, 4));
  EXPECT_EQ(run.workload.parallelism.tensor, 4);
  EXPECT_EQ(run.replicas, 2);
  EXPECT_EQ(run.ranks, 4);
}

// 70B in 16 bits are 138 GB; half of 90 % of 80 GB is 36 GB, so that four hold them and two do not.
TEST(EngineRun, ASplitThatIsNotStatedIsTheSmallestThatIsHalfEmpty) {
  const EngineRun run = run_of(unstated("llama-2-70b", 8));
  EXPECT_EQ(run.workload.parallelism.tensor, 4);
  EXPECT_EQ(run.workload.parallelism.pipeline, 1);
  EXPECT_EQ(run.replicas, 2);
  EXPECT_EQ(run_of(unstated("llama-2-7b", 8)).replicas, 8);
}

TEST(EngineRun, WeightsThatNoCountedAcceleratorHoldsComeFromALargerGroup) {
  const EngineRun run = run_of(unstated("llama-2-70b", 1));
  EXPECT_EQ(run.ranks, 2);
  EXPECT_EQ(run.replicas, 1) << "138 GB need two of 72 GB";
}

TEST(EngineRun, UnderLoadExpertsAreSpreadAndAttentionIsReplicated) {
  const Parallelism p = run_of(under_load("mixtral-8x7b", 4, 4)).workload.parallelism;
  EXPECT_EQ(p.tensor, 1);
  EXPECT_EQ(p.data, 4);
  EXPECT_EQ(p.expert, 4);
  EXPECT_EQ(run_of(under_load("mixtral-8x7b", 4, 4)).ranks, 4);
}

// (72 GB - 13.48 GB) / (1536 x 0.524288 MB) = 72.7: the mean length, not the longest.
TEST(EngineRun, ABatchThatIsNotStatedFillsTheMemoryAtMeanLength) {
  EXPECT_EQ(run_of(under_load("llama-2-7b", 1, 1)).workload.batch, 72);
  Case tiny = under_load("llama-2-7b", 1, 1);
  decoding(tiny).input = 1;
  decoding(tiny).output = 2;
  EXPECT_EQ(run_of(tiny).workload.batch, most_requests);
}

// Groups side by side share a stated batch (case_workload.hpp); the rate of all is that of the groups together.
TEST(EngineRun, GroupsOfAStatedBatchDecodeSideBySide) {
  Case c = static_batch(64);
  decoding(c).input = decoding(c).output = 16;
  decoding(c).accelerators = 8;
  decoding(c).shared_by = 2;
  c.metric = Metric::total_rate;
  const EngineRun run = run_of(c);
  EXPECT_EQ(run.workload.batch, 16);
  EXPECT_EQ(run.replicas, 4);
  EXPECT_DOUBLE_EQ(value_of(run, 0.01, 0, 1), 6400);
}

TEST(EngineRun, ValuesFollowTheConventionOfTheirMetric) {
  Case c = decode_case();
  decoding(c).accelerators = 8;
  EngineRun run;
  run.measured = &c;
  run.workload.batch = 4;
  run.workload.output = 32;
  run.waves = 2;
  run.replicas = 3;
  run.ranks = 2;
  // A step of 10 ms, 0.32 s of prompts over 32 tokens, a load of 1.5: 2 waves x 1.5 x 20 ms with prompts.
  struct Expected {
    Metric metric;
    double with_prompt, without;
  };
  for (const Expected& e : {Expected{Metric::user_rate, 1 / 0.06, 1 / 0.03},
                            {Metric::total_rate, 400, 800},
                            {Metric::accelerator_rate, 50, 100},
                            {Metric::step_time, 0.06, 0.03},
                            {Metric::batch_time, 1.92, 0.96}}) {
    c.metric = e.metric;
    run.prompt = true;
    EXPECT_NEAR(value_of(run, 0.01, 0.32, 1.5), e.with_prompt, 1e-9 * e.with_prompt);
    run.prompt = false;
    EXPECT_NEAR(value_of(run, 0.01, 0.32, 1.5), e.without, 1e-9 * e.without);
  }
  c.metric = Metric::accelerator_rate;
  decoding(c).accelerators = 1;
  EXPECT_NEAR(value_of(run, 0.01, 0, 1.5), 800 / 2.0, 1e-9) << "of a group that the row does not count";
}

TEST(EngineRun, PromptsCountWhereTheRowCountsThem) {
  EXPECT_FALSE(run_of(decode_case()).prompt);
  EXPECT_TRUE(run_of(static_batch(4)).prompt);
  EXPECT_TRUE(run_of(under_load("llama-2-7b", 1, 1)).prompt);
  Case c = decode_case();
  c.metric = Metric::batch_time;
  EXPECT_TRUE(run_of(c).prompt);
}

TEST(EngineRun, ABatchTimeIsItsPromptsAndItsSteps) {
  Case c = static_batch(16);
  c.metric = Metric::batch_time;
  const EngineRun run = run_of(c);
  const Hardware h = hardware_of(run, figures);
  EXPECT_DOUBLE_EQ(h.memory().read_bandwidth, 0.8 * 3352e9);
  EXPECT_DOUBLE_EQ(h.fixed.per_layer, 50e-6);
  EXPECT_DOUBLE_EQ(h.compute[static_cast<std::size_t>(Arithmetic::bf16)], 0.5 * 989e12);
  const double step = decode_step(run.workload, h).seconds, prompt = prefill_seconds(run.workload, h);
  EXPECT_GT(prompt, 0);
  EXPECT_NEAR(predicted_value(run, figures), 1024 * step + prompt, 1e-9 * prompt);
}

TEST(EngineRun, AlikePromptsRouteAlikeAsFarAsIsFitted) {
  EXPECT_EQ(run_of(decode_case()).workload.routing.correlation, 0);
  EXPECT_EQ(name_of(run_of(decode_case()), Effect::routing), "");
  Case bench = decode_case(), same = decode_case();
  decoding(bench).engine = "llama.cpp batched-bench";
  decoding(same).notes = "halved; same run as -latency";
  for (const Case& c : {static_batch(16), bench, same}) {
    const EngineRun run = run_of(c);
    EXPECT_EQ(run.workload.routing.correlation, 1);
    EXPECT_NE(name_of(run, Effect::routing), "");
    EXPECT_DOUBLE_EQ(workload_with(run, figures).routing.correlation, 0.25);
  }
}

TEST(EngineRun, OnlyAcceleratorsThatShareATokenReduce) {
  const auto reduces = [](const Case& c) { return !name_of(run_of(c), Effect::all_reduce).empty(); };
  Case shared = decode_case();
  decoding(shared).accelerators = decoding(shared).shared_by = 2;
  EXPECT_TRUE(reduces(shared));
  EXPECT_FALSE(reduces(decode_case()));
  EXPECT_FALSE(reduces(under_load("llama-2-7b", 4, 1))) << "a pipeline passes on";
  EXPECT_TRUE(reduces(under_load("llama-2-70b", 8, 8)));
  EXPECT_EQ(name_of(run_of(under_load("llama-2-70b", 8, 8)), Effect::between), "");
  EXPECT_NE(name_of(run_of(under_load("deepseek-v3", 16, 16)), Effect::between), "");
}

// 7.6, 11.6 and 15.6 us of 2, 4 and 8: as 1, 1.5 and 2.
TEST(EngineEffects, AnAllReduceGrowsWithTheLogarithmOfItsRanks) {
  EffectValues values{};
  values[static_cast<std::size_t>(Effect::all_reduce)] = std::log(8e-6);
  values[static_cast<std::size_t>(Effect::between)] = std::log(30e-6);
  EXPECT_EQ(figures_of(values, 0, 1).latency, 0);
  EXPECT_NEAR(figures_of(values, 0, 2).latency, 8e-6, 1e-12);
  EXPECT_NEAR(figures_of(values, 0, 4).latency, 12e-6, 1e-12);
  EXPECT_NEAR(figures_of(values, 0, 8).latency, 16e-6, 1e-12);
  EXPECT_NEAR(figures_of(values, 0, 16).latency, 20e-6 + 30e-6, 1e-12);
}

TEST(EngineEffects, ASlowDeviceIsSlowInAllThatItDoesAndNoShareIsAboveOne) {
  EffectValues values{};
  values[static_cast<std::size_t>(Effect::efficiency)] = std::log(0.8);
  values[static_cast<std::size_t>(Effect::generation)] = 0.05;
  values[static_cast<std::size_t>(Effect::arithmetic)] = std::log(0.5);
  const EngineFigures usual = figures_of(values, 2, 1);
  EXPECT_NEAR(usual.efficiency, 0.8 * std::exp(0.1), 1e-12);
  values[static_cast<std::size_t>(Effect::device)] = std::log(1.25);
  const EngineFigures slow = figures_of(values, 2, 1);
  EXPECT_NEAR(usual.efficiency / slow.efficiency, 1.25, 1e-12);
  EXPECT_NEAR(usual.arithmetic / slow.arithmetic, 1.25, 1e-12);
  EXPECT_NEAR(slow.per_layer / usual.per_layer, 1.25, 1e-12);
  EXPECT_NEAR(slow.per_sequence / usual.per_sequence, 1.25, 1e-12);
  EXPECT_EQ(figures_of(values, 40, 1).efficiency, 1);
}

}  // namespace
}  // namespace sextant::analysis
