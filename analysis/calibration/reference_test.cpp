// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/calibration/line_fit.hpp"
#include "results/import/published.hpp"
#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::analysis {
namespace {

using results::Parameter;
using testing::HasSubstr;

const std::filesystem::path reference = SEXTANT_SOURCE_DIR "/results/reference";

const Accelerator& accelerator(const std::string& machine) {
  static const std::vector<Accelerator> all = read_components(reference / "components");
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.machine == machine; });
  if (found == all.end()) throw std::runtime_error("no " + machine);
  return *found;
}

double value(const results::Profile& profile, const std::string& key) {
  const Parameter* parameter = results::find(profile, key);
  if (!parameter) throw std::runtime_error("no " + key);
  EXPECT_TRUE(parameter->refused.empty()) << key << ": " << parameter->refused;
  return parameter->estimate.value;
}

void expect_like(double made, double shipped, double tolerance, const std::string& what) {
  if (std::isnan(shipped)) {
    EXPECT_TRUE(std::isnan(made)) << what;
  } else {
    EXPECT_NEAR(made / shipped, 1, tolerance) << what;
  }
}

// Whoever changes a fit or a row sees here what it does to a shipped profile; reference_profiles writes them anew.
TEST(Reference, TheShippedProfileIsWhatItsRowsGive) {
  const std::string machine = "l40s";
  const results::Profile shipped = results::read_profile(reference / machine);
  const results::Profile made = calibrate(accelerator(machine).runs, reference_options());
  EXPECT_EQ(shipped.machine, machine);
  ASSERT_EQ(made.parameters.size(), shipped.parameters.size());
  for (std::size_t i = 0; i < made.parameters.size(); ++i) {
    const Parameter &a = made.parameters[i], &b = shipped.parameters[i];
    EXPECT_EQ(results::key(a), results::key(b));
    EXPECT_EQ(a.refused.empty(), b.refused.empty()) << results::key(a);
    EXPECT_EQ(a.evidence, b.evidence);
    EXPECT_EQ(a.assumption, b.assumption);
    EXPECT_EQ(a.source, b.source);
    EXPECT_EQ(a.transfer, b.transfer);
    expect_like(a.estimate.value, b.estimate.value, 1e-5, results::key(a));
    expect_like(a.estimate.low, b.estimate.low, 1e-3, results::key(a));
    expect_like(a.estimate.high, b.estimate.high, 1e-3, results::key(a));
  }
  ASSERT_EQ(made.draws.rows.size(), shipped.draws.rows.size());
  EXPECT_EQ(made.draws.columns, shipped.draws.columns);
}

// What `sextant import published` stores and `sextant calibrate` reads.
TEST(Reference, RunFoldersGiveTheSameProfileAsTheirTables) {
  const std::vector<results::Run>& runs = accelerator("a100-sxm-80gb").runs;
  std::vector<results::Run> stored;
  for (const results::Run& run : runs) {
    const results::TemporaryFolder folder;
    results::write_run(folder.path() / "run", run);
    stored.push_back(results::read_run(folder.path() / "run"));
  }
  const results::Profile direct = calibrate(runs, {50, 1}), read = calibrate(stored, {50, 1});
  ASSERT_EQ(direct.parameters.size(), read.parameters.size());
  for (const Parameter& parameter : direct.parameters) {
    const Parameter* same = results::find(read, results::key(parameter));
    ASSERT_NE(same, nullptr) << results::key(parameter);
    expect_like(same->estimate.value, parameter.estimate.value, 1e-9, results::key(parameter));
    EXPECT_EQ(same->evidence, parameter.evidence);
    EXPECT_EQ(same->source, parameter.source);
    EXPECT_EQ(same->refused, parameter.refused);
  }
}

TEST(Reference, EveryShippedProfileCitesItsRowsAndHasADrawForEachParameterThatMayBeUsed) {
  for (const std::string machine : {"a100-sxm-80gb", "b200", "b300", "h100-sxm", "l40s", "rtx-pro-6000-se"}) {
    const results::Profile profile = results::read_profile(reference / machine);
    EXPECT_EQ(profile.machine, machine);
    ASSERT_EQ(profile.draws.columns.size(), profile.parameters.size()) << machine;
    for (std::size_t j = 0; j < profile.parameters.size(); ++j) {
      const Parameter& parameter = profile.parameters[j];
      EXPECT_THAT(parameter.evidence,
                  testing::AllOf(HasSubstr("published-"), HasSubstr("github:"), HasSubstr("trust")));
      EXPECT_LE(parameter.transfer, results::TransferClass::T1);
      for (const auto& row : profile.draws.rows) {
        ASSERT_EQ(std::isnan(row[j]), !parameter.refused.empty()) << machine << " " << results::key(parameter);
        ASSERT_FALSE(row[j] <= 0) << machine << " " << results::key(parameter);
      }
    }
  }
}

// decode-model.md section 8, case C1: LLMCompass's all-reduce of four A100 (artifact of ISCA 2024, figure 5h, NCCL).
TEST(Reference, C1TheAllReduceOfFourA100IsPredictedFromEveryOtherSize) {
  const auto all = held_out(accelerator("a100-sxm-80gb").runs);
  const auto found = std::find_if(all.begin(), all.end(), [](const HeldOut& one) {
    return one.what == "gpu.collective.allreduce[ranks=4 library=nccl-tests]";
  });
  ASSERT_NE(found, all.end());
  EXPECT_EQ(found->fitted + found->predicted, 26u);
  EXPECT_LE(found->median, 0.06);
  EXPECT_LE(found->largest, 0.18);
}

// One line through the same sizes: what the pieces are for.
TEST(Reference, C1IsNotMetByOneLine) {
  std::vector<std::pair<double, double>> curve;
  for (const auto& run : accelerator("a100-sxm-80gb").runs) {
    for (const auto& m : run.measurements) {
      if (m.probe == "gpu.collective.allreduce" && m.point.word("library") == "nccl-tests")
        curve.emplace_back(m.point.number("bytes"), m.samples.front().seconds);
    }
  }
  std::sort(curve.begin(), curve.end());
  std::vector<double> n, t, errors;
  for (std::size_t i = 0; i < curve.size(); i += 2) {
    n.push_back(curve[i].first);
    t.push_back(curve[i].second);
  }
  const auto line = fit_pieces(n, t, {0});
  for (std::size_t i = 1; i < curve.size(); i += 2)
    errors.push_back(std::abs(time_at(line, curve[i].first) / curve[i].second - 1));
  std::nth_element(errors.begin(), errors.begin() + std::ptrdiff_t(errors.size() / 2), errors.end());
  EXPECT_GT(errors[errors.size() / 2], 0.06);
}

TEST(Reference, H100StreamsWeightsAndCachesAtMostOfItsPeak) {
  const results::Profile h100 = calibrate(accelerator("h100-sxm").runs, {50, 1});
  const double peak = 3.352e12;  // as the component tables state it
  for (const std::string key : {"gpu.gemv.bandwidth[type=bf16 library=trtllm rows=1]",
                                "gpu.attention.bandwidth[type=bf16 library=trtllm bytes=67043328..2147418112]"}) {
    EXPECT_GT(value(h100, key) / peak, 0.8) << key;
    EXPECT_LT(value(h100, key) / peak, 1) << key;
  }
  EXPECT_NEAR(value(h100, "gpu.gemv.efficiency[type=bf16 library=trtllm rows=1]"),
              value(h100, "gpu.gemv.bandwidth[type=bf16 library=trtllm rows=1]") / peak, 1e-9);
  const Parameter* host = results::find(h100, "gpu.gemv.bandwidth[type=fp8_block library=vllm rows=1]");
  ASSERT_NE(host, nullptr);
  EXPECT_THAT(host->refused, HasSubstr("faster than the stated peak"));
}

// A table of products that obey the form, to three in a thousand.
std::vector<results::Run> products(double overhead, double bandwidth, double rate) {
  std::string text =
      "id,source,source_path_or_url,date,accelerator,mem_bw_GBps_peak,library,op,dtype,m,n,k,weight_bytes,latency_us,"
      "weight_GBps,notes,trust\n";
  int id = 0;
  for (const double n : {1024.0, 4096.0, 8192.0, 16384.0, 65536.0}) {
    for (const double rows : {1.0, 2.0, 16.0, 64.0, 256.0}) {
      const double k = 8192, weights = 2 * n * k;
      const double memory = (weights + 2 * rows * (n + k)) / bandwidth, compute = 2 * rows * n * k / rate;
      const double seconds =
          (overhead + std::cbrt(std::pow(memory, 3) + std::pow(compute, 3))) * (1 + 0.003 * std::sin(double(7 * id)));
      text += std::to_string(++id) + ",s,made up,2026,X,3000,lib,gemm,bfloat16," + results::number_text(rows) + "," +
              results::number_text(n) + "," + results::number_text(k) + "," + results::number_text(weights) + "," +
              results::number_text(seconds * 1e6) + "," + results::number_text(weights / seconds / 1e9) + ",,A\n";
    }
  }
  return results::parse_published(text, "made-up.csv");
}

TEST(Products, OverheadBandwidthAndArithmeticAreRecovered) {
  const results::Profile profile = calibrate(products(5e-6, 2.5e12, 4e14), {200, 1});
  for (const auto& [name, truth] :
       {std::pair<std::string, double>{"overhead", 5e-6}, {"bandwidth", 2.5e12}, {"flops", 4e14}}) {
    const Parameter* found = results::find(profile, "gpu.gemv." + name + "[type=bf16 library=lib rows=2..256]");
    ASSERT_NE(found, nullptr);
    EXPECT_NEAR(found->estimate.value / truth, 1, 0.01) << name;
    EXPECT_LT(found->estimate.low, found->estimate.value) << name;
    EXPECT_GT(found->estimate.high, found->estimate.value) << name;
    EXPECT_LT(found->estimate.high / found->estimate.low, 1.05) << name;
    EXPECT_EQ(found->source, results::Source::fitted);
    EXPECT_THAT(found->assumption, HasSubstr("residuals of the fit"));
  }
  EXPECT_NEAR(value(profile, "gpu.gemv.bandwidth[type=bf16 library=lib rows=1]") / 2.5e12, 1, 0.01);
}

TEST(Products, ArithmeticThatMemoryHidesIsRefused) {
  const results::Profile profile = calibrate(products(5e-6, 2.5e12, 4e16), {100, 1});
  const Parameter* rate = results::find(profile, "gpu.gemv.flops[type=bf16 library=lib rows=2..256]");
  ASSERT_NE(rate, nullptr);
  EXPECT_THAT(rate->refused, HasSubstr("arithmetic shows in no row"));
}

TEST(Published, ASingleFigureTravelsWithoutAnIntervalOfItsOwn) {
  const results::Profile profile = calibrate(accelerator("a100-sxm-80gb").runs, {100, 1});
  const Parameter* read = results::find(profile, "gpu.memory.read.bandwidth[source=rrze-gpu-benches]");
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->estimate.value, 1776e9);
  EXPECT_EQ(read->source, results::Source::published);
  EXPECT_EQ(read->transfer, results::TransferClass::T1);
  EXPECT_THAT(read->assumption, HasSubstr("spread is not known"));
}

TEST(Reference, AFolderWithoutTablesIsRefused) {
  EXPECT_THROW(read_components(SEXTANT_SOURCE_DIR "/results/import"), results::InvalidInput);
}

}  // namespace
}  // namespace sextant::analysis
