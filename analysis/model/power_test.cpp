// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/power.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>

#include "analysis/model/example_models.hpp"

namespace sextant::analysis {
namespace {

constexpr double per_bit = 8e-12;  // J/byte of 1 pJ/bit

// E1: LLaMA-3-8B in FP16 on one H100 with vLLM, 1024 tokens in and out; mean power and the time of a whole run a step,
// from its energy per token (Argonne LLM-Inference-Bench, power_results.csv, rows argonne-fig16-018 to 021).
struct Decode {
  double batch, watt, joule_per_token;
  double step() const { return joule_per_token * batch / watt; }
};
constexpr std::array<Decode, 4> runs{
    {{1, 363.271, 2.87274}, {16, 404.201, 0.271984}, {32, 435.176, 0.173399}, {64, 455.477, 0.130721}}};

PowerPoint point(const Decode& r) {
  const Model m = example::llama_3_8b();
  const double head = m.hidden * (m.query_heads + 2 * m.key_value_heads) * m.head_size;
  const double layer = head + m.query_heads * m.head_size * m.hidden + 3 * m.hidden * m.ffn;
  const double streamed = m.layers * layer + m.vocabulary * m.hidden;
  const double cache = 2 * m.layers * m.key_value_heads * m.head_size * 2;
  const double bytes = 2 * streamed + r.batch * 1536 * cache;
  const double flops = r.batch * (2 * streamed + 4 * m.layers * m.query_heads * m.head_size * 1536);
  return {r.watt, bytes / r.step(), flops / r.step()};
}

TEST(Power, StaticPowerDominatesAPublishedDecode) {
  const PowerFit fit = fit_power(point(runs[0]), point(runs[1]), 3.44 * per_bit);
  EXPECT_NEAR(fit.idle, 306, 6);
  EXPECT_NEAR(fit.per_flop, 2.1e-12, 0.15e-12);
  for (const Decode& r : runs) {
    const PowerPoint p = point(r);
    EXPECT_NEAR(fit(p.bytes, p.flops) / r.watt, 1, 0.05) << "batch " << r.batch;
    EXPECT_NEAR(fit(p.bytes, p.flops) * r.step() / r.batch / r.joule_per_token, 1, 0.05) << "batch " << r.batch;
  }
}

TEST(Power, TwoPointsOfOneRateFitNothing) { EXPECT_TRUE(std::isnan(fit_power({100, 1, 5}, {200, 2, 5}, 0).per_flop)); }

// HBM3e at 3.44 pJ/bit and 1.28 TB/s takes 35 W; the same bits over the whole step.
TEST(Power, EnergyOfAStep) {
  std::array<Tier, 2> tiers{};
  tiers[0].energy_read = tiers[0].energy_write = 3.44 * per_bit;
  tiers[1].energy_read = 10 * per_bit;
  tiers[1].idle_power = 5;
  StepWork work;
  work.read = {1.28e12, 1e9};
  work.written = {1e9, 0};
  work.flops = 1e12;
  work.link_bytes = 1e9;
  const PowerFigures figures{.idle = 100, .per_flop = 1e-12, .per_link_byte = 1.2 * per_bit};
  const StepEnergy e = step_energy(figures, tiers, work, 1);
  EXPECT_NEAR(e.memory, 1.28e12 * 27.52e-12 + 1e9 * 27.52e-12 + 1e9 * 80e-12, 1e-9);
  EXPECT_DOUBLE_EQ(e.compute, 1);
  EXPECT_NEAR(e.link, 9.6e-3, 1e-12);
  EXPECT_DOUBLE_EQ(e.idle, 105);
  EXPECT_DOUBLE_EQ(e.total(), e.memory + e.compute + e.link + e.idle);
}

TEST(Power, CapsOfHeat) {
  EXPECT_TRUE(std::isinf(thermal_cap({})));
  Cooling c{.hottest = 368.15, .ambient = 308.15, .resistance = 0.1};
  EXPECT_NEAR(thermal_cap(c), 600, 1e-9);
  EXPECT_NEAR(temperature(c, 600), 368.15, 1e-9);
  c.area = 121e-6;
  c.density_cap = 1e6;  // 1 W/mm2
  EXPECT_NEAR(thermal_cap(c), 121, 1e-9);
}

TEST(Power, HotMemoryIsRefreshedTwiceAsOften) {
  EXPECT_DOUBLE_EQ(refresh_share(390e-9, 3.9e-6, 350), 0.9);
  EXPECT_DOUBLE_EQ(refresh_share(390e-9, 3.9e-6, 360), 0.8);
}

// 102.5 GB/s a millimetre of edge (RPU, HBM3e): a stack of 1.28 TB/s takes 12.5 mm.
TEST(Power, BandwidthOfEdgesAndAreas) {
  EXPECT_NEAR(shoreline_bandwidth(102.5e12, 12.5e-3), 1.28e12, 0.002e12);
  EXPECT_DOUBLE_EQ(stacked_bandwidth(2e17, 1e-4, 0.8), 1.6e13);
}

// Memory and arithmetic of a step that overlap as max().
struct Device {
  PowerFigures figures{.idle = 50, .per_flop = 1e-12, .clock_exponent = 3, .lowest_clock = 0.25};
  std::array<Tier, 1> tiers{};
  StepWork work;
  double memory = 0;
  double compute = 0;
  double time(double f) const { return std::max(memory, compute / f); }
  OperatingPoint run() const {
    return under_cap(figures, tiers, work, [this](double f) { return time(f); });
  }
};

Device memory_bound() {
  Device d;
  d.tiers[0].energy_read = 4 * per_bit;
  d.work.read[0] = 10e9;
  d.work.flops = 100e9;
  d.memory = 10e-3;
  d.compute = 1e-3;
  return d;
}

TEST(PowerCap, BelowTheCapNothingChanges) {
  Device d = memory_bound();
  d.figures.cap = 1000;
  const OperatingPoint p = d.run();
  EXPECT_EQ(p.clock, 1);
  EXPECT_EQ(p.seconds, 10e-3);
  EXPECT_NEAR(p.power, 50 + 32 + 10, 1e-9);
}

// 92 W, cap 85 W: arithmetic slows down within the time that memory takes anyway, so no time is lost.
TEST(PowerCap, MemoryBoundStepsLoseNothingToALowerClock) {
  Device d = memory_bound();
  d.figures.cap = 85;
  const OperatingPoint p = d.run();
  EXPECT_LT(p.clock, 1);
  EXPECT_DOUBLE_EQ(p.seconds, 10e-3);
  EXPECT_NEAR(p.power, 85, 1e-6);
}

// Where memory alone exceeds the cap its bandwidth is lost: 32 W of reads under 20 W beside the idle 50 W.
TEST(PowerCap, BandwidthIsLostWhereMemoryAloneExceedsTheCap) {
  Device d = memory_bound();
  d.work.flops = 0;
  d.compute = 0;
  d.figures.cap = 70;
  const OperatingPoint p = d.run();
  EXPECT_NEAR(p.stretch, 32.0 / 20, 1e-9);
  EXPECT_NEAR(p.seconds, 16e-3, 1e-9);
  EXPECT_DOUBLE_EQ(p.power, 70);
  d.figures.cap = 50;
  EXPECT_FALSE(d.run().possible);
}

// Arithmetic alone: power goes as f^3, the closed form of 4.7.
TEST(PowerCap, ComputeBoundStepsFollowTheClosedForm) {
  Device d;
  d.figures.idle = 0;
  d.work.flops = 1e12;
  d.compute = 1e-3;
  d.figures.cap = 500;
  const OperatingPoint p = d.run();
  EXPECT_NEAR(p.clock, clock_under_cap(1000, 500, 3), 1e-9);
  EXPECT_NEAR(p.clock, std::cbrt(0.5), 1e-9);
  EXPECT_NEAR(p.power, 500, 1e-6);
}

double between(int low, int high) { return std::pow(10.0, *rc::gen::inRange(low * 100, high * 100) / 100.0); }

RC_GTEST_PROP(PowerCapProperty, NeverAboveTheCapAndALowerCapIsNeverFaster, ()) {
  Device d;
  d.tiers[0].energy_read = between(-12, -10);
  d.figures.idle = between(0, 2);
  d.figures.per_flop = between(-13, -11);
  d.work.read[0] = between(8, 12);
  d.work.flops = between(8, 14);
  d.memory = between(-4, -2);
  d.compute = between(-4, -2);
  d.figures.cap = d.figures.idle + between(-1, 3);
  const OperatingPoint high = d.run();
  d.figures.cap = d.figures.idle + (d.figures.cap - d.figures.idle) / 2;
  const OperatingPoint low = d.run();
  RC_ASSERT(high.possible && low.possible);
  RC_ASSERT(low.power <= d.figures.cap * (1 + 1e-9));
  RC_ASSERT(low.seconds >= high.seconds * (1 - 1e-9));
  RC_ASSERT(high.seconds >= d.time(1) * (1 - 1e-12));
}

}  // namespace
}  // namespace sextant::analysis
