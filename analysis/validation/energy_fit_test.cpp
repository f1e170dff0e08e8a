// SPDX-License-Identifier: Apache-2.0
// The runs of case E1 (decode-model.md section 8) and rows made up beside them.
#include "analysis/validation/energy_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/validation/case_testing.hpp"
#include "analysis/validation/nominal_set_up.hpp"

namespace sextant::analysis {
namespace {

using namespace example;

const SetUpOf set_up = nominal_set_ups(catalogue());

const std::vector<Case>& published() {
  static const std::vector<Case> all = [] {
    std::vector<Case> kept;
    for (Case& c : read_cases({SEXTANT_SOURCE_DIR "/analysis/validation/captures/argonne-h100.csv"}, catalogue())) {
      if (c.group == Group::energy) kept.push_back(std::move(c));
    }
    return kept;
  }();
  return all;
}

EnergyFit fit(StepFunction step = decode_step) { return fit_energy(pointers(published()), catalogue(), set_up, step); }

Case row(const std::string& accelerator, const std::string& metric, const std::string& unit = "W") {
  return read(decode_header + "b-1,s," + accelerator + ",1,1000,100,llama-3-8b,FP16,FP16,vLLM,1,512,256,1," + metric +
              ",300," + unit + ",energy,B\n")
      .at(0);
}
Predicted predicted(const EnergyFit& f, const Case& c) { return predict(f, c, catalogue(), set_up); }

TEST(EnergyFit, PredictsTheRunsItSawWithinTheirIntervals) {
  ASSERT_EQ(published().size(), 8);
  const EnergyFit f = fit();
  for (const Case& c : published()) {
    const Predicted p = predicted(f, c);
    ASSERT_EQ(p.refused, "");
    EXPECT_NEAR(p.value / c.measured, 1, 0.3) << c.id;
    EXPECT_LT(p.low, c.measured) << c.id;
    EXPECT_GT(p.high, c.measured) << c.id;
    EXPECT_EQ(p.transfer, results::TransferClass::T1);
  }
  EXPECT_EQ(parameters(f), 6 + 1 + 3);
}

// The rows of batch 1 and 16 tell 32 and 64.
TEST(EnergyFit, SmallBatchesTellLargeOnes) {
  const std::vector<const Case*> all = pointers(published());
  const EnergyFit f = fit_energy(std::span(all).first(4), catalogue(), set_up);
  for (std::size_t i = 4; i < 8; ++i)
    EXPECT_NEAR(predicted(f, published()[i]).value / published()[i].measured, 1, 0.3) << published()[i].id;
}

Step without_memory(const Workload& w, const Hardware& h) {
  Step step = decode_step(w, h);
  step.energy.memory = 0;
  return step;
}
Step without_arithmetic(const Workload& w, const Hardware& h) {
  Step step = decode_step(w, h);
  step.energy.compute = 0;
  return step;
}
TEST(EnergyFit, ABrokenEnergyEquationChangesThePrediction) {
  EnergyFit f = fit();
  const double whole = predicted(f, published()[6]).value;
  f.step = without_memory;
  EXPECT_LT(predicted(f, published()[6]).value, 0.9 * whole);
  f.step = without_arithmetic;
  EXPECT_LT(predicted(f, published()[6]).value, 0.95 * whole);
}

TEST(EnergyFit, AByteOfAnotherMemoryChangesThePrediction) {
  Catalogue other = catalogue();
  for (Entry& entry : other.entries) {
    if (entry.kind != Kind::technology || entry.id != "hbm3") continue;
    for (PublishedFigure& figure : entry.figures) {
      if (figure.name == "energy_read") figure.estimate.value *= 5;
    }
  }
  const EnergyFit f = fit();
  EXPECT_GT(predict(f, published()[0], other, set_up).value, 1.2 * predicted(f, published()[0]).value);
}

// J a token = n W / (tokens/s): with the set-up's own time.
TEST(EnergyFit, EnergyOfATokenIsPowerTimesTime) {
  EnergyFit f = fit();
  for (std::size_t i = 0; i < 8; i += 2) {
    const Case& c = published()[i];
    const auto s = set_up(c);
    const double step = decode_step(s.workload, s.hardware).seconds;
    const double seconds = s.prefill + s.workload.output * step;
    const double joules = predicted(f, c).value * seconds / (s.workload.batch * s.workload.output);
    EXPECT_NEAR(predicted(f, published()[i + 1]).value / joules, 1, 1e-9);
  }
}

TEST(EnergyFit, AnotherDeviceIsLessCertain) {
  const EnergyFit f = fit();
  const Predicted here = predicted(f, row("H100-SXM", "power_W"));
  const Predicted there = predicted(f, row("RTX-4090", "power_W"));
  EXPECT_EQ(there.transfer, results::TransferClass::T2);
  EXPECT_EQ(there.others, 1);
  EXPECT_GT(there.high / there.low, 1.1 * (here.high / here.low));
}

// A slower set-up uses less power and more energy.
TEST(EnergyFit, StaticPowerCostsTime) {
  const SetUpOf slower = [](const Case& c) {
    auto s = set_up(c);
    s.hardware.memory().read_bandwidth /= 2;
    return s;
  };
  const EnergyFit f = fit();
  EXPECT_LT(predict(f, published()[0], catalogue(), slower).value, predicted(f, published()[0]).value);
  EXPECT_GT(predict(f, published()[1], catalogue(), slower).value, 1.2 * predicted(f, published()[1]).value);
}

TEST(EnergyFit, AWallSeesMoreThanABoardAndABoardNoMoreThanItsLimit) {
  const EnergyFit f = fit();
  const double wall = predicted(f, row("RTX-4090", "wall_power_peak")).value;
  EXPECT_GT(wall, predicted(f, row("RTX-4090", "power_W")).value + 30);
  EXPECT_LT(wall, 450 + 200);
  // One package: no computer beside it.
  EXPECT_LT(predicted(f, row("DGX-Spark", "wall_power_peak")).value, 140 * 1.4);
}

TEST(EnergyFit, RefusesADeviceWithoutBoardPower) {
  Catalogue bare = catalogue();
  for (Entry& entry : bare.entries) {
    if (entry.id == "rtx-4090") std::erase_if(entry.figures, [](const auto& x) { return x.name == "power"; });
  }
  const Predicted p = predict(fit(), row("RTX-4090", "power_W"), bare, set_up);
  EXPECT_NE(p.refused.find("no board power of 'RTX-4090'"), std::string::npos) << p.refused;
  EXPECT_TRUE(std::isnan(p.value));
}

}  // namespace
}  // namespace sextant::analysis
