// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/prefill.hpp"

#include <gtest/gtest.h>

#include "analysis/model/example_models.hpp"

namespace sextant::analysis {
namespace {

struct Prompts {
  Workload workload;
  Hardware hardware;
  double seconds() const { return prefill_seconds(workload, hardware); }
};

// 16 prompts of 1024 tokens on one device of 400 TFLOP/s.
Prompts prompts_of(const Model& model) {
  Prompts p;
  p.workload.model = model;
  p.workload.batch = 16;
  p.workload.context = 1024;
  p.hardware.compute.fill(400e12);
  return p;
}

// 32 layers of 4 x 4096^2 and 3 x 4096 x 11008, and two embeddings of 32000 x 4096: 6.738e9 parameters.
TEST(Prefill, IsTwoOperationsForAParameterAndAToken) {
  EXPECT_NEAR(prompts_of(example::llama_2_7b()).seconds(), 2 * 6.738e9 * 16 * 1024 / 400e12, 1e-4 * 0.552);
}

// Two of eight experts work: 12.9e9 of 46.7e9 parameters.
TEST(Prefill, CountsTheExpertsThatATokenUses) {
  EXPECT_NEAR(prompts_of(example::mixtral_8x7b()).seconds(), 2 * 12.88e9 * 16 * 1024 / 400e12, 1e-3 * 1.055);
}

TEST(Prefill, GrowsWithTheTokensAndIsSharedByTheDevices) {
  const Prompts once = prompts_of(example::llama_2_7b());
  Prompts longer = once, more = once, shared = once, none = once;
  longer.workload.context *= 2;
  more.workload.batch *= 3;
  shared.hardware.devices = 4;
  none.workload.context = 0;
  EXPECT_DOUBLE_EQ(longer.seconds(), 2 * once.seconds());
  EXPECT_DOUBLE_EQ(more.seconds(), 3 * once.seconds());
  EXPECT_DOUBLE_EQ(shared.seconds(), once.seconds() / 4);
  EXPECT_EQ(none.seconds(), 0);
}

TEST(Prefill, MultipliesInTheTypeOfTheWeights) {
  const Prompts once = prompts_of(example::llama_2_7b());
  Prompts narrow = once;
  narrow.hardware.compute[static_cast<std::size_t>(Arithmetic::fp8)] = 800e12;
  EXPECT_DOUBLE_EQ(narrow.seconds(), once.seconds());
  narrow.workload.precision.weight_arithmetic = Arithmetic::fp8;
  EXPECT_DOUBLE_EQ(narrow.seconds(), once.seconds() / 2);
}

}  // namespace
}  // namespace sextant::analysis
