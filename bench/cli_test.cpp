// SPDX-License-Identifier: Apache-2.0
// The program as its user meets it: every way to go wrong gives one clear error, the documented exit code, and loses
// nothing.
#include <nlohmann/json.hpp>

#include "bench/test_command_line.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(CommandLine, AWrongProbeNameSuggestsTheNearest) {
  expect_error(sextant("run memory.raed"), 2, "did you mean 'memory.read'?");
}

TEST_F(CommandLine, AnUnknownOptionIsAUsageError) { expect_error(sextant("run --qiuck"), 2, "--qiuck"); }

TEST_F(CommandLine, NoCommandIsAUsageError) { EXPECT_EQ(sextant("").code, 2); }

TEST_F(CommandLine, HelpAndVersionEndWell) {
  EXPECT_EQ(sextant("--help").code, 0);
  EXPECT_THAT(sextant("--version").out, HasSubstr("sextant 0."));
}

TEST_F(CommandLine, ADryRunWritesNothing) {
  const Outcome outcome = sextant("run memory --dry-run --quick");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("memory.read"));
  EXPECT_FALSE(fs::exists(folder / "sextant-out"));
}

TEST_F(CommandLine, ASmallRunIsMeasuredCheckedAndCalibrated) {
  const Outcome run = sextant(small_run);
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("footprint=16 KiB"));
  const Outcome check = sextant("check run");
  EXPECT_EQ(check.code, 0) << check.out;
  const Outcome calibrate = sextant("calibrate run --output profile");
  EXPECT_EQ(calibrate.code, 0) << calibrate.err;
  EXPECT_THAT(calibrate.out, HasSubstr("memory.latency.dram"));
}

TEST_F(CommandLine, ARunFolderIsNeverOverwrittenWithoutForce) {
  ASSERT_EQ(sextant(small_run).code, 0);
  expect_error(sextant(small_run), 2, "--force");
  EXPECT_EQ(sextant(std::string(small_run) + " --force").code, 0);
  fs::create_directories(folder / "mine");
  std::ofstream(folder / "mine" / "thesis.tex") << "years of work";
  expect_error(sextant("run memory.latency --quick --output mine --force"), 2, "was not made by sextant");
  EXPECT_TRUE(fs::exists(folder / "mine" / "thesis.tex"));
}

TEST_F(CommandLine, AFileThatIsNotOursIsNeverReplaced) {
  const std::string project = "project --design h100x8 --workload llama-3.1-8b-bf16-b1 --output mine.csv";
  std::ofstream(folder / "mine.csv") << "years of work\n";
  expect_error(sextant(project + " --force"), 2, "was not written by sextant");
  EXPECT_EQ(fs::file_size(folder / "mine.csv"), 14u);
  fs::remove(folder / "mine.csv");
  ASSERT_EQ(sextant(project).code, 0);
  expect_error(sextant(project), 2, "--force");
  EXPECT_EQ(sextant(project + " --force").code, 0);
}

TEST_F(CommandLine, AFolderIsNoDesignAndAnOverrideIsNamedWhereItStands) {
  fs::create_directories(folder / "some");
  const std::string project = "project --workload llama-3.1-8b-bf16-b1 --design ";
  expect_error(sextant(project + "some"), 2, "is a folder");
  expect_error(sextant(project + "h100x8 --set 'design.memory.bandwidth=4.8 GB'"), 3,
               "--set design: 'memory.bandwidth");
  expect_error(sextant(project + "h100x8 --set design.group.devices=1e9"), 3, "from 1 to 65536");
  const Outcome set = sextant(project + "h100x8 --set 'design.memory.bandwidth=2 TB/s'");
  EXPECT_EQ(set.code, 0);
  EXPECT_THAT(set.out, HasSubstr("set by hand"));
}

TEST_F(CommandLine, ADamagedCsvIsNamedWithFileLineColumnAndValue) {
  ASSERT_EQ(sextant(small_run).code, 0);
  edit("run/memory.latency.csv", ",measure,", ",mesure,");
  const Outcome check = sextant("check run");
  EXPECT_EQ(check.code, 1);
  EXPECT_THAT(check.out, HasSubstr("memory.latency.csv:"));
  EXPECT_THAT(check.out, HasSubstr("mesure"));
  expect_error(sextant("calibrate run --output profile"), 3, "mesure");
  EXPECT_FALSE(fs::exists(folder / "profile"));
}

TEST_F(CommandLine, ACutLastLineLosesOnlyItself) {
  ASSERT_EQ(sextant(small_run).code, 0);
  const fs::path rows = folder / "run" / "memory.latency.csv";
  fs::resize_file(rows, fs::file_size(rows) - 5);
  EXPECT_EQ(sextant("check run").code, 1);
  EXPECT_EQ(sextant("calibrate run --output profile").code, 0);
}

TEST_F(CommandLine, AMissingUnitIsAnError) {
  ASSERT_EQ(sextant(small_run).code, 0);
  edit("run/datapackage.json", "\"unit\": \"By\"", "\"unit\": \"\"");
  const Outcome outcome = sextant("calibrate run --output profile");
  expect_error(outcome, 3, "unit");
}

TEST_F(CommandLine, ARunFolderOfAnotherVersionSaysWhichVersionIsRead) {
  ASSERT_EQ(sextant(small_run).code, 0);
  edit("run/datapackage.json", "\"schema_version\": 3", "\"schema_version\": 99");
  expect_error(sextant("calibrate run --output profile"), 3, "99");
}

TEST_F(CommandLine, AFolderThatIsNoRunSaysSo) { expect_error(sextant("check ."), 3, "not a run folder"); }

TEST_F(CommandLine, AnUnknownKeyInATomlFileNamesFileLineAndNearestKey) {
  const fs::path shipped = fs::path(SEXTANT_SOURCE_DIR) / "analysis" / "designs" / "hbf.toml";
  std::ofstream(folder / "mine.toml") << text_of(shipped) << "\n[memry]\ncapacity = { value = \"1 GB\" }\n";
  const Outcome outcome = sextant("project --workload llama-3.1-8b-bf16-b1 --design mine.toml");
  expect_error(outcome, 3, "mine.toml:");
  EXPECT_THAT(outcome.err, HasSubstr("memory"));
}

TEST_F(CommandLine, ATomlFigureWithoutAUnitIsAnError) {
  std::string text = text_of(fs::path(SEXTANT_SOURCE_DIR) / "analysis" / "designs" / "pnm.toml");
  const std::string with_unit = "\"0.5 us\"";
  ASSERT_NE(text.find(with_unit), std::string::npos);
  std::ofstream(folder / "bare.toml") << text.replace(text.find(with_unit), with_unit.size(), "\"0.5\"");
  const Outcome outcome = sextant("project --workload llama-3.1-8b-bf16-b1 --design bare.toml");
  expect_error(outcome, 3, "bare.toml:");
  EXPECT_THAT(outcome.err, HasSubstr("unit"));
}

TEST_F(CommandLine, ADamagedTomlFileNamesTheLine) {
  const std::string text = text_of(fs::path(SEXTANT_SOURCE_DIR) / "analysis" / "designs" / "pnm.toml");
  std::ofstream(folder / "twice.toml") << text << "\n[memory]\n";  // a table defined twice
  expect_error(sextant("project --workload llama-3.1-8b-bf16-b1 --design twice.toml"), 3, "twice.toml:");
}

TEST_F(CommandLine, AWrongDesignSuggestsTheNearest) {
  expect_error(sextant("project --design hbff --workload llama-3.1-8b-bf16-b1"), 2, "did you mean 'hbf'?");
}

// A direction's variants are many: they are projected when they are named, never by themselves.
TEST_F(CommandLine, AVariantIsFoundByItsNameAndOnlyThen) {
  const Outcome named = sextant("project --workload llama-3.1-8b-bf16-b1 --design hbf_gen2");
  EXPECT_EQ(named.code, 0) << named.err;
  EXPECT_THAT(named.out, HasSubstr("hbf_gen2"));
  const Outcome all = sextant("project --workload llama-3.1-8b-bf16-b1 --json");
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("\"low_latency_interconnect\""));
  EXPECT_THAT(all.out, testing::Not(HasSubstr("hbf_gen")));
  expect_error(sextant("project --design hbf_gen4 --workload llama-3.1-8b-bf16-b1"), 2, "did you mean 'hbf_gen");
}

// A design of the user's that starts from a shipped variant.
TEST_F(CommandLine, ADesignMayExtendAShippedOne) {
  std::ofstream(folder / "mine.toml") << "extends = \"hbf_gen2\"\ntitle = \"mine\"\n[flash]\n"
                                         "latency = {value = \"3 us\", source = \"a guess\", class = \"T6\", "
                                         "assumption = \"a guess\"}\n";
  const Outcome outcome = sextant("project --workload llama-3.1-8b-bf16-b1 --design mine.toml");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("mine"));
}

TEST_F(CommandLine, AnUnwritableOutputFolderStopsBeforeAnythingIsMeasured) {
  const Outcome outcome = sextant("run memory.latency --quick --output /proc/sextant/run");
  expect_error(outcome, 4, "/proc/sextant");
}

TEST_F(CommandLine, AFullDiskKeepsTheRowsAndSaysSo) {
  if (shell("mkdir small && mount -t tmpfs -o size=160k sextant-test small").code != 0) {
    GTEST_SKIP() << "a small file system cannot be mounted here: it needs root";
  }
  const Outcome outcome = sextant("run overhead sync memory.latency --quick --budget 30s --seed 5 --output small/run");
  const std::string rows = text_of(folder / "small" / "run" / "overhead.dispatch.csv") +
                           text_of(folder / "small" / "run" / "memory.latency.csv");
  shell("umount small");
  expect_error(outcome, 4, "disk full");
  EXPECT_THAT(rows, HasSubstr("measure"));
}

TEST_F(CommandLine, WithoutMpirunTheCollectivesAreSkippedWithASentence) {
  const Outcome outcome = sextant("run net --quick --output run", "PATH=/nonexistent");
  EXPECT_EQ(outcome.code, 77) << outcome.err;
  EXPECT_THAT(outcome.out, AnyOf(HasSubstr("skipped: mpirun"), HasSubstr("skipped: not built")));
  EXPECT_EQ(sextant("check run").code, 0);
}

TEST_F(CommandLine, TooLittleMemorySkipsThePointWithASentence) {
  const Outcome outcome =
      sextant("run memory.latency --set memory.latency.footprint=16KiB,8TiB --quick --budget 2s --output run");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("skipped: too little memory: the point needs 8."));
}

TEST_F(CommandLine, AnAffinityOfOneCoreMeasuresWhatOneCoreCan) {
  const Outcome outcome = sextant(
      "run sync memory.read --set memory.read.footprint=64KiB --quick --budget 3s --output run", "taskset -c 0");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("threads=1"));
  EXPECT_THAT(outcome.out, HasSubstr("skipped"));  // a barrier needs two
}

TEST_F(CommandLine, ARunSaysWhatWatchingCost) {
  const Outcome outcome = sextant(small_run);
  EXPECT_THAT(outcome.out, HasSubstr("watching cost "));
  const Outcome json = sextant(std::string(small_run) + " --force --json");
  const auto document = nlohmann::json::parse(json.out);
  EXPECT_GT(document.at("wall_seconds").get<double>(), 0);
  EXPECT_GE(document.at("canary_seconds").get<double>(), 0);
  EXPECT_GT(document.at("bookkeeping_seconds").get<double>(), 0);
}

TEST_F(CommandLine, ASecondRunAtTheSameTimeIsRefused) {
  const Outcome outcome =
      shell(std::string(SEXTANT_PROGRAM) +
            " run memory.latency --quick --budget 20s --output one >/dev/null 2>&1 & run=$!; "
            "for i in $(seq 100); do [ -f one/summary.csv ] && break; sleep 0.1; done; " SEXTANT_PROGRAM
            " run memory.latency --quick --output two; code=$?; kill $run; wait $run; exit $code");
  expect_error(outcome, 4, "another sextant run");
  EXPECT_FALSE(fs::exists(folder / "two"));
}

TEST_F(CommandLine, JsonIsOneDocumentOnStdout) {
  ASSERT_EQ(sextant(std::string(small_run) + " --json").code, 0);
  EXPECT_EQ(nlohmann::json::parse(text_of(".out")).at("output"), "run");
  for (const char* command :
       {"list --json", "environment --json", "check run --json", "calibrate run --json --output profile",
        "project --json --design h100x8 --workload llama-3.1-8b-bf16-b1"}) {
    const Outcome outcome = sextant(command);
    EXPECT_EQ(outcome.code, 0) << command << outcome.err;
    EXPECT_TRUE(nlohmann::json::accept(outcome.out)) << command << "\n" << outcome.out.substr(0, 300);
  }
}

TEST_F(CommandLine, ExplainNamesEquationParameterSourceAndClass) {
  const Outcome outcome = sextant("project --design h100x8 --workload llama-3.1-8b-bf16-b1 --explain");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("4.1"));
  EXPECT_THAT(outcome.out, HasSubstr("published"));
  EXPECT_THAT(outcome.out, HasSubstr("model form"));  // from the shipped table
  EXPECT_THAT(outcome.out, HasSubstr("an error of the model's form"));
}

TEST_F(CommandLine, SetChangesOneFigureAndWantsAUnit) {
  const std::string project = "project --json --design h100x8 --workload llama-3.1-70b-bf16-b1 ";
  const auto median = [&](const std::string& more) {
    const Outcome outcome = sextant(project + more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out).at("projections").at(0).at("time_per_token_s").at("p50").get<double>();
  };
  EXPECT_LT(median("--set 'design.memory.bandwidth=33 TB/s'"), median(""));
  EXPECT_NE(sextant(project + "--set design.memory.bandwidth=33").code, 0);
}

// A reference profile goes by its name or by its folder, wherever the user stands, and its parameters bind.
TEST_F(CommandLine, AReferenceProfileIsFoundByNameAndFeedsADesign) {
  std::string text = text_of(fs::path(SEXTANT_SOURCE_DIR) / "analysis" / "designs" / "h100x8.toml");
  const std::string stated = "\"device:h100-sxm.bandwidth\"";
  ASSERT_NE(text.find(stated), std::string::npos);
  text.replace(text.find(stated), stated.size(),
               "{value = \"profile:gpu.gemv.bandwidth[type=bf16 library=trtllm rows=1]\", class = \"T0\"}");
  std::ofstream(folder / "fitted.toml") << text;
  const std::string project = "project --workload llama-3.1-8b-bf16-b1 --design fitted.toml --explain --profile ";
  const Outcome named = sextant(project + "h100-sxm");
  ASSERT_EQ(named.code, 0) << named.err;
  EXPECT_THAT(named.out, HasSubstr("gpu.gemv.bandwidth"));
  EXPECT_EQ(sextant(project + "results/reference/h100-sxm").out, named.out);
  EXPECT_EQ(sextant(project + SEXTANT_SOURCE_DIR "/results/reference/h100-sxm/").out, named.out);
  expect_error(sextant(project + "h100-smx"), 3, "did you mean 'h100-sxm'?");
}

TEST_F(CommandLine, TheReportIsOneFileThatFetchesNothing) {
  ASSERT_EQ(sextant(small_run).code, 0);
  ASSERT_EQ(sextant("calibrate run --output profile").code, 0);
  const Outcome outcome =
      sextant("report run --profile profile --workload llama-3.1-8b-bf16-b1 --design h100x8 --output report.html");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::string page = text_of("report.html");
  EXPECT_THAT(page, HasSubstr("<!doctype html>"));
  EXPECT_THAT(page, Not(HasSubstr("src=\"http")));
  expect_error(sextant("report run --output report.html"), 2, "--force");
}

TEST_F(CommandLine, PublishWritesTheRunUnderItsPublicName) {
  ASSERT_EQ(sextant(small_run).code, 0);
  const Outcome outcome = sextant("publish run --machine test-machine --output published");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const fs::path published = folder / outcome.out.substr(0, outcome.out.find('\n'));
  EXPECT_TRUE(results::check_run(published).empty());
  EXPECT_EQ(results::read_run(published).provenance.machine, "test-machine");
  expect_error(sextant("publish run --machine '../x' --output published"), 2, "a name without");
}

TEST_F(CommandLine, GoogleBenchmarkTakesItsOwnFlags) {
  const Outcome outcome =
      sextant("benchmark --benchmark_filter=overhead.dispatch --benchmark_format=json --benchmark_min_time=0.01");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(nlohmann::json::accept(outcome.out));
  expect_error(sextant("benchmark --nonsense"), 2, "not a flag of Google Benchmark");
}

}  // namespace
}  // namespace sextant::bench
