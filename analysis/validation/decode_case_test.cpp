// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/decode_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "results/record/csv.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::analysis {
namespace {

using ::testing::HasSubstr;

const std::string header =
    "id,source,accelerator,n_accel,mem_bw_GBps_peak,peak_tflops,model,weight_dtype,kv_dtype,engine,batch,input_len,"
    "output_len,tp,metric,value,unit,use,trust\n";
const std::string row = "a-1,s,H100-SXM,4,3352,989,llama-3-70b,FP16,FP16,E,16,128,256,4,e2e_latency,2.5,s,bc,B\n";

std::vector<DecodeCase> read(const std::string& text) {
  const results::TemporaryFolder folder;
  const auto file = folder.path() / "cases.csv";
  std::ofstream(file) << text;
  return read_decode_cases(file);
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const results::InvalidInput& error) {
    return error.what();
  }
  return "accepted";
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(DecodeCase, ReadsSiUnits) {
  const DecodeCase c = read(header + row).at(0);
  EXPECT_EQ(c.bandwidth, 3352e9);
  EXPECT_EQ(c.arithmetic, 989e12);
  EXPECT_EQ(c.batch, 16);
  EXPECT_EQ(c.shared_by, 4);
  EXPECT_EQ(c.output, 256);
  EXPECT_EQ(c.value, 2.5);
  EXPECT_EQ(c.weight_bytes, 2);
  EXPECT_EQ(c.line, 2);
}

TEST(DecodeCase, ABatchMayNotBeStated) {
  EXPECT_FALSE(read(header + changed(row, ",16,", ",max,")).at(0).batch.has_value());
  EXPECT_FALSE(read(header + changed(row, ",16,", ",dynamic,")).at(0).batch.has_value());
}

TEST(DecodeCase, MillisecondsBecomeSeconds) {
  EXPECT_NEAR(read(header + changed(row, "e2e_latency,2.5,s", "tpot_mean,18,ms")).at(0).value, 0.018, 1e-15);
}

TEST(DecodeCase, RefusesWhatItCannotMean) {
  EXPECT_THAT(refusal(header + changed(row, "2.5,s", "2500,ms")), HasSubstr("must be s for this metric"));
  EXPECT_THAT(refusal(header + changed(row, "3352", "0")), HasSubstr("must be above 0"));
  EXPECT_THAT(refusal(header + changed(row, "FP16", "Q4_K_M")), HasSubstr("type of unknown size"));
  EXPECT_THAT(refusal(header + changed(row, "e2e_latency", "speed")), HasSubstr("not a metric"));
  EXPECT_THAT(refusal(header + changed(row, "H100-SXM,4", "H100-SXM,2")), HasSubstr("must not exceed n_accel"));
  EXPECT_THAT(refusal(header + changed(row, ",16,", ",,")), HasSubstr("is empty"));
  const std::string error = refusal(header + row + changed(row, "2.5", "fast"));
  EXPECT_THAT(error, HasSubstr("cases.csv"));
  EXPECT_THAT(error, HasSubstr("3"));
  EXPECT_THAT(error, HasSubstr("value"));
  EXPECT_THAT(error, HasSubstr("fast"));
  EXPECT_THAT(refusal(changed(header, "batch", "batches") + row), HasSubstr("batch"));
}

TEST(DecodeCase, TheCapturesRead) {
  const auto cases = read_decode_cases(SEXTANT_SOURCE_DIR "/analysis/validation/captures/argonne-h100.csv");
  EXPECT_EQ(with_metric(cases, "e2e_latency").size(), 279);
  EXPECT_EQ(with_metric(cases, "power_W").size(), 4);
  EXPECT_EQ(with_metric(cases, "energy_per_output_token").size(), 4);
}

}  // namespace
}  // namespace sextant::analysis
