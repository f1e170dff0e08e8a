// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/case_workload.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/model/operators.hpp"
#include "analysis/validation/example_cases.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using example::catalogue;
using example::decode_case;
using example::decoding;

Workload workload(const Case& c) { return workload_of(c, catalogue()); }

TEST(CaseWorkload, TakesWhatTheRowSays) {
  Case c = decode_case();
  decoding(c).batch = 16;
  decoding(c).cache_bytes = 1;
  decoding(c).shared_by = decoding(c).accelerators = 4;
  const Workload w = workload(c);
  EXPECT_EQ(w.batch, 16);
  EXPECT_EQ(w.context, 0);
  EXPECT_EQ(w.output, 128);
  EXPECT_EQ(w.precision.weight, 2);
  EXPECT_EQ(w.precision.cache, 1);
  EXPECT_EQ(w.parallelism.tensor, 4);
  EXPECT_EQ(w.model.layers, 32);
  EXPECT_EQ(w.routing.correlation, 0);
}

TEST(CaseWorkload, TheFileSaysHowManyBytesAnElementHas) {
  Case c = decode_case();
  decoding(c).weight_type = "Q4_0";
  decoding(c).weight_bytes = 0.5625;
  EXPECT_EQ(workload(c).precision.weight, 0.5625);
  decoding(c).file_bytes = 3.823e9;
  const Workload w = workload(c);
  EXPECT_NEAR(resident_weights(w, 1), 3.823e9, 1e6) << "the whole file, input embedding included";
  EXPECT_EQ(w.precision.weight_arithmetic, Arithmetic::int8);
}

// llama.cpp stores what is not an expert in Q8_0, about 1.06 byte; the checkpoint has 16 bits.
TEST(CaseWorkload, OnlyTheExpertsOfMxfp4AreSmall) {
  Case c = decode_case();
  decoding(c).model = "gpt-oss-120b";
  decoding(c).weight_type = "MXFP4";
  decoding(c).weight_bytes = 0.53125;
  EXPECT_EQ(workload(c).precision.weight, 2);
  EXPECT_EQ(workload(c).precision.weight_arithmetic, Arithmetic::bf16);
  decoding(c).file_bytes = 63.37e9;
  const Workload w = workload(c);
  EXPECT_EQ(w.precision.expert, 0.53125);
  EXPECT_NEAR(w.precision.weight, 1.06, 0.2);
  EXPECT_NEAR(resident_weights(w, 1), 63.37e9, 1e7);
}

TEST(CaseWorkload, ADenseModelInMxfp4IsSmallAltogether) {
  Case c = decode_case();
  decoding(c).weight_type = "MXFP4";
  decoding(c).weight_bytes = 0.53125;
  EXPECT_EQ(workload(c).precision.weight, 0.53125);
}

TEST(CaseWorkload, LengthsThatAreNotStatedAreThoseOfAChat) {
  Case c = decode_case();
  decoding(c).input.reset();
  decoding(c).output.reset();
  EXPECT_EQ(workload(c).context, UnstatedLoad{}.context);
  EXPECT_EQ(workload(c).output, UnstatedLoad{}.output);
}

TEST(CaseWorkload, ABatchThatIsNotStatedFillsTheMemory) {
  Case c = decode_case();
  decoding(c).batch.reset();
  decoding(c).input = 2048;
  decoding(c).output = 2048;
  const Workload w = workload(c);
  const double kept = resident_weights(w, 1) + resident_cache(w, 1, 4096);
  EXPECT_LE(kept, 0.9 * 80e9);
  EXPECT_GT(kept + resident_cache(w, 1, 4096) / w.batch, 0.9 * 80e9) << "one more does not fit";
  EXPECT_EQ(workload_of(c, catalogue(), {.sequences = 8}).batch, 8);
}

TEST(CaseWorkload, AModelThatDoesNotFitHasABatchOfOne) {
  Case c = decode_case();
  decoding(c).model = "llama-3.1-405b";
  decoding(c).batch.reset();
  EXPECT_EQ(workload(c).batch, 1);
}

TEST(CaseWorkload, BatchedBenchFeedsLikePrompts) {
  Case c = decode_case();
  decoding(c).engine = "llama.cpp batched-bench";
  EXPECT_EQ(workload(c).routing.correlation, 1);
}

TEST(CaseWorkload, GroupsShareTheBatchAndASingleStreamHasOne) {
  Case c = decode_case();
  decoding(c).accelerators = 8;
  EXPECT_EQ(groups(c, workload(c)), 1);
  EXPECT_DOUBLE_EQ(usable_memory(c, catalogue()), 8 * 0.9 * 80e9);
  decoding(c).batch = 64;
  decoding(c).shared_by = 2;
  EXPECT_EQ(groups(c, workload(c)), 4);
  EXPECT_EQ(workload(c).batch, 16);
  EXPECT_DOUBLE_EQ(usable_memory(c, catalogue()), 0.9 * 80e9);
}

// 8 GPUs, and nobody says how they share: 70B in 16 bits is 141 GB, half of the memory of four.
TEST(CaseWorkload, AGroupThatIsNotStatedIsTheSmallestThatIsHalfEmpty) {
  Case c = decode_case();
  decoding(c).model = "llama-2-70b";
  decoding(c).batch.reset();
  decoding(c).accelerators = 8;
  EXPECT_EQ(workload(c).parallelism.tensor, 1) << "the row says so";
  decoding(c).split_stated = false;
  const Workload w = workload(c);
  EXPECT_EQ(w.parallelism.tensor, 4);
  EXPECT_EQ(groups(c, w), 2);
  EXPECT_GT(w.batch, 1);
}

TEST(CaseWorkload, AStepBecomesWhatTheMetricCountsAndBack) {
  Case c = decode_case();
  decoding(c).batch = 16;
  decoding(c).accelerators = 8;
  decoding(c).shared_by = 4;
  const Workload w = workload(c);  // two groups of eight sequences
  const std::pair<Metric, double> expected[] = {{Metric::user_rate, 100},
                                                {Metric::total_rate, 1600},
                                                {Metric::accelerator_rate, 200},
                                                {Metric::step_time, 0.01},
                                                {Metric::batch_time, 1.28}};
  for (const auto& [metric, value] : expected) {
    c.metric = metric;
    EXPECT_NEAR(as_measured(c, w, 0.01), value, 1e-9 * value);
    c.measured = value;
    EXPECT_NEAR(measured_step(c, w), 0.01, 1e-12);
  }
  c.metric = Metric::power;
  EXPECT_TRUE(std::isnan(as_measured(c, w, 0.01)));
}

TEST(CaseWorkload, AModelThatNobodyKnowsIsAnError) {
  Case c = decode_case();
  decoding(c).model = "llama-9";
  EXPECT_THROW(workload(c), results::InvalidInput);
}

}  // namespace
}  // namespace sextant::analysis
