// SPDX-License-Identifier: Apache-2.0
// Tools that time messages: OSU micro-benchmarks and nccl-tests.
#include "results/import/tool_testing.hpp"

namespace sextant::results {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(Osu, RepeatedRunsAreLaunchesAndTheSlowestRankCounts) {
  const results::Run run = imported("osu", capture("osu_allreduce_three_times.txt", {{"ranks", "2"}}));
  ASSERT_THAT(run.measurements, SizeIs(19));
  const Measurement first = at(run, "net.allreduce", "ranks=2 bytes=4");
  ASSERT_THAT(first.samples, SizeIs(3));
  EXPECT_EQ(first.samples[2].launch, 2);
  EXPECT_EQ(first.samples[0].operations, 1000);
  EXPECT_NEAR(cost_of(first.quantity, first.samples[0]), 0.43e-6, 1e-15);  // its column of the largest
  EXPECT_NEAR(first.samples[0].extras[0], 0.38e-6, 1e-15);                 // of the mean
  EXPECT_NEAR(first.samples[0].extras[1], 0.33e-6, 1e-15);
  EXPECT_EQ(first.status, Status::not_converged);
  EXPECT_TRUE(first.flags.imported);
  EXPECT_EQ(fact(run, "import.latency"), "of the slowest rank");
  EXPECT_EQ(fact(run, "import.version"), "5.3");
}

TEST(Osu, PairsBecomeLatencyBandwidthAndRate) {
  const results::Run run = imported("osu", capture("osu_pairs.txt", {{"ranks", "2"}}));
  EXPECT_NEAR(value_at(run, "net.pingpong", "bytes=0"), 0.40e-6, 1e-15);
  EXPECT_NEAR(value_at(run, "net.bandwidth", "bytes=4"), 55.27e6, 1);  // MB are 1e6 bytes
  EXPECT_NEAR(value_at(run, "net.message_rate", "ranks=2 bytes=1"), 14557530.68, 1e-3);
  EXPECT_NEAR(value_at(run, "net.barrier", "ranks=2"), 0.40e-6, 1e-15);
}

TEST(Osu, RanksComeFromTheLineThatStartedItAndOtherTestsAreNamed) {
  const results::Run run = imported("osu", capture("osu_metrics_operator.txt"));
  ASSERT_THAT(run.measurements, SizeIs(19));
  EXPECT_NEAR(value_at(run, "net.allreduce", "ranks=2 bytes=1048576"), 230.90e-6, 1e-12);
  EXPECT_THAT(at(run, "net.allreduce", "ranks=2 bytes=4").reason, HasSubstr("says nothing of its spread"));
  EXPECT_THAT(run.provenance.warnings, testing::Contains(HasSubstr("MPI_Get latency Test")));
  EXPECT_THAT(fact(run, "import.latency"), HasSubstr("mean over the ranks"));
}

TEST(Osu, WhatIsWrongIsNamedWithLineColumnValueAndFix) {
  const ToolFile file = capture("osu_metrics_operator.txt");
  EXPECT_EQ(complaint("osu", file), "no complaint");
  EXPECT_EQ(complaint("osu", with(file, "-np 2", "")),
            "osu_metrics_operator.txt:3: column 'ranks': value '': the file does not say how many ranks there were: "
            "give --set ranks=N");
  EXPECT_EQ(complaint("osu", with(file, "1.34", "-1.34")),
            "osu_metrics_operator.txt:5: column 'Avg Latency(us)': value '-1.34': measure this again: it must be above "
            "zero");
  EXPECT_THAT(complaint("osu", with(file, "1.34", "0.00")), HasSubstr(":5: column 'Avg Latency(us)': value '0.00'"));
  EXPECT_THAT(complaint("osu", with(file, "1.34", "nan")), HasSubstr(":5: column 'Avg Latency(us)': value 'nan'"));
  EXPECT_THAT(complaint("osu", with(file, "                 1.34", "")),
              HasSubstr("the header has 2 columns and this row 1"));
  EXPECT_THAT(complaint("osu", with(file, "Avg Latency(us)", "Median(us)")), HasSubstr("column 'Avg Latency(us)'"));
  EXPECT_THAT(complaint("osu", with(file, "\n4  ", "\n4.5  ")), HasSubstr("column 'Size': value '4.5'"));
  EXPECT_THAT(complaint("osu", with(file, "Allreduce", "Halo")),
              AllOf(HasSubstr("no line '# OSU MPI"), HasSubstr("Barrier")));
  EXPECT_THAT(complaint("osu", with(file, "1.34", "1e-320")), HasSubstr("net.allreduce ranks=2 bytes=4: its time"));
  ToolFile cut = file;
  cut.text.resize(cut.text.find("2                       0.16"));
  cut.text += "2      0.1";
  EXPECT_THAT(complaint("osu", cut), HasSubstr("does not end: the file was cut"));
  cut.text.resize(file.text.find("4                       1.34"));
  EXPECT_THAT(complaint("osu", cut), HasSubstr(":3: column 'title': value 'MPI Allreduce Latency Test': has no rows"));
  EXPECT_THAT(complaint("osu", capture(file.named, {{"ranks", "two"}})),
              HasSubstr("--set ranks=two: write a whole number"));
  EXPECT_THAT(complaint("osu", capture(file.named, {{"rank", "2"}})), HasSubstr("--set rank=2: osu takes ranks"));
}

TEST(NcclTests, TimesAreTakenAndBothPlacements) {
  const results::Run run = imported("nccl-tests", capture("nccl_all_reduce_h100.txt"));
  EXPECT_EQ(run.provenance.machine, "nvidia-h100-80gb-hbm3-x16");
  ASSERT_THAT(run.measurements, SizeIs(62));
  EXPECT_NEAR(value_at(run, "gpu.collective.allreduce", "ranks=16 bytes=8 library=nccl_float"), 135.8e-6, 1e-12);
  const Measurement last = at(run, "gpu.collective.allreduce", "ranks=16 bytes=8589934592 library=nccl_float_in_place");
  EXPECT_NEAR(cost_of(last.quantity, last.samples.at(0)), 47743e-6, 1e-9);
  EXPECT_EQ(last.samples[0].operations, 20);
  EXPECT_EQ(fact(run, "gpu.model"), "NVIDIA H100 80GB HBM3");
  for (const auto& [key, text] : run.provenance.environment)
    EXPECT_THAT(text, testing::Not(HasSubstr("removed"))) << key;
}

TEST(NcclTests, TheCollectiveMustBeKnown) {
  EXPECT_THAT(complaint("nccl-tests", capture("nccl_all_reduce_oci.txt")),
              HasSubstr("--set collective=all_reduce|all_gather"));
  EXPECT_EQ(complaint("nccl-tests", capture("nccl_all_reduce_oci.txt", {{"collective", "all_reduce"}})),
            "no complaint");
  // The bus bandwidth tells one collective from another, and 16 ranks from 8.
  EXPECT_THAT(complaint("nccl-tests", capture("nccl_all_reduce_oci.txt", {{"collective", "all_gather"}})),
              HasSubstr("column 'busbw': value '170.99': all_gather on 16 ranks would give 85.5 GB/s"));
  EXPECT_THAT(complaint("nccl-tests", capture("nccl_all_reduce_h100.txt", {{"ranks", "8"}})),
              HasSubstr("all_reduce on 8 ranks would give"));
  EXPECT_THAT(complaint("nccl-tests", capture("nccl_all_reduce_oci.txt", {{"collective", "allreduce"}})),
              HasSubstr("--set collective=allreduce: write one of all_reduce"));
}

TEST(NcclTests, WrongElementsFailThePoint) {
  const results::Run run = imported("nccl-tests", with(capture("nccl_all_reduce_h100.txt"),
                                                       "0.00    0.00      0    123.5", "0.00    0.00      7    123.5"));
  EXPECT_EQ(at(run, "gpu.collective.allreduce", "ranks=16 bytes=8 library=nccl_float").status, Status::failed);
  EXPECT_EQ(at(run, "gpu.collective.allreduce", "ranks=16 bytes=8 library=nccl_float_in_place").status,
            Status::not_converged);
}

TEST(NcclTests, WhatIsWrongIsNamedWithLineColumnValueAndFix) {
  const ToolFile file = capture("nccl_all_reduce_h100.txt");
  const auto said = [&](const std::string& from, const std::string& to) {
    return complaint("nccl-tests", with(file, from, to));
  };
  EXPECT_THAT(said("135.8", "-135.8"), HasSubstr("nccl_all_reduce_h100.txt:26: column 'time': value '-135.8'"));
  EXPECT_THAT(said("135.8", "0.00"), HasSubstr("column 'time': value '0.00'"));
  EXPECT_THAT(said("135.8", "nan"), HasSubstr("column 'time': value 'nan'"));
  EXPECT_THAT(said("   47535", "   4753"), HasSubstr("column 'algbw': value '180.71': size over time is 1807 GB/s"));
  EXPECT_THAT(said("   8             2     float", "   8             2"),
              HasSubstr("the header has 13 columns and this row 12"));
  EXPECT_THAT(said("algbw", "speed"), HasSubstr("column 'algbw'"));
  EXPECT_THAT(said("# Avg bus bandwidth", "# "), HasSubstr("the file was cut"));
  EXPECT_THAT(said("#  Rank", "#  Node"), HasSubstr("give --set ranks=N"));
  EXPECT_THAT(said("size         count", "bytes"), HasSubstr("has no line '#  size  count"));
  EXPECT_THAT(said("iters: 20", "iters: none"), HasSubstr("column 'iters': value 'none'"));
}

}  // namespace
}  // namespace sextant::results
