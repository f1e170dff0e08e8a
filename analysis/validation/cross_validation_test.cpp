// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/cross_validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/validation/case_testing.hpp"
#include "analysis/validation/score.hpp"

namespace sextant::analysis {
namespace {

using example::catalogue;
using ::testing::HasSubstr;

const std::vector<Case>& published(const std::string& table) {
  static std::map<std::string, std::vector<Case>> read;
  std::vector<Case>& cases = read[table];
  if (cases.empty())
    cases = read_cases({SEXTANT_SOURCE_DIR "/results/reference/published/" + table + ".csv"}, catalogue());
  return cases;
}

template <class Keep>
std::vector<Case> chosen(const std::vector<Case>& cases, Keep keep) {
  std::vector<Case> some;
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(some), keep);
  return some;
}

// Single streams of Llama 2 7B under one engine: two classes of memory, a few devices each.
std::vector<Case> single_streams() {
  return chosen(published("decode_single"), [](const Case& c) {
    constexpr const char* devices[] = {"h100-sxm",   "a100-80gb",   "v100-sxm2-32", "rtx-5090",
                                       "rtx-4090-d", "rtx-3090-ti", "rtx-3080"};
    return c.source == "llamacpp-cuda-15013" &&
           std::find(std::begin(devices), std::end(devices), c.device) != std::end(devices);
  });
}

// Static batches of three models on one H100, in two halves that hold the same kinds of runs.
std::vector<Case> static_batches(std::size_t half) {
  const std::vector<Case> all = chosen(published("argonne"), [](const Case& c) {
    const std::string& model = c.refused.empty() ? c.decoding().model : c.refused;
    return c.metric == Metric::batch_time && c.decoding().shared_by == 1 &&
           (model == "llama-2-7b" || model == "llama-3-8b" || model == "mistral-7b");
  });
  std::vector<Case> some;
  for (std::size_t i = half; i < all.size(); i += 2) some.push_back(all[i]);
  return some;
}

std::vector<Case> scaled(std::vector<Case> cases, std::string_view device, double factor) {
  for (Case& c : cases)
    if (c.device == device) c.measured *= factor;
  return cases;
}

Validation validated(const std::vector<Case>& cases, const std::vector<Case>& fit,
                     LeaveOut leave_out = LeaveOut::nothing, StepFunction step = decode_step) {
  return validate(cases, fit, catalogue(), {.leave_out = leave_out, .beside = false, .step = step});
}

const Outcome& outcome_of(const Validation& validation, std::string_view id) {
  return *std::find_if(validation.outcomes.begin(), validation.outcomes.end(),
                       [&](const Outcome& o) { return o.measured->id == id; });
}

double median_error(const Validation& validation, Group group) {
  const auto found = std::find_if(validation.scores.begin(), validation.scores.end(),
                                  [&](const GroupScore& s) { return s.group == group && s.trust == curated_trust; });
  return found == validation.scores.end() ? NAN : found->all.median_ape;
}

TEST(CrossValidation, WhatIsLeftOutHasNoSayInItsOwnPrediction) {
  const std::vector<Case> cases = single_streams(), other = scaled(cases, "rtx-3090-ti", 3);
  const Validation honest = validated(cases, cases, LeaveOut::device);
  const Validation changed = validated(other, other, LeaveOut::device);
  double most = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Predicted &before = honest.outcomes[i].predicted, &after = changed.outcomes[i].predicted;
    const double moved = std::abs(after.value / before.value - 1);
    if (cases[i].device == "rtx-3090-ti") {
      EXPECT_LT(moved, 1e-6) << cases[i].id;
      EXPECT_NEAR(after.low / before.low, 1, 1e-6) << cases[i].id;
      EXPECT_NEAR(after.high / before.high, 1, 1e-6) << cases[i].id;
    }
    if (cases[i].device == "rtx-4090-d") most = std::max(most, moved);
  }
  EXPECT_GT(most, 1e-3) << "a device of its class borrows from it";
  EXPECT_EQ(honest.left_out, "device");
  EXPECT_EQ(honest.folds.size(), 7u);
}

TEST(CrossValidation, NoGroupPredictsADeviceFromItself) {
  std::vector<Case> fit = single_streams();
  for (const char* table : {"energy", "flash_offload", "memory"})
    fit.insert(fit.end(), published(table).begin(), published(table).end());
  for (const Group group : {Group::energy, Group::flash, Group::memory}) {
    const auto of_group = chosen(fit, [&](const Case& c) { return c.group == group && c.refused.empty(); });
    const std::string device = of_group.at(0).device;
    const std::vector<Case> cases = chosen(of_group, [&](const Case& c) { return c.device == device; });
    const Validation honest = validated(cases, fit, LeaveOut::device);
    const Validation changed = validated(scaled(cases, device, 3), scaled(fit, device, 3), LeaveOut::device);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const Predicted &before = honest.outcomes[i].predicted, &after = changed.outcomes[i].predicted;
      ASSERT_TRUE(std::isfinite(before.value)) << cases[i].id;
      EXPECT_EQ(before.value, after.value) << cases[i].id;
      EXPECT_EQ(before.low, after.low) << cases[i].id;
      EXPECT_EQ(before.high, after.high) << cases[i].id;
    }
    EXPECT_NE(validated(cases, fit).outcomes[0].predicted.value,
              validated(cases, scaled(fit, device, 3)).outcomes[0].predicted.value)
        << "where it is not left out it has";
  }
}

// Nothing is left to learn from: the priors speak, not a fit that saw the device.
TEST(CrossValidation, TheOnlyDeviceLeftOutIsPredictedFromNoRun) {
  std::vector<Case> cases = chosen(single_streams(), [](const Case& c) { return c.device == "h100-sxm"; });
  const std::vector<Case> components =
      chosen(published("memory"), [](const Case& c) { return c.device == "a100-sxm-40"; });
  const auto first = [&](double factor) {
    const std::vector<Case> decode = scaled(cases, "h100-sxm", factor);
    std::vector<Case> fit = decode;
    fit.insert(fit.end(), components.begin(), components.end());
    return validated(decode, fit, LeaveOut::device).outcomes.at(0).predicted;
  };
  const Predicted before = first(1), after = first(0.5);
  EXPECT_GT(before.value, 0);
  EXPECT_EQ(before.value, after.value);
  EXPECT_EQ(before.transfer, results::TransferClass::T4);
}

TEST(CrossValidation, RowsOfTheFitAreInSampleAndCountNowhere) {
  const std::vector<Case> cases = single_streams();
  const std::vector<Case> fit = chosen(cases, [](const Case& c) { return c.device != "rtx-3080"; });
  const Validation validation = validated(cases, fit);
  std::size_t outside = 0;
  for (const Outcome& o : validation.outcomes) {
    const bool known = o.measured->device != "rtx-3080";
    EXPECT_EQ(o.status, known ? OutcomeStatus::in_sample : OutcomeStatus::predicted) << o.measured->id;
    outside += !known;
  }
  ASSERT_GT(outside, 0u);
  EXPECT_EQ(validation.scores.at(0).all.n, outside);
  EXPECT_EQ(validation.scores.at(0).all.in_sample, cases.size() - outside);
  EXPECT_TRUE(validation.folds.empty());
  for (const Outcome& o : validated(cases, cases, LeaveOut::device).outcomes)
    EXPECT_EQ(o.status, OutcomeStatus::predicted) << o.measured->id;
}

TEST(CrossValidation, NothingToFitOnIsOneClearError) {
  std::vector<Case> refused = single_streams();
  const std::vector<Case> cases = refused;
  for (Case& c : refused) c.refused = "beats physics";
  for (const std::vector<Case>& fit : {std::vector<Case>{}, refused}) {
    try {
      validated(cases, fit);
      ADD_FAILURE() << "fitted on nothing";
    } catch (const results::InvalidInput& error) {
      EXPECT_THAT(error.what(), HasSubstr("--fit"));
    }
  }
}

TEST(CrossValidation, ARefusedCaseHasItsReasonAndAnImpossibleOneCountsApart) {
  using namespace example;
  const std::string known = "FP16,FP16,TensorRT-LLM 0.11.0,16,128,256,4,e2e_latency,7.5,s,bc,B\n";
  const std::vector<Case> cases = read(decode_header + decode_row + "a-2,s,H100-SXN,4,3352,989,llama-3-70b," + known +
                                       changed(changed(decode_row, "a-1", "a-3"), "7.5", "0.001"));
  const Validation validation = validated(cases, static_batches(0));
  EXPECT_EQ(outcome_of(validation, "a-1").status, OutcomeStatus::predicted);
  EXPECT_EQ(outcome_of(validation, "a-1").reason, "");
  EXPECT_EQ(outcome_of(validation, "a-2").status, OutcomeStatus::refused);
  EXPECT_FALSE(outcome_of(validation, "a-2").impossible);
  EXPECT_THAT(outcome_of(validation, "a-2").reason, HasSubstr("did you mean 'h100-sxm'?"));
  EXPECT_TRUE(outcome_of(validation, "a-3").impossible);
  EXPECT_THAT(outcome_of(validation, "a-3").reason, HasSubstr("faster than its"));
  EXPECT_EQ(validation.scores.at(0).all.n, 2u);
  EXPECT_EQ(validation.scores.at(0).all.refused, 1u);
  EXPECT_EQ(validation.scores.at(0).all.impossible, 1u);
}

TEST(CrossValidation, ADeviceOrAnEngineThatWasNotFittedIsPredictedWithLessConfidence) {
  const std::vector<Case> fit = chosen(single_streams(), [](const Case& c) { return c.device != "rtx-3080"; });
  std::vector<Case> cases = single_streams();
  Case other = cases.front();
  other.id = "other engine";
  std::get<Decoding>(other.what).engine = "ExLlamaV2";
  std::get<Decoding>(other.what).family = "exllama-cuda";
  cases.push_back(other);
  const Validation validation = validated(cases, fit);
  const auto width = [&](const Outcome& o) { return o.predicted.high / o.predicted.low; };
  const auto& unknown = *std::find_if(validation.outcomes.begin(), validation.outcomes.end(),
                                      [](const Outcome& o) { return o.measured->device == "rtx-3080"; });
  const Outcome& known = validation.outcomes.front();
  ASSERT_EQ(known.status, OutcomeStatus::in_sample);
  EXPECT_EQ(unknown.status, OutcomeStatus::predicted);
  EXPECT_GT(width(unknown), width(known));
  EXPECT_GT(width(outcome_of(validation, "other engine")), width(known));
  EXPECT_GT(outcome_of(validation, "other engine").predicted.value, 0);
}

TEST(CrossValidation, TheOrderOfTheCasesChangesNothing) {
  const std::vector<Case> cases = single_streams();
  const std::vector<Case> reversed(cases.rbegin(), cases.rend());
  const Validation one = validated(cases, cases, LeaveOut::device),
                   other = validated(reversed, cases, LeaveOut::device);
  for (const Outcome& o : one.outcomes) {
    const Predicted& same = outcome_of(other, o.measured->id).predicted;
    EXPECT_EQ(o.predicted.value, same.value) << o.measured->id;
    EXPECT_EQ(o.predicted.low, same.low);
    EXPECT_EQ(o.predicted.high, same.high);
  }
  ASSERT_EQ(one.folds.size(), other.folds.size());
  for (std::size_t i = 0; i < one.folds.size(); ++i) {
    EXPECT_EQ(one.folds[i].left_out, other.folds[i].left_out);
    EXPECT_EQ(one.folds[i].cases, other.folds[i].cases);
  }
}

// Equations broken on purpose.
Step without_cache(const Workload& w, const Hardware& h) {
  Workload forgetful = w;
  forgetful.precision.cache = 0;
  return decode_step(forgetful, h);
}
Step without_batch(const Workload& w, const Hardware& h) {
  Workload alone = w;
  alone.batch = 1;
  return decode_step(alone, h);
}
Step twice_the_fixed_cost(const Workload& w, const Hardware& h) {
  Hardware slow = h;
  slow.fixed.per_layer *= 2;
  slow.fixed.per_sequence *= 2;
  return decode_step(w, slow);
}

TEST(CrossValidation, ABrokenEquationShowsInTheTable) {
  const std::vector<Case> fit = static_batches(0), cases = static_batches(1);
  ASSERT_GE(cases.size(), 20u);
  const Validation sound = validated(cases, fit);
  EXPECT_LT(median_error(sound, Group::batched), 0.25);
  for (const StepFunction broken : {without_cache, without_batch}) {
    const Validation worse = validated(cases, fit, LeaveOut::nothing, broken);
    EXPECT_GT(median_error(worse, Group::batched), 1.1 * median_error(sound, Group::batched));
    EXPECT_NE(validation_text(worse), validation_text(sound));
  }
}

// A fit takes up what it can; what was predicted beyond it moves.
TEST(CrossValidation, AFixedCostCountedTwiceMovesThePredictions) {
  const std::vector<Case> fit = static_batches(0), cases = static_batches(1);
  const Validation sound = validated(cases, fit),
                   twice = validated(cases, fit, LeaveOut::nothing, twice_the_fixed_cost);
  EXPECT_NE(validation_json(twice), validation_json(sound));
  double most = 0;
  for (std::size_t i = 0; i < cases.size(); ++i)
    most = std::max(most, std::abs(twice.outcomes[i].predicted.value / sound.outcomes[i].predicted.value - 1));
  EXPECT_GT(most, 1e-3);
}

// Fit and prediction take the same step: one that is half as long is made up for by the fit alone.
Step half_as_long(const Workload& w, const Hardware& h) {
  Step step = decode_step(w, h);
  step.seconds /= 2;
  return step;
}

TEST(CrossValidation, WhatIsFittedIsWhatIsPredictedWith) {
  const std::vector<Case> fit = static_batches(0), cases = static_batches(1);
  const Validation sound = validated(cases, fit), half = validated(cases, fit, LeaveOut::nothing, half_as_long);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const double moved = half.outcomes[i].predicted.value / sound.outcomes[i].predicted.value;
    EXPECT_NEAR(moved, 1, 0.3) << cases[i].id;
    EXPECT_NE(moved, 1) << cases[i].id;
  }
}

}  // namespace
}  // namespace sextant::analysis
