// SPDX-License-Identifier: Apache-2.0
#include "results/import/published.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::results {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string components = SEXTANT_SOURCE_DIR "/results/reference/components/";

const std::string gemm_header =
    "id,source,source_path_or_url,date,accelerator,mem_bw_GBps_peak,library,op,dtype,m,n,k,weight_bytes,latency_us,"
    "weight_GBps,notes,trust\n";

std::string gemm_row(const std::string& id, const std::string& bytes, const std::string& microseconds,
                     const std::string& rate, const std::string& n = "4096") {
  return id +
         ",aiconfigurator,github:ai-dynamo/aiconfigurator:systems/data/l40s,2026,L40S,864,trtllm 1.3.0,gemm,"
         "bfloat16,1," +
         n + ",4096," + bytes + "," + microseconds + "," + rate + ",,A\n";
}

const Measurement& at(const Run& run, const std::string& probe, const std::string& point) {
  const auto found = std::find_if(run.measurements.begin(), run.measurements.end(),
                                  [&](const Measurement& m) { return m.probe == probe && to_text(m.point) == point; });
  if (found == run.measurements.end()) throw std::runtime_error("no point " + point);
  return *found;
}

std::string refusal(const std::string& text) {
  try {
    parse_published(text, "table.csv");
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Published, ARunHoldsTheRowsOfOneAccelerator) {
  const auto runs = read_published(components + "collectives.csv");
  std::set<std::string> machines;
  for (const auto& run : runs) machines.insert(run.provenance.machine);
  EXPECT_THAT(machines, testing::ElementsAre("a100-sxm-80gb", "b200", "b300", "h100-sxm", "l40s", "rtx-pro-6000-se"));
  EXPECT_EQ(machines.size(), runs.size());
  const auto h100 =
      std::find_if(runs.begin(), runs.end(), [](const auto& run) { return run.provenance.machine == "h100-sxm"; });
  const Measurement& measured = at(*h100, "gpu.collective.allreduce", "ranks=8 bytes=16384 library=vllm_graph");
  ASSERT_EQ(measured.samples.size(), 1u);
  EXPECT_EQ(measured.samples.front().bytes, 16384);
  EXPECT_EQ(measured.status, Status::not_converged);
  EXPECT_TRUE(measured.flags.imported);
}

TEST(Published, SourceLicenceAndDateComeAlong) {
  const auto runs = read_published(components + "collectives.csv");
  const Provenance& a100 = runs.front().provenance;
  ASSERT_EQ(a100.machine, "a100-sxm-80gb");
  EXPECT_EQ(a100.licence, "Apache-2.0; BSD-3-Clause; MIT");
  EXPECT_THAT(a100.environment, testing::Contains(testing::Pair("published.nccl-tests",
                                                                AllOf(HasSubstr("LLMCompass"), HasSubstr("2024")))));
}

TEST(Published, ATableBecomesSoundRunFolders) {
  for (const std::string table : {"collectives", "gemm", "attention", "memory"}) {
    for (const auto& run : read_published(components + table + ".csv")) {
      const TemporaryFolder folder;
      write_run(folder.path() / "run", run);
      EXPECT_THAT(check_run(folder.path() / "run"), IsEmpty()) << table << " " << run.provenance.machine;
      const auto back = read_run(folder.path() / "run");
      ASSERT_EQ(back.measurements.size(), run.measurements.size());
      EXPECT_EQ(back.measurements.back().samples.front().bytes, run.measurements.back().samples.front().bytes);
      EXPECT_EQ(back.provenance.licence, run.provenance.licence);
    }
  }
}

TEST(Published, WhatBeatsTheMemoryIsKeptWithAReasonAndSoIsWhatIsSmaller) {
  const auto runs = parse_published(gemm_header + gemm_row("1", "16777216", "30", "559.2", "2048") +
                                        gemm_row("2", "33554432", "24", "1398.1") +
                                        gemm_row("3", "268435456", "320.85", "836.6", "32768"),
                                    "table.csv");
  ASSERT_EQ(runs.size(), 1u);
  const Measurement& cached = at(runs[0], "gpu.gemv", "type=bf16 rows=1 n=4096 k=4096 library=trtllm");
  EXPECT_EQ(cached.status, Status::failed);
  EXPECT_EQ(cached.samples.size(), 1u);
  EXPECT_THAT(cached.reason, HasSubstr("Faster than the memory"));
  EXPECT_THAT(at(runs[0], "gpu.gemv", "type=bf16 rows=1 n=2048 k=4096 library=trtllm").reason,
              HasSubstr("Not larger than 32 MiB"));
  EXPECT_EQ(at(runs[0], "gpu.gemv", "type=bf16 rows=1 n=32768 k=4096 library=trtllm").status, Status::not_converged);
}

TEST(Published, RowsThatTimeTheHostAreNoLatencyOfTheFabric) {
  const auto runs = read_published(components + "collectives.csv");
  int hosts = 0;
  for (const Measurement& m : runs.front().measurements) {
    if (m.point.word("library") != "nccl-profiler") continue;
    ++hosts;
    EXPECT_EQ(m.status, Status::failed);
    EXPECT_THAT(m.reason, HasSubstr("host launch"));
  }
  EXPECT_GT(hosts, 0);
}

TEST(Published, APointPublishedTwiceIsTwoSamples) {
  const auto runs = parse_published(
      gemm_header + gemm_row("1", "268435456", "320.85", "836.6") + gemm_row("2", "268435456", "330", "813.4"),
      "table.csv");
  ASSERT_EQ(runs[0].measurements.size(), 1u);
  EXPECT_EQ(runs[0].measurements[0].samples.size(), 2u);
}

TEST(Published, FiguresOfSystemsAreSkippedPointsWithTheFigure) {
  const auto runs = parse_published(
      "id,source,source_path_or_url,date,accelerator,mem_bw_GBps_peak,metric,value,unit,fraction_of_peak,notes,trust\n"
      "1,paper,a paper,2022,PIM,,gemv_speedup,8.9,x,,vendor measured,B\n"
      "2,paper,a paper,2022,PIM,1000,stream_read,900,GB/s,0.9,,B\n",
      "table.csv");
  const Measurement& ratio = at(runs[0], "published.ratio", "source=paper metric=gemv_speedup");
  EXPECT_EQ(ratio.status, Status::skipped);
  EXPECT_THAT(ratio.reason, HasSubstr("8.9 x"));
  EXPECT_EQ(at(runs[0], "gpu.memory.read", "source=paper").samples.front().bytes, 900e9);
}

TEST(Published, OneErrorSaysWhereWhatAndHow) {
  const std::string good = gemm_row("1", "33554432", "44.32", "757.2");
  EXPECT_EQ(refusal(gemm_header + good), "accepted");
  EXPECT_THAT(refusal("tokens,seconds\n1,2\n"), AllOf(HasSubstr("table.csv:1:"), HasSubstr("weight_bytes")));
  EXPECT_THAT(refusal(gemm_header), HasSubstr("no rows"));
  EXPECT_THAT(refusal(gemm_header + good + good), AllOf(HasSubstr("table.csv:3"), HasSubstr("twice")));
  EXPECT_THAT(refusal(gemm_header + gemm_row("1", "33554432", "-4", "757.2")),
              AllOf(HasSubstr("table.csv:2"), HasSubstr("latency_us"), HasSubstr("-4")));
  EXPECT_THAT(refusal(gemm_header + gemm_row("1", "33554432", "0.04432", "757.2")),
              AllOf(HasSubstr("weight_GBps"), HasSubstr("757.2"), HasSubstr("agreement")));
  EXPECT_THAT(refusal(gemm_header + gemm_row("1", "33554432", "44.32", "757.2", "1.5")),
              AllOf(HasSubstr("column 'n'"), HasSubstr("whole")));
  EXPECT_THAT(refusal(gemm_header + good.substr(0, good.size() - 2) + "D\n"), HasSubstr("A, B or C"));
  EXPECT_THAT(refusal(gemm_header + good.substr(0, 40)), HasSubstr("table.csv:2"));
  EXPECT_THAT(refusal("id,source,source_path_or_url,date,accelerator,n_accel,library,mode,op,dtype,message_bytes,"
                      "latency_us,notes,trust\n1,a,b,2026,X,2,nccl,,gather,,8,1,,A\n"),
              AllOf(HasSubstr("op"), HasSubstr("gather"), HasSubstr("all_gather")));
}

}  // namespace
}  // namespace sextant::results
