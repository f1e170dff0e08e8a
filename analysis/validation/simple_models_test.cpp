// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/simple_models.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/model/decode.hpp"
#include "analysis/model/example_models.hpp"
#include "analysis/validation/example_cases.hpp"

namespace sextant::analysis {
namespace {

using example::catalogue;
using example::decode_case;
using example::decoding;

SimpleCase simple(const Case& c) { return simple_case(c, catalogue()); }

double step_of(const std::string& model, const Case& c, const std::vector<const SimpleCase*>& fit = {}) {
  for (const SimpleModel& m : simple_models(fit)) {
    if (m.name == model) return 1 / m.predict(simple(c));
  }
  ADD_FAILURE() << "no model " << model;
  return NAN;
}

// A row whose step took what is said, in a family of its own.
Case slower(const std::string& device, double efficiency, double per_layer) {
  Case c = decode_case();
  c.device = device;
  const SimpleCase s = simple(c);
  c.measured = 1 / (s.naive() / efficiency + s.workload.model.layers * per_layer);
  return c;
}

TEST(SimpleModels, TheRooflineIsTheModelWithMemoryAlone) {
  const Case c = decode_case();
  Workload w = workload_of(c, catalogue());
  w.precision.activation = 0;
  Hardware h = example::pure_memory(1, c.bandwidth);
  const double step = decode_step(w, h).seconds;
  EXPECT_NEAR(step_of("roofline", c) / step, 1, 0.01) << "but for what the cache is written";
}

TEST(SimpleModels, AnEfficiencyIsTheMedianOfItsFamily) {
  const std::vector<Case> rows{slower("h100-sxm", 0.5, 0), slower("h100-sxm", 0.6, 0), slower("h100-sxm", 0.9, 0),
                               slower("rtx-4090", 0.8, 0)};
  std::vector<SimpleCase> cases;
  for (const Case& c : rows) cases.push_back(simple(c));
  const std::vector<const SimpleCase*> fit{&cases[0], &cases[1], &cases[2], &cases[3]};
  const Case c = decode_case();
  EXPECT_NEAR(step_of("efficiency a family", c, fit), simple(c).naive() / 0.6, 1e-9);
  Case other = decode_case();
  other.device = "apple-m1";
  EXPECT_NEAR(step_of("efficiency a family", other, fit), simple(other).naive() / 0.7, 1e-9)
      << "a family that was not seen is like all others";
}

TEST(SimpleModels, TwoConstantsAreFound) {
  std::vector<Case> rows;
  for (const char* model : {"llama-2-7b", "llama-2-13b", "llama-3.2-1b", "llama-3.1-8b"}) {
    Case c = decode_case();
    decoding(c).model = model;
    const SimpleCase s = simple(c);
    c.measured = 1 / (s.naive() / 0.8 + s.workload.model.layers * 60e-6);
    rows.push_back(c);
  }
  std::vector<SimpleCase> cases;
  for (const Case& c : rows) cases.push_back(simple(c));
  std::vector<const SimpleCase*> fit;
  for (const SimpleCase& c : cases) fit.push_back(&c);
  for (const Case& c : rows) EXPECT_NEAR(step_of("efficiency and layer time a family", c, fit) * c.measured, 1, 0.03);
}

TEST(SimpleModels, WithoutRowsNothingFittedIsPredicted) {
  EXPECT_TRUE(std::isnan(step_of("efficiency a family", decode_case())));
  EXPECT_TRUE(std::isnan(step_of("efficiency and layer time a family", decode_case())));
}

// 405B in FP8, a chip of 4 TiB/s: 86 and 290 tokens/s (decode-model.md section 8, A7).
TEST(SimpleModels, LiminalGivesItsOwnTable) {
  Case c = decode_case();
  decoding(c).model = "llama-3.1-405b";
  decoding(c).weight_type = "FP8";
  decoding(c).weight_bytes = decoding(c).cache_bytes = 1;
  decoding(c).input = 4096;
  decoding(c).output = 1;
  c.bandwidth = 4e12;  // stated as 4 and read as TiB
  decoding(c).accelerators = decoding(c).shared_by = 8;
  EXPECT_NEAR(1 / step_of("LIMINAL", c) / 86, 1, 0.02);
}

TEST(SimpleModels, GenzReadsKExpertsWhateverTheBatch) {
  Case c = decode_case();
  decoding(c).model = "mixtral-8x7b";
  const double one = step_of("GenZ", c);
  decoding(c).batch = 16;
  EXPECT_LT(step_of("GenZ", c) / one, 1.1);
  EXPECT_GT(step_of("LLMCompass", c) / step_of("GenZ", c), 2) << "which reads those that are chosen";
}

TEST(SimpleModels, LlmcompassPaysForEveryKernel) {
  Case c = decode_case();
  decoding(c).accelerators = decoding(c).shared_by = 2;
  c.bandwidth = c.arithmetic = 1e30;
  const double layers = 32, block = 8 * 21e-6 + 12e-6 + 2 * 45e-6 + 45e-6, message = 2.0 * 4096 / 450e9;
  EXPECT_NEAR(step_of("LLMCompass", c), layers * (block + 2 * (8.92e-6 + message)), 1e-6);
  EXPECT_NEAR(step_of("GenZ", c), layers * 2 * (5e-6 + 2 * 1e-6 + message), 1e-6) << "1 us of an NVLink 4";
}

TEST(SimpleModels, ScoresAreOfRowsThatWereNotFittedOn) {
  std::vector<Case> rows{slower("h100-sxm", 0.5, 0), slower("rtx-4090", 0.8, 0)};
  rows[1].id = "a-2";
  const auto second = [](const std::vector<Beside>& all) { return all.at(1).scores.at(0).all; };
  EXPECT_EQ(second(simple_scores(rows, rows, catalogue())).in_sample, 2u);
  const ErrorFigures apart = second(simple_scores(rows, rows, catalogue(), [](const Case& c) { return c.device; }));
  EXPECT_EQ(apart.n, 2u);
  EXPECT_NEAR(apart.median_ape, (0.6 + 0.375) / 2, 1e-6) << "each from the other";
}

}  // namespace
}  // namespace sextant::analysis
