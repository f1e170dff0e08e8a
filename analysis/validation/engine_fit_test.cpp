// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/engine_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <set>

#include "analysis/validation/case_reader.hpp"
#include "analysis/validation/engine_prediction.hpp"
#include "analysis/validation/example_cases.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using example::catalogue;
using example::decode_case;
using example::decoding;

using Known = std::map<std::string, double>;

// What the synthetic runs are made with. Names are those of effects_of.
const Known truth{{"efficiency of llama.cpp-cuda", std::log(0.62)},
                  {"layer of llama.cpp-cuda", std::log(60e-6)},
                  {"slowness of rtx-3090", 0.15},
                  {"slowness of l40s", -0.05}};

EffectValues values_of(const Effects& effects, const Known& known) {
  EffectValues values{};
  for (std::size_t e = 0; e < effect_count; ++e) {
    const auto found = known.find(effects[e].name);
    values[e] = found == known.end() ? effects[e].mean : found->second;
  }
  return values;
}

// Runs with the cases that they point to.
class Runs {
 public:
  const EngineRun& add(const char* device, const char* model, double measured_over_true = 1) {
    Case c = decode_case();
    c.id = std::string(device) + " " + model;
    c.device = device;
    const Entry& entry = find(catalogue(), Kind::device, device);
    c.bandwidth = find(entry, "bandwidth").estimate.value;
    c.arithmetic = find(entry, "bf16").estimate.value;
    decoding(c).model = model;
    cases_.push_back(c);
    runs_.push_back(engine_run(cases_.back(), catalogue()));
    cases_.back().measured = true_value(runs_.back()) * measured_over_true;
    return runs_.back();
  }
  EngineFit fit() const {
    std::vector<const EngineRun*> pointers;
    for (const EngineRun& run : runs_) pointers.push_back(&run);
    return fit_engines(pointers);
  }
  const std::deque<EngineRun>& all() const { return runs_; }

  static EngineFigures true_figures(const EngineRun& run) {
    return figures_of(values_of(run.effects, truth), run.age, run.ranks);
  }
  static double true_value(const EngineRun& run) { return predicted_value(run, true_figures(run)); }

 private:
  std::deque<Case> cases_;
  std::deque<EngineRun> runs_;
};

constexpr const char* models[] = {"tinyllama-1.1b", "llama-2-7b", "llama-2-13b", "llama-3-8b"};

Runs made_runs() {
  Runs runs;
  for (const char* device : {"h100-sxm", "a100-sxm-80", "rtx-4090", "rtx-3090", "rtx-5090", "l40s"})
    for (const char* model : models) runs.add(device, model);
  return runs;
}

EngineFigures fitted_figures(const EngineFit& fit, const EngineRun& run) {
  return figures_of(effect_values(fit, run.effects), run.age, run.ranks);
}
double fitted_value(const EngineFit& fit, const EngineRun& run) {
  return predicted_value(run, fitted_figures(fit, run));
}

std::size_t distinct_effects(const std::deque<EngineRun>& runs) {
  std::set<std::string> names;
  for (const EngineRun& run : runs)
    for (const EffectParameter& effect : run.effects)
      if (!effect.name.empty()) names.insert(effect.name);
  return names.size();
}

TEST(EngineFit, FiguresThatMadeTheRunsAreFoundAgain) {
  const Runs runs = made_runs();
  const EngineFit fit = runs.fit();
  for (const EngineRun& run : runs.all()) {
    const EngineFigures found = fitted_figures(fit, run), made = Runs::true_figures(run);
    EXPECT_NEAR(found.efficiency / made.efficiency, 1, 0.05) << run.measured->id;
    EXPECT_NEAR(found.per_layer / made.per_layer, 1, 0.15) << run.measured->id;
    EXPECT_NEAR(fitted_value(fit, run) / run.measured->measured, 1, 0.02) << run.measured->id;
  }
  EXPECT_EQ(fit.runs.size(), runs.all().size());
  EXPECT_EQ(fit.index.size(), distinct_effects(runs.all()));
  EXPECT_LT(fit.residual.at("single"), 0.02);
}

// Partial pooling: its class says what the device does, and its own deviation stays as wide as the class.
TEST(EngineFit, ADeviceWithoutARunKeepsThePriorAndTheWiderInterval) {
  Runs runs = made_runs();
  const EngineFit fit = runs.fit();
  const EngineRun& known = runs.all().front();  // of an H100
  const EngineRun unknown = [&] {
    static Runs other;
    return other.add("h200-sxm", "tinyllama-1.1b");
  }();
  const auto device = static_cast<std::size_t>(Effect::device);
  EXPECT_FALSE(fit.index.contains(unknown.effects[device].name));
  EXPECT_EQ(effect_values(fit, unknown.effects)[device], 0);
  const double prior = unknown.effects[device].spread * unknown.effects[device].spread;
  EXPECT_DOUBLE_EQ(effect_covariance(fit, unknown.effects)[device][device], prior);
  EXPECT_LT(effect_covariance(fit, known.effects)[device][device], 0.9 * prior);
  EXPECT_GT(log_spread(fit, unknown), 1.2 * log_spread(fit, known));
  const Predicted of_known = predict(fit, known), of_unknown = predict(fit, unknown);
  EXPECT_GT(of_unknown.high / of_unknown.low, 1.1 * of_known.high / of_known.low);
  EXPECT_EQ(of_known.transfer, results::TransferClass::T1);
  EXPECT_EQ(of_unknown.transfer, results::TransferClass::T2);
  // What its class taught it: much nearer than the priors alone.
  EXPECT_NEAR(of_unknown.value / Runs::true_value(unknown), 1, 0.1);
}

TEST(EngineFit, AnEngineWithoutARunIsWiderThanADeviceWithout) {
  const Runs runs = made_runs();
  const EngineFit fit = runs.fit();
  Case c = *runs.all().front().measured;
  decoding(c).engine = "exllamav2";
  const EngineRun other = engine_run(c, catalogue());
  EXPECT_GT(log_spread(fit, other), log_spread(fit, runs.all().front()));
  EXPECT_EQ(predict(fit, other).transfer, results::TransferClass::T3);
}

TEST(EngineFit, AnAbsurdRowDoesNotBendTheOthers) {
  const Runs clean = made_runs();
  Runs bent = made_runs();
  bent.add("rtx-4080", "llama-2-7b");
  Runs absurd = made_runs();
  absurd.add("rtx-4080", "llama-2-7b", 1.0 / 20);
  const EngineFit without = bent.fit(), with = absurd.fit();
  for (const EngineRun& run : clean.all())
    EXPECT_NEAR(fitted_value(with, run) / fitted_value(without, run), 1, 0.03) << run.measured->id;
}

TEST(EngineFit, WithoutARunThereIsOneClearError) {
  try {
    fit_engines({});
    FAIL() << "nothing to fit on";
  } catch (const results::InvalidInput& error) {
    EXPECT_NE(std::string(error.what()).find("--fit"), std::string::npos);
  }
}

TEST(EngineFit, RunsScatterByWhatIsKnownOfThem) {
  Case c = decode_case();
  EXPECT_EQ(residual_class(c), "single");
  c.trust = "C";
  EXPECT_EQ(residual_class(c), "single, uncurated");
  c.group = Group::maxload;
  c.trust = "A";
  EXPECT_EQ(residual_class(c), "maxload");
}

// Devices of one run each are many: with a parameter more for each of them anything fits. Devices and families are those
// of all runs that tables of decode hold, energy and offload too, as Validation::parameter_bound counts them.
TEST(EngineFit, HasAtMostAParameterForADeviceAndThreeForAFamily) {
  const std::filesystem::path published = SEXTANT_SOURCE_DIR "/results/reference/published";
  const std::vector<Case> cases =
      read_cases({published / "argonne.csv", published / "decode_batched.csv", published / "decode_single.csv",
                  published / "energy.csv", published / "flash_offload.csv", published / "serving_maxload.csv"},
                 catalogue());
  std::deque<EngineRun> runs;
  std::set<std::string> devices, families;
  for (const Case& c : cases) {
    if (!c.refused.empty()) continue;
    devices.insert(c.device);
    families.insert(c.decoding().family);
    if (c.group <= Group::maxload) runs.push_back(engine_run(c, catalogue()));
  }
  ASSERT_GT(runs.size(), 1000u);
  EXPECT_LE(distinct_effects(runs), devices.size() + 3 * families.size());
}

}  // namespace
}  // namespace sextant::analysis
