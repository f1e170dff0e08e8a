// SPDX-License-Identifier: Apache-2.0
// What the fits make of the CPU probes' points, on runs whose truth is set.
#include <gmock/gmock.h>

#include "analysis/calibration/calibration.hpp"
#include "analysis/calibration/truth.hpp"

namespace sextant::analysis {
namespace {

using testing::HasSubstr;

const results::Quantity bandwidth{"bandwidth", Unit::byte_per_second};
const results::Quantity latency{"latency", Unit::second};

double value(const results::Profile& profile, const std::string& key) {
  const auto* parameter = results::find(profile, key);
  if (!parameter) throw std::runtime_error("no parameter " + key);
  return parameter->estimate.value;
}

void add_read(Truth& truth, double footprint, const char* pages, double rate) {
  truth.add(
      "memory.read",
      Point{
          {"footprint", footprint}, {"threads", 2.0}, {"binding", "compact"}, {"pages", pages}, {"placement", "local"}},
      bandwidth, rate);
}

TEST(ProbeFits, OtherPagesStandBesideTheCurveAndAsAFactorOfIt) {
  Truth truth(0.01);
  add_read(truth, 0x1p20, "transparent", 200e9);
  add_read(truth, 0x1p30, "transparent", 50e9);
  add_read(truth, 0x1p30, "small", 40e9);
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_NEAR(value(profile, "memory.read.bandwidth.dram[threads=2]") / 50e9, 1, 0.02);
  EXPECT_NEAR(value(profile, "memory.read.bandwidth[footprint=1073741824 threads=2]") / 50e9, 1, 0.02);
  const std::string small = "[footprint=1073741824 threads=2 binding=compact pages=small placement=local]";
  EXPECT_NEAR(value(profile, "memory.read.bandwidth" + small) / 40e9, 1, 0.02);
  EXPECT_NEAR(value(profile, "memory.read.place_factor" + small), 0.8, 0.02);
}

TEST(ProbeFits, EachKindOfStoreHasItsOwnMemoryBandwidth) {
  Truth truth(0.01);
  for (const auto& [store, rate] : {std::pair("regular", 30e9), std::pair("nontemporal", 45e9)}) {
    truth.add("memory.copy", Point{{"footprint", 0x1p30}, {"threads", 1.0}, {"store", store}}, bandwidth, rate);
  }
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_NEAR(value(profile, "memory.copy.bandwidth.dram[threads=1 store=regular]") / 30e9, 1, 0.02);
  EXPECT_NEAR(value(profile, "memory.copy.bandwidth.dram[threads=1 store=nontemporal]") / 45e9, 1, 0.02);
}

// Weights of one byte, two operations a weight and vector: 50 GB/s from memory are 100 Gflop/s with one vector.
void add_gemv(Truth& truth, double footprint, double batch, double flops) {
  truth.add("near_data.gemv", Point{{"type", "int8"}, {"footprint", footprint}, {"threads", 2.0}, {"batch", batch}},
            bandwidth, flops / (2 * batch), {.operations = 2000 * batch, .bytes = 1000});
}

TEST(ProbeFits, TheKneeIsTheBatchAtWhichArithmeticTakesAsLongAsTheWeights) {
  Truth truth(0.01);
  add_gemv(truth, 0x1p20, 1, 400e9);
  add_gemv(truth, 0x1p29, 1, 98e9);
  for (double batch : {2.0, 4.0, 8.0, 16.0}) add_gemv(truth, 0x1p29, batch, std::min(98e9 * batch, 600e9));
  add_read(truth, 0x1p30, "transparent", 50e9);
  const auto profile = calibrate({truth.run}, {100, 1});
  const std::string kernel = "[type=int8 threads=2]";
  EXPECT_NEAR(value(profile, "near_data.gemv.knee" + kernel), 600.0 / 98, 0.2);
  EXPECT_NEAR(value(profile, "near_data.gemv.batched_flops" + kernel) / 600e9, 1, 0.02);
  EXPECT_NEAR(value(profile, "near_data.gemv.flops" + kernel) / 400e9, 1, 0.02);  // one vector, from a cache
  const auto& efficiency = only(profile, "near_data.gemv.efficiency");
  EXPECT_NEAR(efficiency.estimate.value, 0.98, 0.02);
  EXPECT_THAT(efficiency.assumption, testing::Not(HasSubstr("compute bound")));
}

TEST(ProbeFits, AProductThatNoCacheMakesFasterThanMemoryIsComputeBound) {
  Truth truth(0.01);
  add_gemv(truth, 0x1p20, 1, 95e9);
  add_gemv(truth, 0x1p29, 1, 90e9);
  add_read(truth, 0x1p30, "transparent", 50e9);
  EXPECT_THAT(only(calibrate({truth.run}, {100, 1}), "near_data.gemv.efficiency").assumption,
              HasSubstr("compute bound"));
}

TEST(ProbeFits, AProductThatIsFasterThanReadsBeyondDoubtIsRefused) {
  Truth truth(0.01);
  add_gemv(truth, 0x1p20, 1, 400e9);
  add_gemv(truth, 0x1p29, 1, 110e9);
  add_read(truth, 0x1p30, "transparent", 50e9);
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_THAT(only(profile, "near_data.gemv.efficiency").refused, HasSubstr("faster than memory is read"));

  Truth noisy(0.2);  // within its scatter it may well be as fast as reads
  add_gemv(noisy, 0x1p20, 1, 400e9);
  add_gemv(noisy, 0x1p29, 1, 106e9);
  add_read(noisy, 0x1p30, "transparent", 50e9);
  EXPECT_EQ(only(calibrate({noisy.run}, {100, 1}), "near_data.gemv.efficiency").refused, "");
}

TEST(ProbeFits, AttentionThatIsFasterThanMemoryIsReadSaysThatItCameFromACache) {
  Truth truth(0.01);
  add_read(truth, 0x1p30, "transparent", 50e9);
  const auto attend = [&](const char* type, double context, double rate) {
    truth.add("near_data.attention",
              Point{{"scheme", "gqa"}, {"type", type}, {"context", context}, {"layout", "paged"}, {"threads", 2.0}},
              bandwidth, rate);
  };
  attend("f16", 4096, 80e9);
  attend("f16", 131072, 40e9);
  attend("int8", 4096, 60e9);  // and nothing longer
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_NEAR(value(profile, "near_data.attention.efficiency[scheme=gqa type=f16 layout=paged threads=2]"), 0.8, 0.02);
  const auto* cached =
      results::find(profile, "near_data.attention.efficiency[scheme=gqa type=int8 layout=paged threads=2]");
  ASSERT_NE(cached, nullptr);
  EXPECT_THAT(cached->refused, HasSubstr("ran from a cache"));
}

TEST(ProbeFits, PhasesOfAShardAreSharesOfItsProduct) {
  Truth truth(0.01);
  const Point point{{"split", "row"}, {"shard", 0x1p18}, {"units", 2.0}, {"placement", "local"}};
  truth.add("near_data.shard", point, latency, 10e-6, {.extras = {1e-6, 7e-6, 2e-6, 0.1}});
  truth.run.tables.push_back({"near_data.shard",
                              "",
                              latency,
                              {},
                              {{"broadcast", Unit::second, ""},
                               {"multiply", Unit::second, ""},
                               {"reduce", Unit::second, ""},
                               {"imbalance", Unit::one, ""}}});
  const auto profile = calibrate({truth.run}, {100, 1});
  const auto& broadcast = only(profile, "near_data.shard.broadcast");
  EXPECT_NEAR(broadcast.estimate.value / 1e-6, 1, 0.02);
  EXPECT_LT(broadcast.estimate.low, broadcast.estimate.value);
  EXPECT_NEAR(only(profile, "near_data.shard.multiply").estimate.value / 7e-6, 1, 0.02);
  EXPECT_NEAR(only(profile, "near_data.shard.reduce").estimate.value / 2e-6, 1, 0.02);
}

TEST(ProbeFits, PushdownSavesTimeAndBytes) {
  Truth truth(0.01);
  const auto add = [&](const char* method, double seconds, double moved) {
    truth.add("near_data.pushdown", Point{{"operation", "dot"}, {"method", method}, {"footprint", 0x1p22}}, latency,
              seconds, {.extras = {moved}});
  };
  add("in_place", 100e-6, 64);
  add("move", 250e-6, 0x1p22);
  truth.run.tables.push_back({"near_data.pushdown", "", latency, {}, {{"bytes_moved", Unit::byte, ""}}});
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_NEAR(only(profile, "near_data.pushdown.speedup").estimate.value, 2.5, 0.05);
  EXPECT_NEAR(only(profile, "near_data.pushdown.bytes_saved").estimate.value, 1 - 64 / 0x1p22, 1e-9);
}

TEST(ProbeFits, OnlyOneOperationForSpinningThreadsIsTheEnginesDispatch) {
  Truth truth(0.01);
  for (const char* kind : {"spin", "condition"}) {
    for (double operations : {1.0, 100.0}) {
      truth.add("overhead.dispatch", Point{{"kind", kind}, {"operations", operations}, {"threads", 2.0}}, latency,
                (*kind == 's' ? 1e-6 : 9e-6) / std::sqrt(operations));
    }
  }
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_NEAR(only(profile, "overhead.dispatch").estimate.value / 1e-6, 1, 0.02);
  EXPECT_EQ(only(profile, "overhead.dispatch").validity, "threads=2");
  EXPECT_NEAR(value(profile, "overhead.dispatch.operation[kind=condition operations=100 threads=2]") / 9e-7, 1, 0.02);
}

// An engine's run on the same machine, imported, beside ours.
TEST(ProbeFits, KernelQualityIsOurStepOverAnEnginesOnTheSameWork) {
  Truth truth(0.01);
  const results::Quantity throughput{"throughput", Unit::per_second};
  const auto engine = [&](const char* model, double parameters, double threads, double depth, double tokens) {
    truth.add("decode.engine",
              Point{{"model", model}, {"parameters", parameters}, {"threads", threads}, {"depth", depth}}, throughput,
              tokens, {.operations = 1, .bytes = 0});
  };
  for (double threads : {1.0, 2.0}) {
    truth.add("decode.reference",
              Point{{"parameters", 500e6}, {"type", "int8"}, {"threads", threads}, {"context", 128.0}}, throughput,
              40 * threads, {.operations = 1, .bytes = 0});
  }
  engine("llama 0.5B Q8_0", 494e6, 2, 0, 90);
  engine("llama 0.5B Q8_0", 494e6, 2, 4096, 60);
  engine("llama 0.5B F16", 494e6, 2, 0, 50);
  engine("llama 1B Q8_0", 1100e6, 2, 0, 20);
  const auto profile = calibrate({truth.run}, {100, 1});
  const auto& quality = only(profile, "decode.reference.kernel_quality");
  EXPECT_EQ(quality.validity, "parameters=500000000 type=int8 threads=2 context=128");
  EXPECT_NEAR(quality.estimate.value, 80.0 / 90, 0.02);
}

}  // namespace
}  // namespace sextant::analysis
