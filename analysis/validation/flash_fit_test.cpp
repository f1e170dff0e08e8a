// SPDX-License-Identifier: Apache-2.0
// Rows made up; without rows to fit the priors predict.
#include "analysis/validation/flash_fit.hpp"

#include <gtest/gtest.h>

#include "analysis/validation/case_testing.hpp"
#include "analysis/validation/nominal_set_up.hpp"

namespace sextant::analysis {
namespace {

using namespace example;

const SetUpOf set_up = nominal_set_ups(catalogue());
const std::string header = changed(decode_header, "use,", "notes,use,");

// One stream of OPT 30B, 60 GB, on a T4 of 16 GB.
Case row(const std::string& notes, const std::string& engine = "FlexLLMGen", const std::string& batch = "1",
         const std::string& metric = "decode_tok_s", const std::string& accelerator = "T4,1,320,65") {
  const std::string unit = metric == "ssd_read_sequential" ? "GB/s" : "tok/s";
  return read(header + "f-1,s," + accelerator + ",opt-30b,FP16,FP16," + engine + "," + batch + ",512,32,1," + metric +
              ",0.05," + unit + ",\"" + notes + "\",d,B\n")
      .at(0);
}

FlashFit untaught(StepFunction step = decode_step) { return fit_flash({}, catalogue(), set_up, step); }
Predicted predicted(const Case& c, const FlashFit& fit = untaught()) { return predict(fit, c, catalogue(), set_up); }
double rate(const std::string& notes, const std::string& engine = "FlexLLMGen", const std::string& batch = "1",
            const std::string& metric = "decode_tok_s") {
  const Predicted p = predicted(row(notes, engine, batch, metric));
  EXPECT_EQ(p.refused, "");
  return p.value;
}

// 54 of 60 GB over a link of 5 GB/s take 9.6 s at 10 % in memory: no faster than the link, and not much slower.
TEST(FlashFit, AStatedRateBoundsTheStep) {
  const double layers = 5.0 / 48;
  const double bytes = 2 * parameters(model_shape(find(catalogue(), Kind::model, "opt-30b"))) * (1 - layers);
  const double seconds = 1 / rate("5 layers VRAM, 43 layers pinned RAM (5 GB/s)", "ntransformer");
  EXPECT_GT(seconds, 0.97 * bytes / 5e9);
  EXPECT_LT(seconds, 1.1 * bytes / 5e9);
  EXPECT_NEAR(rate("5 layers VRAM, 43 layers pinned RAM (10 GB/s)", "ntransformer") * seconds, 2, 0.1);
}

TEST(FlashFit, SlowerTiersAndLinksAreSlower) {
  const double memory = rate("lowest tier used: gpu");
  const double host = rate("lowest tier used: cpu");
  const double disk = rate("lowest tier used: disk; host 32 GB DRAM");
  const double paged = rate("mmap; lowest tier used: disk; host 32 GB DRAM");
  EXPECT_GT(memory, 3 * host);
  EXPECT_GT(host, 1.5 * disk);
  EXPECT_GT(disk, 3 * paged);
  EXPECT_GT(rate("lowest tier used: cpu; PCIe gen4"), 1.5 * rate("lowest tier used: cpu; PCIe gen3"));
  EXPECT_GT(rate("lowest tier used: cpu; gen3 x16"), 1.5 * rate("lowest tier used: cpu; gen3 x8"));
  EXPECT_GT(rate("lowest tier used: disk; host 48 GB DRAM"), disk);
}

// A cache in host memory that is attended to there does not cross the link: 64 sequences of OPT 30B keep 48 GB, which
// would take as long again as the weights.
TEST(FlashFit, ACacheThatIsAttendedToOnTheHostDoesNotCrossTheLink) {
  const double one = rate("lowest tier used: cpu; gen3 x16");
  const double many = rate("lowest tier used: cpu; gen3 x16", "FlexLLMGen", "64", "output_tok_s_total") / 64;
  EXPECT_GT(many, 0.55 * one);
}

TEST(FlashFit, AHostThatMultipliesDoesNotNeedTheLink) {
  const std::string notes = "24 layers on GPU; PCIe gen3 x4";
  EXPECT_GT(rate(notes, "llama.cpp CUDA"), 3 * rate(notes, "ntransformer"));
}

TEST(FlashFit, ThePromptCountsWhereTheRowSaysSo) {
  const std::string tier = "lowest tier used: cpu";
  EXPECT_LT(rate(tier + "; throughput includes prefill", "FlexLLMGen", "144", "output_tok_s_total"),
            0.8 * rate(tier, "FlexLLMGen", "144", "output_tok_s_total"));
}

TEST(FlashFit, ADriveReadsAShareOfItsLink) {
  const Predicted p = predicted(row("on gen3 x4, 3.35 GB/s", "userspace NVMe", "", "ssd_read_sequential"));
  EXPECT_EQ(p.refused, "");
  EXPECT_LT(p.value, 3.94e9);
  EXPECT_GT(p.value, 1e9);
  const Predicted next = predicted(row("on gen4 x4", "userspace NVMe", "", "ssd_read_sequential"));
  EXPECT_NEAR(next.value / p.value, 2, 0.05);
}

TEST(FlashFit, LearnsFromRowsAndTrustsAnEngineItSawMore) {
  Case seen = row("lowest tier used: cpu; gen3 x16");
  seen.measured = 2 * predicted(seen).value;
  const std::vector<Case> rows(3, seen);
  const FlashFit taught = fit_flash(pointers(rows), catalogue(), set_up);
  const Predicted same = predicted(seen, taught);
  const Predicted other = predicted(row("lowest tier used: cpu; gen3 x16", "HF Accelerate"), taught);
  EXPECT_NEAR(same.value / seen.measured, 1, 0.15);
  EXPECT_LT(other.value, same.value);
  EXPECT_GT(other.value, 1.1 * seen.measured / 2);
  EXPECT_GT(other.high / other.low, 1.2 * (same.high / same.low));
  EXPECT_EQ(other.transfer, results::TransferClass::T3);
  EXPECT_EQ(parameters(taught), 7 + 1 + 3);
}

TEST(FlashFit, ARowThatSaysNothingIsLessCertain) {
  const Predicted said = predicted(row("lowest tier used: cpu; gen3 x16"));
  const Predicted silent = predicted(row("one careful person"));
  EXPECT_EQ(silent.refused, "");
  EXPECT_GT(silent.high / silent.low, 1.3 * (said.high / said.low));
}

Step without_chained(const Workload& w, const Hardware& h) {
  Hardware parallel = h;
  for (Tier& tier : parallel.tiers) tier.chained = false;
  return decode_step(w, parallel);
}
Step twice_the_weights(const Workload& w, const Hardware& h) {
  Workload more = w;
  more.precision.weight *= 2;
  return decode_step(more, h);
}
TEST(FlashFit, ABrokenStepChangesThePrediction) {
  const Case c = row("24 layers on GPU; 5 GB/s", "ntransformer");
  EXPECT_GT(predicted(c, untaught(without_chained)).value, 1.02 * predicted(c).value);
  EXPECT_LT(predicted(c, untaught(twice_the_weights)).value, 0.6 * predicted(c).value);
}

}  // namespace
}  // namespace sextant::analysis
