// SPDX-License-Identifier: Apache-2.0
// E1 of decode-model.md section 8: argonne-lcf/LLM-Inference-Bench, Fig_16_a_b: H100, vLLM, LLaMA-3 8B, 1024 tokens in
// and out.
#include "analysis/validation/power_run.hpp"

#include <gtest/gtest.h>

#include <array>

#include "analysis/model/example_models.hpp"
#include "analysis/validation/case_reader.hpp"
#include "analysis/validation/relative_fit.hpp"

namespace sextant::analysis {
namespace {

constexpr double hbm3e = 8 * 3.44e-12;  // J/byte, RPU (HPCA 2026)

std::vector<PowerRun> published() {
  return power_runs(read_cases({SEXTANT_SOURCE_DIR "/analysis/validation/captures/argonne-h100.csv"},
                               load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue")));
}

// P_static and e_FLOP, with the energy of a byte fixed, from the first `rows` runs.
RelativeFit fit(const std::vector<PowerRun>& runs, std::size_t rows, StepFunction step) {
  std::vector<double> watts;
  for (std::size_t i = 0; i < rows; ++i) watts.push_back(runs[i].measured.measured);
  return fit_relative(watts, {300, 1e-12}, {"static power", "energy per FLOP"},
                      [&](std::span<const double> p, std::size_t i) {
                        return predicted_power(runs[i], example::llama_3_8b(), {p[0], hbm3e, p[1]}, step);
                      });
}

TEST(PowerRun, TwoBatchesTellTheOthers) {
  const std::vector<PowerRun> runs = published();
  ASSERT_EQ(runs.size(), 4);
  const RelativeFit f = fit(runs, 2, decode_step);
  ASSERT_FALSE(f.refused()) << f.refusal;
  EXPECT_NEAR(f.parameters[0], 306, 3);
  EXPECT_NEAR(f.parameters[1], 2.1e-12, 0.2e-12);
  const std::array<double, 4> watts{363, 404, 435, 455};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const double predicted =
        predicted_power(runs[i], example::llama_3_8b(), {f.parameters[0], hbm3e, f.parameters[1]}, decode_step);
    EXPECT_NEAR(predicted / watts[i], 1, i < 2 ? 0.002 : 0.05) << "batch " << *runs[i].measured.decoding().batch;
  }
  // 2.87 J at batch 1, 0.131 J at batch 64, for a token.
  EXPECT_NEAR(runs[0].measured.measured * runs[0].seconds / 1024 / 2.87, 1, 0.005);
  EXPECT_NEAR(runs[3].measured.measured * runs[3].seconds / 1024 / 64 / 0.131, 1, 0.005);
}

// Bytes and operations rise together with the batch: nothing tells their energies apart. The free fit gives a byte a
// third of what the data sheet does.
TEST(PowerRun, AFreeEnergyPerByteIsRefused) {
  const std::vector<PowerRun> runs = published();
  std::vector<double> watts;
  for (const PowerRun& run : runs) watts.push_back(run.measured.measured);
  const RelativeFit f =
      fit_relative(watts, {300, hbm3e, 1e-12}, {"static power", "energy per byte", "energy per FLOP"},
                   [&](std::span<const double> p, std::size_t i) {
                     return predicted_power(runs[i], example::llama_3_8b(), {p[0], p[1], p[2]}, decode_step);
                   });
  EXPECT_TRUE(f.refused());
  EXPECT_GT(f.inflation[1], largest_inflation);
  EXPECT_LT(f.parameters[1], 0.5 * hbm3e);
}

// Counting bytes alone is off by seven times at batch 1 (finding 10): the static power must not be dropped.
TEST(PowerRun, EnergyOfBytesAloneIsASeventhOfIt) {
  const std::vector<PowerRun> runs = published();
  const double bytes_alone = predicted_power(runs[0], example::llama_3_8b(), {0, hbm3e, 0}, decode_step);
  EXPECT_NEAR(runs[0].measured.measured / bytes_alone, 7, 0.5);
}

Step without_arithmetic(const Workload& w, const Hardware& h) {
  Step step = decode_step(w, h);
  step.energy.compute = 0;
  return step;
}
TEST(PowerRun, WithoutArithmeticTheCaseFails) {
  const std::vector<PowerRun> runs = published();
  const RelativeFit f = fit(runs, 2, without_arithmetic);
  const double predicted =
      predicted_power(runs[3], example::llama_3_8b(), {f.parameters[0], hbm3e, f.parameters[1]}, without_arithmetic);
  EXPECT_FALSE(!f.refused() && std::abs(predicted / 455 - 1) < 0.05);
}

}  // namespace
}  // namespace sextant::analysis
