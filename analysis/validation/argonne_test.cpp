// SPDX-License-Identifier: Apache-2.0
// B3, B4 and B5 of decode-model.md section 8: argonne-lcf/LLM-Inference-Bench, H100 with TensorRT-LLM (captures).
#include "analysis/validation/argonne.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "analysis/validation/h100_transfer.hpp"

namespace sextant::analysis {
namespace {

Transfer h100(StepFunction step) { return example::h100_transfer(step); }

const Prediction& at(const Transfer& t, std::string_view model, double accelerators, double batch, double output) {
  for (const Prediction& p : t.predictions) {
    const Decoding& c = p.measured.decoding();
    if (c.model == model && c.shared_by == accelerators && c.batch == batch && c.output == output) return p;
  }
  throw std::out_of_range("no such row");
}

struct Check {
  const char* label;
  double error;  // absolute, relative
  double tolerance;
  bool passes() const { return error <= tolerance; }
};

// What must come out, whatever equations `t` was made with. The first two compare with the fit of section 3a, made by
// another program: without them an equation that is wrong by one factor everywhere would hide in the bandwidth.
std::vector<Check> cases_of(const Transfer& t) {
  return {{"3a: fit accepted", t.fit.refused() ? 1.0 : 0.0, 0},
          {"3a: 2.85 TB/s", std::abs(t.machine.bandwidth / 2.85e12 - 1), 0.03},
          {"3a: 62 us a layer", std::abs(t.machine.per_layer / 62e-6 - 1), 0.05},
          {"B3: 70B on four, batch 1", std::abs(at(t, "llama-3-70b", 4, 1, 128).error()), 0.10},
          {"B4: 7B on one, batch 16", std::abs(at(t, "llama-2-7b", 1, 16, 1024).error()), 0.05},
          {"B4: Mistral 7B", score(only(t.predictions, RowRole::held_out, "mistral-7b-v0.1")).mean, 0.08},
          {"B5: all held out", score(only(t.predictions, RowRole::held_out)).mean, 0.09}};
}

TEST(Argonne, TwoSmallModelsTellTheLargeOnes) {
  const Transfer t = h100(decode_step);
  for (const Check& c : cases_of(t)) EXPECT_TRUE(c.passes()) << c.label << ": " << c.error << " > " << c.tolerance;
  EXPECT_NEAR(at(t, "llama-3-70b", 4, 1, 128).measured.measured, 2.312, 0.001);
  EXPECT_NEAR(at(t, "llama-2-7b", 1, 16, 1024).measured.measured, 11.633, 0.001);
  // Section 3a has 7.6 and 11.6 us.
  EXPECT_NEAR(t.machine.latency.at(2), 7.6e-6, 0.5e-6);
  EXPECT_NEAR(t.machine.latency.at(4), 11.6e-6, 0.5e-6);
  EXPECT_EQ(only(t.predictions, RowRole::held_out).size(), 195);
}

// What a bound of bytes over peak bandwidth would have said of the same rows.
TEST(Argonne, ThePeakAloneIsOffByMoreThanHalf) {
  Transfer t = h100(decode_step);
  const Catalogue catalogue = load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
  Machine peak;
  peak.bandwidth = 3352e9;
  peak.link_bandwidth = 1e30;
  for (Prediction& p : t.predictions) {
    p.predicted = predicted_latency(p.measured, model_shape(find(catalogue, Kind::model, p.measured.decoding().model)),
                                    peak, decode_step);
  }
  const Score s = score(only(t.predictions, RowRole::held_out));
  EXPECT_GT(s.mean, 0.45);
  EXPECT_LT(s.bias, -0.45);
}

// 7B and 8B have almost the same weights and as many layers: a bandwidth of its own for the cache leaves nothing to tell
// the weights from the layers.
TEST(Argonne, AFourthParameterIsRefused) {
  const Transfer t = h100(decode_step);
  EXPECT_FALSE(t.fit.refused()) << t.fit.refusal;
  ASSERT_TRUE(t.separate.refused());
  EXPECT_LT(t.separate.parameters[1], 0) << "a negative time per layer";
  EXPECT_GT(t.separate.inflation[0], largest_inflation);
  EXPECT_GT(t.separate.condition, 4 * t.fit.condition);
}

// 13 rows of Qwen2 are faster than their bytes at the data sheet's bandwidth, four of 7B do not fit, and Mixtral is no
// dense model.
TEST(Argonne, ImpossibleRowsAreRefusedWithAReason) {
  const Transfer t = h100(decode_step);
  const auto refused = only(t.predictions, RowRole::refused);
  int impossible = 0;
  for (const Prediction& p : refused) impossible += p.reason.find("faster than its bytes") != std::string::npos;
  EXPECT_EQ(impossible, 13);
  EXPECT_EQ(refused.size(), 17);
  EXPECT_EQ(only(t.predictions, RowRole::left_out).size(), 20);
  EXPECT_EQ(at(t, "qwen2.5-7b", 1, 1, 2048).role, RowRole::refused) << "0.08 s for 2048 tokens";
  EXPECT_EQ(at(t, "qwen2.5-7b", 1, 1, 2048).predicted, 0);
}

TEST(Argonne, TheTableHasALineForEachRow) {
  const Transfer t = h100(decode_step);
  const std::string text = csv(t.predictions);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 279);
  EXPECT_NE(text.find("argonne-1327-latency,llama-3-70b,4,1,128,2.31"), std::string::npos);
}

// Equations broken one at a time, each a mistake that some published tool makes or made (decode-model.md section 1), and
// everything fitted again with it: what a wrong equation costs must not disappear in the parameters.
Step without_a_cost_per_layer(const Workload& w, const Hardware& h) {
  Hardware broken = h;
  broken.fixed.per_layer = 0;
  return decode_step(w, broken);
}
Step a_cost_per_step_instead(const Workload& w, const Hardware& h) {
  Hardware broken = h;
  broken.fixed.per_layer = 32 * h.fixed.per_layer / w.model.layers;
  return decode_step(w, broken);
}
Step without_the_cache(const Workload& w, const Hardware& h) {
  Workload broken = w;
  broken.precision.cache = 0;
  return decode_step(broken, h);
}
Step a_cache_for_every_query_head(const Workload& w, const Hardware& h) {
  Workload broken = w;
  broken.precision.cache *= w.model.query_heads / w.model.key_value_heads;
  return decode_step(broken, h);
}
Step a_cache_that_does_not_grow(const Workload& w, const Hardware& h) {
  Workload broken = w;
  broken.context = 0;
  broken.output = 0;
  return decode_step(broken, h);
}
Step weights_in_bytes_for_bits(const Workload& w, const Hardware& h) {
  Workload broken = w;
  broken.precision.weight *= 8;
  return decode_step(broken, h);
}
Step two_matrices_in_a_gated_layer(const Workload& w, const Hardware& h) {
  Workload broken = w;
  broken.model.gated = false;
  return decode_step(broken, h);
}
Step weights_that_all_devices_read_in_full(const Workload& w, const Hardware& h) {
  Workload broken = w;
  broken.precision.weight *= h.devices;
  return decode_step(broken, h);
}
Step collectives_without_latency(const Workload& w, const Hardware& h) {
  Hardware broken = h;
  broken.interconnect().latency = 0;
  return decode_step(w, broken);
}
Step no_arithmetic_and_no_overlap(const Workload& w, const Hardware& h) {
  Hardware broken = h;
  broken.overlap = 1;
  for (double& rate : broken.compute) rate /= 8;
  return decode_step(w, broken);
}

class BrokenEquation : public ::testing::TestWithParam<std::pair<const char*, StepFunction>> {};

TEST_P(BrokenEquation, FailsACase) {
  const Transfer t = h100(GetParam().second);
  const std::vector<Check> cases = cases_of(t);
  EXPECT_FALSE(std::all_of(cases.begin(), cases.end(), [](const Check& c) { return c.passes(); }))
      << "no case notices this mistake";
}

INSTANTIATE_TEST_SUITE_P(Argonne, BrokenEquation,
                         ::testing::Values(std::pair{"WithoutACostPerLayer", &without_a_cost_per_layer},
                                           std::pair{"ACostPerStepInstead", &a_cost_per_step_instead},
                                           std::pair{"WithoutTheCache", &without_the_cache},
                                           std::pair{"ACacheForEveryQueryHead", &a_cache_for_every_query_head},
                                           std::pair{"ACacheThatDoesNotGrow", &a_cache_that_does_not_grow},
                                           std::pair{"WeightsInBytesForBits", &weights_in_bytes_for_bits},
                                           std::pair{"TwoMatricesInAGatedLayer", &two_matrices_in_a_gated_layer},
                                           std::pair{"WeightsThatAllDevicesReadInFull",
                                                     &weights_that_all_devices_read_in_full},
                                           std::pair{"CollectivesWithoutLatency", &collectives_without_latency},
                                           std::pair{"NoArithmeticAndNoOverlap", &no_arithmetic_and_no_overlap}),
                         [](const auto& broken) { return broken.param.first; });

}  // namespace
}  // namespace sextant::analysis
