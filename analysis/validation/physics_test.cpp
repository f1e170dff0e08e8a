// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/physics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/validation/case_testing.hpp"

namespace sextant::analysis {
namespace {

using namespace example;
using ::testing::AllOf;
using ::testing::HasSubstr;

Case run(const std::string& device, const std::string& model, const std::string& types, const std::string& rest) {
  return read(decode_header + "r-1,s," + device + "," + model + "," + types + "," + rest + "\n").at(0);
}

// 70.6e9 weights less the input embedding, in two bytes, over four times 3352 GB/s: 10.4 ms a token.
TEST(Physics, ARunIsNotFasterThanItsBytes) {
  const auto seconds = [](const std::string& value) {
    return run("H100-SXM,4,3352,989", "llama-3-70b", "FP16,FP16",
               "TensorRT-LLM,1,0,100,4,e2e_latency," + value + ",s,ac,B");
  };
  EXPECT_EQ(seconds("1.06").refused, "");
  const Case impossible = seconds("1.02");
  EXPECT_TRUE(impossible.impossible);
  EXPECT_THAT(impossible.refused, AllOf(HasSubstr("1.02 s is faster than its bytes"), HasSubstr("1.03")));
}

TEST(Physics, EveryRateIsBounded) {
  const auto rate = [](const std::string& batch, const std::string& metric) {
    return run("H100-SXM,4,3352,989", "llama-3-70b", "FP16,FP16",
               "TensorRT-LLM," + batch + ",0,100,4," + metric + ",bc,B");
  };
  EXPECT_FALSE(rate("1", "decode_tok_s,90,tok/s").impossible);
  EXPECT_TRUE(rate("1", "decode_tok_s,100,tok/s").impossible);
  EXPECT_FALSE(rate("8", "output_tok_s_total,700,tok/s").impossible);
  EXPECT_TRUE(rate("8", "output_tok_s_total,800,tok/s").impossible);
  EXPECT_FALSE(rate("8", "output_tok_s_per_accel,180,tok/s/accel").impossible);
  EXPECT_TRUE(rate("8", "output_tok_s_per_accel,200,tok/s/accel").impossible);
  EXPECT_FALSE(rate("8", "tpot_mean,11,ms").impossible);
  EXPECT_TRUE(rate("8", "tpot_mean,10,ms").impossible);
}

// With layers split over accelerators one of them works on a single stream, all of them on several.
TEST(Physics, WhoMayWorkAtOnceDependsOnTheSplit) {
  const auto split = [](const std::string& batch, const std::string& tp) {
    return run("H100-SXM,4,3352,989", "llama-3-70b", "FP16,FP16",
               "vLLM," + batch + ",0,100," + tp + ",output_tok_s_total,60,tok/s,b,B");
  };
  EXPECT_TRUE(split("1", "1").impossible);
  EXPECT_FALSE(split("1", "").impossible);
  EXPECT_FALSE(split("1", "4").impossible);
  EXPECT_FALSE(split("4", "1").impossible);
}

// Like prompts choose like experts: the bound must hold for them.
TEST(Physics, ExpertsMayAllBeTheSame) {
  const auto batched = [](const std::string& value) {
    return run("H100-SXM,1,3352,989", "qwen3-30b-a3b", "FP8,FP8",
               "vLLM,32,0,100,1,output_tok_s_total," + value + ",tok/s,b,B");
  };
  EXPECT_FALSE(batched("25000").impossible);
  EXPECT_TRUE(batched("60000").impossible);
}

// Where no batch is stated arithmetic is what bounds: 8 x 1978 TFLOP/s in eight bits are 114 thousand
// tokens/s of 70 billion weights at twice an operation.
TEST(Physics, WithoutABatchArithmeticBounds) {
  const auto serving = [](const std::string& value) {
    return run("H100-SXM,8,3352,989", "llama-3-70b", "FP8,FP8",
               "vLLM,max,128,128,8,output_tok_s_total," + value + ",tok/s,bc,A");
  };
  EXPECT_FALSE(serving("60000").impossible);
  const Case impossible = serving("500000");
  EXPECT_TRUE(impossible.impossible);
  EXPECT_THAT(impossible.refused, HasSubstr("faster than its arithmetic"));
}

// Of a mix that is not stated the smaller size bounds.
TEST(Physics, ASizeThatIsNotStatedIsTheSmallest) {
  const auto mixed = [](const std::string& value) {
    return run("Tenstorrent-n150,1,288,74", "llama-3.1-8b", "MIXED8/4,",
               "tt-metal,1,0,100,1,decode_tok_s," + value + ",tok/s,a,A");
  };
  EXPECT_FALSE(mixed("50").impossible);
  EXPECT_TRUE(mixed("70").impossible);
}

TEST(Physics, FlashIsNotScreened) {
  EXPECT_FALSE(
      run("T4,1,320,65", "llama-3-70b", "FP16,FP16", "FlexLLMGen,1,0,100,1,decode_tok_s,100,tok/s,d,B").impossible);
}

TEST(Physics, KernelsAndBandwidthsAreBoundedByTheMemory) {
  const auto cases = read(product_header + changed(product_row, ",26,", ",10.1,") +
                          changed(changed(product_row, "g-1", "g-2"), ",26,", ",9.9,") +
                          changed(changed(product_row, "g-1", "g-3"), "33554432,26", "33554433,26") +
                          changed(changed(product_row, "g-1", "g-4"), "trtllm", "vllm"));
  EXPECT_EQ(cases[0].refused, "");
  EXPECT_THAT(cases[1].refused, AllOf(HasSubstr("Faster than the memory"), HasSubstr("3.39"), HasSubstr("3.35")));
  EXPECT_TRUE(cases[1].impossible);
  EXPECT_TRUE(cases[0].cached) << "as large as one that a cache served";
  EXPECT_FALSE(cases[2].cached) << "larger";
  EXPECT_FALSE(cases[3].cached) << "of another library";
  const std::string memory = "id,source,accelerator,mem_bw_GBps_peak,metric,value,unit,trust\n";
  EXPECT_FALSE(read(memory + "m-1,s,A40,696,stream_read,690,GB/s,A\n").at(0).impossible);
  EXPECT_TRUE(read(memory + "m-1,s,A40,696,stream_read,700,GB/s,A\n").at(0).impossible);
}

}  // namespace
}  // namespace sextant::analysis
