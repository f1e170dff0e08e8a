// SPDX-License-Identifier: Apache-2.0
// Tools that time memory and copies: BabelStream, likwid-bench and nvbandwidth.
#include "results/import/tool_testing.hpp"

namespace sextant::results {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(BabelStream, TheAverageIsTakenAndTheExtremesKept) {
  const results::Run run = imported("babelstream", capture("babelstream.csv", {{"threads", "2"}}));
  ASSERT_THAT(run.measurements, SizeIs(5));
  const Measurement triad = at(run, "memory.triad", "footprint=402653184 threads=2");
  ASSERT_THAT(triad.samples, SizeIs(1));
  EXPECT_EQ(triad.samples[0].operations, 20);
  EXPECT_NEAR(summarise(triad).median, 402653184 / 0.0137615, 1);
  EXPECT_EQ(triad.samples[0].extras, (std::vector<double>{0.0136077, 0.0139279}));
  EXPECT_NEAR(value_at(run, "memory.dot", "footprint=268435456 threads=2"), 268435456 / 0.0111259, 1);
}

TEST(BabelStream, TheTextSaysWhatTheTableSays) {
  const results::Run run = imported("babelstream", capture("babelstream.txt"));
  EXPECT_NEAR(value_at(run, "memory.copy", "footprint=268435456"), 268435456 / 0.01068, 1);
  EXPECT_EQ(fact(run, "import.version"), "5.0");
  EXPECT_EQ(imported("babelstream", capture("babelstream.csv", {{"device", "gpu"}})).tables.at(0).probe,
            "gpu.memory.copy");
  const results::Run cuda = imported("babelstream", with(capture("babelstream.txt"), "Implementation: OpenMP",
                                                         "Implementation: CUDA\nUsing CUDA device NVIDIA A100"));
  EXPECT_EQ(cuda.tables.at(0).probe, "gpu.memory.copy");
  EXPECT_EQ(cuda.provenance.machine, "nvidia-a100");
}

TEST(BabelStream, WhatIsWrongIsNamedWithLineColumnValueAndFix) {
  const auto csv = [&](const std::string& from, const std::string& to) {
    return complaint("babelstream", with(capture("babelstream.csv"), from, to));
  };
  EXPECT_THAT(csv("0.0105021", "-1"),
              HasSubstr("babelstream.csv:2: column 'avg_runtime': value '-1': measure this again"));
  EXPECT_THAT(csv("0.0105021", "0"), HasSubstr("column 'avg_runtime': value '0'"));
  EXPECT_THAT(csv("0.0105021", "nan"), HasSubstr("column 'avg_runtime': value 'nan'"));
  EXPECT_THAT(csv("0.0105021", "0.2"), HasSubstr("column 'avg_runtime': value '0.2': the average lies between"));
  EXPECT_THAT(csv("25977.6", "2597.76"), HasSubstr("column 'min_runtime': value '0.0103333': 2 arrays in that time"));
  EXPECT_THAT(csv("Copy", "Copie"), HasSubstr("column 'function': value 'Copie': write one of Copy"));
  EXPECT_THAT(csv("n_elements", "elements"), HasSubstr("column 'n_elements' is missing"));
  EXPECT_THAT(csv("max_MB_per_sec", "MBps"), HasSubstr("is missing"));
  EXPECT_THAT(csv(",0.0105021", ""), HasSubstr("babelstream.csv:2: the row has 7 cells"));
  const auto text = [&](const std::string& from, const std::string& to) {
    return complaint("babelstream", with(capture("babelstream.txt"), from, to));
  };
  EXPECT_THAT(text("0.01068", "-0.01068"), HasSubstr("babelstream.txt:10: column 'Average': value '-0.01068'"));
  EXPECT_THAT(text("25663.468", "nan"), HasSubstr("column 'MBytes/sec': value 'nan'"));
  EXPECT_THAT(text("25663.468", "35663.468"), HasSubstr("column 'min_runtime'"));
  EXPECT_THAT(text("20 times", "20"), HasSubstr("no line 'Running ... N times'"));
  EXPECT_THAT(text("0.01046     0.01092     0.01068", "0.01046"), HasSubstr("the row has five columns"));
  EXPECT_THAT(text("Function", "Kernel"), HasSubstr("has neither the columns"));
  EXPECT_THAT(complaint("babelstream", capture("babelstream.csv", {{"device", "tpu"}})),
              HasSubstr("write one of cpu, gpu"));
}

TEST(LikwidBench, VolumeOverTimeIsWhatThreadsReadTogether) {
  const results::Run run = imported("likwid-bench", capture("likwid_load.txt"));
  ASSERT_THAT(run.measurements, SizeIs(10));
  EXPECT_NEAR(value_at(run, "memory.read", "footprint=32000 threads=2") / 185333.43e6, 1, 1e-6);
  EXPECT_EQ(fact(run, "import.kernels"), "load as memory.read");
  const results::Run copy = imported("likwid-bench", capture("likwid_copy.txt"));
  EXPECT_EQ(copy.tables.at(0).probe, "memory.copy");
}

TEST(LikwidBench, RunsOfOnePointAreLaunchesAndOtherLoopsAreNamed) {
  ToolFile file = capture("likwid_copy.txt");
  file.text += file.text;
  EXPECT_EQ(imported("likwid-bench", file).measurements.at(0).samples.at(1).launch, 1);
  file.text += with(capture("likwid_copy.txt"), "Test: copy", "Test: peakflops").text;
  const results::Run run = imported("likwid-bench", file);
  EXPECT_THAT(run.measurements, SizeIs(1));
  EXPECT_THAT(run.provenance.warnings, testing::Contains(HasSubstr("likwid-bench peakflops")));
  file.text += with(capture("likwid_copy.txt"), "Test: copy", "Test: copy_avx512").text;
  EXPECT_THAT(complaint("likwid-bench", file), HasSubstr("value 'copy_avx512': is memory.copy as copy before it is"));
}

TEST(LikwidBench, WhatIsWrongIsNamedWithLineColumnValueAndFix) {
  const ToolFile file = capture("likwid_copy.txt");
  const auto said = [&](const std::string& from, const std::string& to) {
    return complaint("likwid-bench", with(file, from, to));
  };
  EXPECT_THAT(said("Time:\t\t\t", "Time:\t\t\t-"), HasSubstr("column 'Time': value '-"));
  EXPECT_THAT(said("Time:\t\t\t", "Time:\t\t\t0 "), HasSubstr("column 'Time': value '0': measure this again"));
  EXPECT_THAT(said("Time:\t\t\t", "Time:\t\t\tnan "), HasSubstr("column 'Time': value 'nan'"));
  EXPECT_THAT(said("Data volume", "Volume"),
              HasSubstr("column 'Data volume (Byte)': value '': the run of 'copy' does not say it"));
  EXPECT_THAT(said("MByte/s:\t\t", "MByte/s:\t\t9"), HasSubstr("column 'MByte/s': value '9"));
  EXPECT_THAT(said("Using 2 threads", "Using two threads"), HasSubstr("column 'threads': value 'two'"));
  EXPECT_THAT(said("Test: copy", "Test: peakflops"), HasSubstr("has no line 'Test: load'"));
  ToolFile cut = file;
  cut.text.resize(cut.text.find("MByte/s:"));
  EXPECT_THAT(complaint("likwid-bench", cut),
              HasSubstr("column 'MByte/s': value '': the run of 'copy' does not say it"));
}

TEST(Nvbandwidth, RatesAndLatenciesAreToldApart) {
  const results::Run run = imported("nvbandwidth", capture("nvbandwidth.json"));
  ASSERT_THAT(run.measurements, SizeIs(7));
  EXPECT_NEAR(value_at(run, "gpu.copy.host_to_device", "method=ce row=0 column=0"), 12.3964e9, 1);
  EXPECT_NEAR(value_at(run, "gpu.copy.host_to_device", "method=sm row=0 column=0"), 12.3996e9, 1);
  EXPECT_NEAR(value_at(run, "gpu.copy.host_to_device_bidirectional", "method=ce row=0 column=0"), 11.5031e9, 1);
  EXPECT_NEAR(value_at(run, "gpu.latency.host_device", "method=sm row=0 column=0"), 649.879e-9, 1e-15);
  EXPECT_THAT(run.provenance.warnings, testing::Contains(HasSubstr("'Waived' of device_to_device_memcpy_read_ce")));
  EXPECT_EQ(fact(run, "cuda.driver"), "565.02");
}

TEST(Nvbandwidth, TheDeviceIsNamedAndItsHostIsNot) {
  const results::Run run =
      imported("nvbandwidth",
               with(capture("nvbandwidth.json"), "\"git_version\"",
                    R"json("GPU Device list": ["0: NVIDIA GB200 (00000008:06:00): (node17)"], "git_version")json"));
  EXPECT_EQ(run.provenance.machine, "nvidia-gb200-x1");
  for (const auto& [key, text] : run.provenance.environment)
    EXPECT_THAT(text, testing::Not(HasSubstr("node17"))) << key;
}

TEST(Nvbandwidth, WhatIsWrongIsNamedWithKeyValueAndFix) {
  const auto said = [&](const std::string& from, const std::string& to) {
    return complaint("nvbandwidth", with(capture("nvbandwidth.json"), from, to));
  };
  EXPECT_THAT(
      said("\"12.3964\"", "\"-12.3964\""),
      HasSubstr("nvbandwidth.json: nvbandwidth.testcases[0].bandwidth_matrix[0][0]: value '-12.3964': measure"));
  EXPECT_THAT(said("\"12.3964\"", "\"0\""), HasSubstr("value '0'"));
  EXPECT_THAT(said("\"12.3964\"", "\"nan\""), HasSubstr("value 'nan': write a number or N/A"));
  EXPECT_THAT(said("\"12.3964\"", "\"N/A\""), HasSubstr("holds no pair of devices"));
  EXPECT_THAT(said("\"12.3964\"", "\"13.3964\""),
              HasSubstr("testcases[0].sum: value '12.39636129125': the matrix sums up to 13.3964"));
  EXPECT_THAT(said("\"sum\"", "\"total\""), HasSubstr("testcases[0].sum: is missing"));
  EXPECT_THAT(said("(GB/s)", "(Gbit/s)"), HasSubstr("must say (GB/s) or (ns)"));
  EXPECT_THAT(said("\"Passed\"", "\"Running\""), HasSubstr("testcases: value"));
  EXPECT_THAT(said("\"host_to_device_memcpy_ce\"", "\"../../tmp/x_ce\""),
              HasSubstr("testcases[0].name: value '../../tmp/x_ce'"));
  EXPECT_THAT(said("\"nvbandwidth\"", "\"bandwidth\""), HasSubstr("has no 'nvbandwidth'"));
}

}  // namespace
}  // namespace sextant::results
