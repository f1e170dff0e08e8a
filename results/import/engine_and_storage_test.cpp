// SPDX-License-Identifier: Apache-2.0
// fio and llama-bench.
#include "results/import/tool_testing.hpp"

namespace sextant::results {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(Fio, JobsBecomePointsOfStorageRead) {
  const results::Run run = imported("fio", capture("fio.json"));
  ASSERT_THAT(run.measurements, SizeIs(5));
  const Measurement one = at(run, "storage.read", "span=268435456 pattern=random block=4096 depth=1");
  ASSERT_THAT(one.samples, SizeIs(1));
  EXPECT_EQ(one.samples[0].bytes, 94744576);
  EXPECT_EQ(one.samples[0].operations, 23131);
  EXPECT_NEAR(one.samples[0].seconds, 2.001, 1e-12);
  EXPECT_NEAR(one.samples[0].extras[0], 62208e-9, 1e-15);
  EXPECT_NEAR(one.samples[0].extras[1], 276480e-9, 1e-15);
  EXPECT_NEAR(value_at(run, "storage.read", "span=268435456 pattern=sequential block=1048576 depth=8"),
              3031433216 / 2.007, 1);
  EXPECT_EQ(at(run, "storage.write", "span=268435456 pattern=random block=65536 depth=4").samples.at(0).bytes,
            2585198592);
  EXPECT_EQ(run.provenance.started, "2026-11-24T14:06:14Z");
}

TEST(Fio, ThePageCacheAndWaitingEnginesAreToldApart) {
  EXPECT_EQ(imported("fio", with(capture("fio.json"), "\"direct\": \"1\"", "\"direct\": \"0\"")).tables.at(0).probe,
            "storage.buffered_read");
  const results::Run waiting = imported("fio", with(capture("fio.json"), "io_uring", "psync"));
  // Whatever iodepth says, one request is under way, and two jobs are one point.
  EXPECT_THAT(at(waiting, "storage.read", "span=268435456 pattern=random block=4096 depth=1").samples, SizeIs(2));
}

TEST(Fio, WhatIsWrongIsNamedWithKeyValueAndFix) {
  const auto said = [&](const std::string& from, const std::string& to) {
    return complaint("fio", with(capture("fio.json"), from, to));
  };
  EXPECT_THAT(said("\"io_bytes\": 94744576", "\"io_bytes\": -5"),
              HasSubstr("fio.json: jobs[0].read.io_bytes: value '-5': measure this again"));
  EXPECT_THAT(said("\"io_bytes\": 94744576", "\"io_bytes\": 9474"),
              HasSubstr("23131 requests of 4096 bytes are not that many"));
  EXPECT_THAT(said("\"runtime\": 2001", "\"runtime\": 0"), HasSubstr("jobs[0].read.runtime: value '0'"));
  EXPECT_THAT(said("\"runtime\": 2001", "\"runtime\": NaN"), HasSubstr("not whole JSON"));
  EXPECT_THAT(said("\"runtime\": 2001", "\"runtime\": \"2001\""), HasSubstr("value '2001': write a number"));
  EXPECT_THAT(said("\"total_ios\": 23131,", ""), HasSubstr("jobs[0].read.total_ios: is missing"));
  EXPECT_THAT(said("\"size\": \"256m\",", ""), HasSubstr("give --set span=BYTES"));
  EXPECT_THAT(said("\"size\": \"256m\"", "\"size\": \"100%\""), HasSubstr("value '100%': write a size"));
  EXPECT_THAT(said("\"256m\"", "\"9999999999999999999m\""),
              HasSubstr("global options.size: value '9999999999999999999m'"));
  EXPECT_THAT(said("1795529174,", "1e99,"), HasSubstr("timestamp: value '1e+99': write seconds since 1970"));
  EXPECT_THAT(said("\"iodepth\": \"32\"", "\"iodepth\": \"many\""),
              HasSubstr("jobs[1].job options.iodepth: value 'many'"));
  EXPECT_THAT(said("\"fio version\"", "\"version\""), HasSubstr("has no 'fio version'"));
  const std::string mixed = said("\"rw\": \"rand", "\"rw\": \"mixed");
  EXPECT_EQ(mixed, "no complaint");  // the sequential job is left
  EXPECT_THAT(imported("fio", with(capture("fio.json"), "\"rw\": \"rand", "\"rw\": \"mixed")).provenance.warnings,
              testing::Contains(HasSubstr("rw=mixedread")));
}

TEST(Fio, AJobThatFailedIsAFailedPoint) {
  const results::Run run = imported("fio", with(capture("fio.json"), "\"error\": 0", "\"error\": 5"));
  for (const Measurement& measurement : run.measurements) {
    EXPECT_EQ(measurement.status, Status::failed);
    EXPECT_EQ(measurement.reason, "fio reports error 5.");
  }
}

const std::string options =
    "model=\"qwen2 7B Q4_K - Medium\" weights=4677120000 parameters=7615616512 backend=CUDA threads=8 gpu_layers=-1 "
    "batch=2048 kv_type=f16/f16 options=\"n_ubatch=512 flash_attn=-1 split_mode=layer main_gpu=0 no_kv_offload=0 "
    "n_cpu_moe=0 tensor_split=0.00 devices=auto use_mmap=1 embeddings=0 no_op_offload=0 repack=";

TEST(LlamaBench, EveryRepetitionIsASample) {
  const results::Run run = imported("llama-bench", capture("llama_bench.json"));
  ASSERT_THAT(run.measurements, SizeIs(2));
  const Measurement decode = at(run, "decode.engine", options + "1\" depth=0 prompt=0 tokens=128");
  ASSERT_THAT(decode.samples, SizeIs(5));
  EXPECT_EQ(decode.samples[0].operations, 128);
  EXPECT_NEAR(decode.samples[0].seconds, 1.0753613, 1e-12);
  EXPECT_NEAR(summarise(decode).median, 118.881588, 0.6);  // the tool's mean
  EXPECT_EQ(run.provenance.machine, "nvidia-geforce-rtx-4080");
  EXPECT_EQ(run.provenance.started, "2025-04-24T11:58:50Z");
  EXPECT_EQ(fact(run, "cpu.model"), "AMD Ryzen 7 7800X3D 8-Core Processor");
  for (const auto& [key, text] : run.provenance.environment) EXPECT_THAT(text, testing::Not(HasSubstr("gguf"))) << key;
}

TEST(LlamaBench, TheTableHasTheMeanAndItsDeviation) {
  const results::Run run = imported("llama-bench", capture("llama_bench.csv"));
  const Measurement prefill = at(run, "prefill.engine", options + "0\" depth=0 prompt=512 tokens=0");
  ASSERT_THAT(prefill.samples, SizeIs(1));
  EXPECT_NEAR(summarise(prefill).median, 512 / 70285660e-9, 1e-6);
  EXPECT_NEAR(prefill.samples[0].extras[0], 982040e-9, 1e-15);
}

TEST(LlamaBench, LinesOfJsonAreReadLikeAList) {
  ToolFile file = capture("llama_bench.json");
  std::erase(file.text, '\n');
  file.text = file.text.substr(1, file.text.size() - 2);
  file.text.replace(file.text.find("},"), 2, "}\n");
  const results::Run run = imported("llama-bench", file);
  ASSERT_THAT(run.measurements, SizeIs(2));
  EXPECT_THAT(run.measurements[0].samples, SizeIs(5));
  file.text.resize(file.text.size() - 10);
  EXPECT_THAT(complaint("llama-bench", file), HasSubstr("llama_bench.json:2: not whole JSON"));
}

TEST(LlamaBench, WhatIsWrongIsNamedWithPlaceValueAndFix) {
  const auto json = [&](const std::string& from, const std::string& to) {
    return complaint("llama-bench", with(capture("llama_bench.json"), from, to));
  };
  EXPECT_THAT(json("74601900", "-1"), HasSubstr("llama_bench.json: [0].samples_ns[0]: value '-1': measure this again"));
  EXPECT_THAT(json("74601900", "0"), HasSubstr("[0].samples_ns[0]: value '0'"));
  EXPECT_THAT(json("74601900", "null"), HasSubstr("[0].samples_ns[0]: value 'null': write a number"));
  EXPECT_THAT(json("\"n_gen\"", "\"generated\""), HasSubstr("[0].n_gen: is missing"));
  EXPECT_THAT(json("\"n_gen\": 128", "\"n_gen\": 0"), HasSubstr("[1].n_gen: value '0': the test processes no token"));
  EXPECT_THAT(json("\"n_threads\": 8", "\"n_threads\": -8"), HasSubstr("[0].n_threads: value '-8'"));
  const auto csv = [&](const std::string& from, const std::string& to) {
    return complaint("llama-bench", with(capture("llama_bench.csv"), from, to));
  };
  EXPECT_THAT(csv("70285660", "0"), HasSubstr("llama_bench.csv:2: column 'avg_ns': value '0': measure this again"));
  EXPECT_THAT(csv("70285660", "nan"), HasSubstr("column 'avg_ns': value 'nan'"));
  EXPECT_THAT(csv("avg_ns", "mean_ns"), HasSubstr("column 'avg_ns' is missing"));
  // The header of llama.cpp's own page names a column that its rows do not have.
  EXPECT_THAT(csv("use_mmap,", "use_mmap,use_direct_io,"), HasSubstr("the row has 41 cells and the header 42"));
}

}  // namespace
}  // namespace sextant::results
