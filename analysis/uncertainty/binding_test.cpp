// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/binding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/uncertainty/example_profile.hpp"

namespace sextant::analysis {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string message(const results::Profile& profile, const char* reference) {
  try {
    select(profile, reference);
  } catch (const MissingParameter& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Select, FindsByNameAndCondition) {
  const results::Profile profile = example::profile();
  EXPECT_EQ(select(profile, "machine.memory").estimate.value, 24e9);
  EXPECT_EQ(select(profile, "memory.read.bandwidth.dram[threads=1]").estimate.value, 20e9);
  EXPECT_EQ(select(profile, "memory.read.bandwidth.dram[threads=max]").estimate.value, 40e9);
  EXPECT_EQ(select(profile, "net.allreduce.alpha[ranks=2 bytes=min]").estimate.value, 1.2e-6);
  EXPECT_EQ(select(profile, "net.allreduce.alpha[ranks=2 bytes=max]").estimate.value, 6e-6);
  EXPECT_EQ(select(profile, "near_data.gemv.flops[type=int8 threads=max]").estimate.value, 90e9);
}

TEST(Select, RefusesWhatIsMissingAmbiguousOrRefused) {
  results::Profile profile = example::profile();
  EXPECT_THAT(message(profile, "memory.latency.dram"),
              AllOf(HasSubstr("no parameter 'memory.latency.dram'"), HasSubstr("measure it")));
  EXPECT_THAT(message(profile, "machine.memroy"), HasSubstr("did you mean 'machine.memory'?"));
  EXPECT_THAT(message(profile, "sync.barrier[threads=64]"), HasSubstr("for other conditions"));
  EXPECT_THAT(message(profile, "memory.read.bandwidth.dram"), HasSubstr("stands for 2 parameters"));
  profile.parameters[5].refused = "the slope is negative";
  profile.parameters[5].estimate = results::exactly(std::nan(""));
  EXPECT_THAT(message(profile, "sync.barrier[threads=2]"),
              HasSubstr("refused by the calibration: the slope is negative"));
}

TEST(Bind, TakesMeasuredParametersWithTheirDraws) {
  const BoundDesign bound = bind(example::design("this_machine"), example::profile());
  for (const BoundFigure& figure : bound.figures) {
    if (figure.figure.slot != slot(0, TierKey::bandwidth)) continue;
    EXPECT_EQ(figure.parameter, "memory.read.bandwidth.dram[threads=2]");
    EXPECT_EQ(figure.joint.size(), 50u);
    EXPECT_EQ(figure.figure.source, results::Source::measured);
    return;
  }
  FAIL() << "no memory bandwidth";
}

TEST(Bind, SaysWhichDesignAndFigureLackAParameter) {
  results::Profile profile = example::profile();
  std::erase_if(profile.parameters, [](const results::Parameter& p) { return p.name == "net.allreduce.alpha"; });
  try {
    bind(example::design("pnm"), profile);
    FAIL() << "nothing was thrown";
  } catch (const MissingParameter& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'pnm'"), HasSubstr("interconnect.software_latency"),
                                    HasSubstr("net.allreduce.alpha[ranks=2 bytes=min]")));
  }
  EXPECT_NO_THROW(bind(example::design("h100x8"), profile));  // needs no profile
}

TEST(Bind, FlashCurveRisesWithDepthAndEndsAtTheWhole) {
  const BoundDesign bound = bind(example::design("hbf"), example::profile());
  ASSERT_GT(bound.curve.depth.size(), 4u);
  for (std::size_t i = 1; i < bound.curve.depth.size(); ++i) {
    EXPECT_GT(bound.curve.depth[i], bound.curve.depth[i - 1]);
    EXPECT_GE(bound.curve.share[i], bound.curve.share[i - 1]);
  }
  EXPECT_DOUBLE_EQ(bound.curve.share.back(), 1);
  EXPECT_NEAR(bound.curve.share.front(), 4096 / (90e-6 + 4096 / 1.5e9) / 1.5e9, 1e-6);
}

// One request is as deep either way; many are deeper, since the software's part of them is no reading.
TEST(Bind, TheHostsSoftwareIsTakenOffTheShapeOfFlash) {
  results::Profile measured = example::profile();
  const FlashCurve with = bind(example::design("hbf"), measured).curve;
  measured.parameters.push_back(example::parameter("storage.floor", "", 9e-6, results::Unit::second));
  const FlashCurve without = bind(example::design("hbf"), measured).curve;
  EXPECT_NEAR(without.depth.front(), with.depth.front(), 0.1 * with.depth.front());
  EXPECT_NEAR(without.depth.back() / with.depth.back(), 90.0 / 81, 0.01);
  EXPECT_EQ(without.share.back(), with.share.back());
}

TEST(ValueAt, AMeasuredRateSpreadsByItsClassAClaimIsDeliveredInPart) {
  BoundFigure bound;
  bound.figure.slot = slot(Key::compute_bf16);
  bound.figure.estimate = results::exactly(100);
  bound.figure.transfer = results::TransferClass::T1;
  EXPECT_EQ(value_at(bound, 0.5, 0.95, 0), 100);
  bound.figure.profile = "near_data.gemv.flops";
  EXPECT_NEAR(value_at(bound, 0.5, 0.95, 0), 100 * std::exp(0.07 * 1.6448536), 1e-3);
  bound.figure.profile.clear();
  bound.figure.transfer = results::TransferClass::T5;
  EXPECT_NEAR(value_at(bound, 0.5, 0.75, 0), 90, 1e-9);
}

TEST(ValueAt, AnEfficiencyNeverExceedsOne) {
  BoundFigure bound;
  bound.figure.slot = slot(0, TierKey::efficiency);
  bound.figure.estimate = results::exactly(0.85);
  bound.figure.transfer = results::TransferClass::T4;
  EXPECT_EQ(value_at(bound, 0.5, 0.99, 0), 1);
  EXPECT_LT(value_at(bound, 0.5, 0.05, 0), 0.5);
  EXPECT_DOUBLE_EQ(value_at(bound, 0.5, 0.5, 0), 0.85);
}

}  // namespace
}  // namespace sextant::analysis
