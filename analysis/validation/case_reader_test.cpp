// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/case_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/validation/case_testing.hpp"

namespace sextant::analysis {
namespace {

using namespace example;
using ::testing::AllOf;
using ::testing::HasSubstr;

// The decode row with one text replaced.
Case row_with(const std::string& from, const std::string& to) {
  return read(decode_header + changed(decode_row, from, to)).at(0);
}
std::string row_error(const std::string& from, const std::string& to) {
  return error_of(decode_header + changed(decode_row, from, to));
}

TEST(CaseReader, ReadsSiUnits) {
  const Case c = read(decode_header + decode_row).at(0);
  EXPECT_EQ(c.refused, "");
  EXPECT_EQ(c.group, Group::batched);
  EXPECT_EQ(c.device, "h100-sxm");
  EXPECT_EQ(c.bandwidth, 3352e9);
  EXPECT_EQ(c.arithmetic, 989e12);
  EXPECT_EQ(c.metric, Metric::batch_time);
  EXPECT_EQ(c.measured, 7.5);
  EXPECT_EQ(c.line, 2);
  const Decoding& d = c.decoding();
  EXPECT_EQ(d.model, "llama-3-70b");
  EXPECT_EQ(d.family, "tensorrt-llm");
  EXPECT_EQ(d.weight_type, "F16");
  EXPECT_EQ(d.weight_bytes, 2);
  EXPECT_EQ(d.file_bytes, 141.11e9);
  EXPECT_EQ(d.batch, 16);
  EXPECT_EQ(d.shared_by, 4);
  EXPECT_EQ(d.output, 256);
  EXPECT_DOUBLE_EQ(row_with("e2e_latency,7.5,s", "tpot_mean,50,ms").measured, 0.05);
  EXPECT_EQ(row_with("e2e_latency,7.5,s", "ssd_read_sequential,2.5,GB/s").measured, 2.5e9);
}

TEST(CaseReader, GroupsFollowUseBatchAndMetric) {
  EXPECT_EQ(row_with(",16,", ",1,").group, Group::single);
  EXPECT_EQ(row_with(",16,", ",max,").group, Group::maxload);
  EXPECT_EQ(row_with(",16,", ",dynamic,").group, Group::maxload);
  EXPECT_EQ(row_with(",16,", ",,").group, Group::maxload);
  EXPECT_EQ(row_with(",bc,", ",d,").group, Group::flash);
  EXPECT_EQ(row_with(",bc,", ",energy,").group, Group::energy);
  EXPECT_EQ(row_with("e2e_latency,7.5,s", "power_W,300,W").group, Group::energy);
  EXPECT_EQ(row_with("e2e_latency,7.5,s", "ssd_read_sequential,2.5,GB/s").group, Group::flash);
}

TEST(CaseReader, WhatARowLeavesOpenStaysOpen) {
  EXPECT_FALSE(row_with(",16,", ",max,").decoding().batch);
  EXPECT_FALSE(row_with(",128,", ",mixed,").decoding().input);
  EXPECT_FALSE(row_with(",256,", ",~100-1000,").decoding().output);
  const Case open = row_with(",4,e2e", ",,e2e");
  EXPECT_EQ(open.decoding().shared_by, 1);
  EXPECT_FALSE(open.decoding().split_stated);
  EXPECT_EQ(row_with("FP16,FP16", "FP8,").decoding().cache_bytes, 2);
  EXPECT_EQ(row_with("FP16,FP16", "FP8,FP8").decoding().cache_bytes, 1);
}

TEST(CaseReader, ANameThatNobodyKnowsRefusesItsCaseWithTheNearest) {
  EXPECT_THAT(row_with("H100-SXM", "H100-SXN").refused, HasSubstr("did you mean 'h100-sxm'?"));
  EXPECT_THAT(row_with("llama-3-70b", "lama-3-70b").refused, HasSubstr("did you mean 'llama-3-70b'?"));
  EXPECT_THAT(row_with("FP16,FP16", "FP17,FP16").refused, HasSubstr("precision 'FP17'"));
  EXPECT_THAT(row_with("FP16,FP16", "FP16,FP17").refused, HasSubstr("precision 'FP17'"));
  EXPECT_THAT(row_with("TensorRT-LLM 0.11.0", "TensorTR-LLM 0.11.0").refused,
              HasSubstr("did you mean 'tensorrt-llm'?"));
  EXPECT_THAT(row_with("e2e_latency", "e2e_latencies").refused, HasSubstr("did you mean 'e2e_latency'?"));
  EXPECT_THAT(row_with("llama-3-70b", "deepseek-v4-flash").refused, HasSubstr("cannot be projected"));
  EXPECT_FALSE(row_with("H100-SXM", "H100-SXN").impossible);
}

TEST(CaseReader, WhatIsNoTableIsOneClearError) {
  EXPECT_THAT(row_error("7.5,s", "7500,ms"),
              AllOf(HasSubstr("cases.csv:2"), HasSubstr("'unit'"), HasSubstr("'ms'"), HasSubstr("mixed units")));
  EXPECT_THAT(row_error("7.5", "fast"), AllOf(HasSubstr("cases.csv:2"), HasSubstr("'value'"), HasSubstr("'fast'")));
  EXPECT_THAT(row_error("3352", "0"), HasSubstr("'mem_bw_GBps_peak'"));
  EXPECT_THAT(row_error(",16,", ",many,"), HasSubstr("'batch'"));
  EXPECT_THAT(row_error(",16,", ",0.5,"), HasSubstr("'batch'"));
  EXPECT_THAT(row_error("SXM,4", "SXM,2"), HasSubstr("must not exceed n_accel"));
  EXPECT_THAT(row_error("a-1", ""), HasSubstr("'id'"));
  EXPECT_THAT(row_error(",B\n", ",D\n"), HasSubstr("'trust'"));
  EXPECT_THAT(error_of(decode_header + decode_row + decode_row),
              AllOf(HasSubstr("cases.csv:3"), HasSubstr("'a-1'"), HasSubstr("cases.csv:2 too")));
}

TEST(CaseReader, AMissingColumnIsNamedWhateverTheTable) {
  EXPECT_THAT(error_of(changed(decode_header, "engine,", "motor,") + decode_row),
              AllOf(HasSubstr("cases.csv:1"), HasSubstr("'engine' is missing"), HasSubstr("decode runs")));
  EXPECT_THAT(error_of(changed(product_header, "weight_bytes", "bytes") + product_row),
              AllOf(HasSubstr("'weight_bytes' is missing"), HasSubstr("matrix products")));
  EXPECT_THAT(error_of("id,source,accelerator,mem_bw_GBps_peak,metric,value,trust\n"),
              AllOf(HasSubstr("'unit' is missing"), HasSubstr("memory figures")));
}

TEST(CaseReader, ReadsComponents) {
  const Case product = read(product_header + product_row).at(0);
  EXPECT_EQ(product.refused, "");
  EXPECT_EQ(product.group, Group::gemm);
  EXPECT_DOUBLE_EQ(product.measured, 26e-6);
  EXPECT_EQ(std::get<Product>(product.what).library, "trtllm");
  EXPECT_EQ(std::get<Product>(product.what).type, "bf16");
  EXPECT_EQ(read(product_header + changed(product_row, "bfloat16", "fp8_block")).at(0).refused, "");
  EXPECT_THAT(read(product_header + changed(product_row, "trtllm", "trtlml")).at(0).refused,
              HasSubstr("did you mean 'trtllm'?"));

  const std::string collectives = "id,source,accelerator,n_accel,library,mode,op,message_bytes,latency_us,trust\n";
  const Case call = read(collectives + "c-1,s,B200,8,vllm 0.24.0,vllm_graph,all_reduce,4096,9,A\n").at(0);
  EXPECT_EQ(call.group, Group::collectives);
  EXPECT_EQ(std::get<CollectiveCall>(call.what).library, "vllm_graph");
  EXPECT_EQ(std::get<CollectiveCall>(call.what).operation, "allreduce");
  EXPECT_EQ(std::get<CollectiveCall>(call.what).ranks, 8);
  EXPECT_THAT(read(collectives + "c-1,s,B200,8,nccl 2,NCCL,all_reduse,4096,9,A\n").at(0).refused,
              HasSubstr("did you mean 'allreduce'?"));

  const std::string memory = "id,source,accelerator,mem_bw_GBps_peak,metric,value,unit,trust\n";
  EXPECT_EQ(read(memory + "m-1,s,A40,696,stream_triad,600,GB/s,A\n").at(0).measured, 600e9);
  const Case chase = read(memory + "m-1,s,A40,696,dram_latency_pointer_chase,500,ns,A\n").at(0);
  EXPECT_EQ(chase.metric, Metric::call_time);
  EXPECT_DOUBLE_EQ(chase.measured, 500e-9);
  EXPECT_EQ(chase.table_unit, "ns");
  EXPECT_DOUBLE_EQ(chase.measured / chase.table_scale, 500);
  const Case near = read(memory + "m-1,s,Samsung-HBM2-PIM,,gemv_speedup_gpu_system,8.9,x,B\n").at(0);
  EXPECT_EQ(near.metric, Metric::speedup);
  EXPECT_EQ(near.refused, "");
  EXPECT_THAT(read(memory + "m-1,s,A40,696,energy_reduction_percent,60,%,A\n").at(0).refused,
              HasSubstr("a figure of a system"));
  EXPECT_THAT(error_of(memory + "m-1,s,A40,696,stream_triad,600,MB/s,A\n"), HasSubstr("mixed units"));

  const std::string attention =
      "id,source,accelerator,mem_bw_GBps_peak,library,kv_dtype,batch,q_heads,kv_heads,head_dim,context,kv_bytes,"
      "latency_us,trust\n";
  const Case read_cache = read(attention + "t-1,s,B200,8000,vllm 0.24.0,fp8,2,32,8,128,1023,4190208,12,A\n").at(0);
  EXPECT_EQ(read_cache.group, Group::attention);
  EXPECT_EQ(std::get<AttentionCall>(read_cache.what).context, 1023);
}

TEST(CaseReader, AFolderIsItsTablesInOrder) {
  const results::TemporaryFolder folder;
  EXPECT_THROW(read_cases({folder.path()}, catalogue()), results::InvalidInput);
  std::ofstream(folder.path() / "b.csv") << decode_header << changed(decode_row, "a-1", "b-1");
  std::ofstream(folder.path() / "a.csv") << product_header << product_row;
  std::ofstream(folder.path() / "notes.txt") << "no table";
  const auto cases = read_cases({folder.path()}, catalogue());
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[0].id, "g-1");
  EXPECT_EQ(cases[1].id, "b-1");
  EXPECT_THAT(
      [&] {
        read_cases({folder.path(), folder.path() / "a.csv"}, catalogue());
      },
      testing::ThrowsMessage<results::InvalidInput>(HasSubstr("'g-1'")));
}

TEST(CaseReader, TheCapturesRead) {
  const auto cases = read_cases({SEXTANT_SOURCE_DIR "/analysis/validation/captures/argonne-h100.csv"}, catalogue());
  EXPECT_EQ(with_metric(cases, Metric::batch_time).size(), 279);
  EXPECT_EQ(with_metric(cases, Metric::power).size(), 4);
  EXPECT_EQ(with_metric(cases, Metric::token_energy).size(), 4);
}

}  // namespace
}  // namespace sextant::analysis
