// SPDX-License-Identifier: Apache-2.0
// `sextant import` as its user meets it: another tool's output becomes a run, is checked and calibrated.
#include <nlohmann/json.hpp>

#include "bench/test_command_line.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string captures = std::string(SEXTANT_SOURCE_DIR) + "/results/import/captures/";
const std::string three_times = "import osu '" + captures + "osu_allreduce_three_times.txt' --set ranks=2 --output run";

TEST_F(CommandLine, RepeatedRunsOfOsuGiveAlphaAndGapWithIntervals) {
  const Outcome import = sextant(three_times + " --source https://example.org/osu --licence CC0-1.0 --machine box");
  ASSERT_EQ(import.code, 0) << import.err;
  EXPECT_THAT(import.out, HasSubstr("run: 19 points of net.allreduce, machine box"));
  EXPECT_EQ(sextant("check run").code, 0);
  const Outcome calibrate = sextant("calibrate run --output profile");
  ASSERT_EQ(calibrate.code, 0) << calibrate.err;
  EXPECT_THAT(calibrate.out,
              AllOf(HasSubstr("net.allreduce.alpha[ranks=2 bytes="), HasSubstr("net.allreduce.gap[ranks=2")));
  EXPECT_THAT(text_of("run/README.md"), HasSubstr("Figures from: https://example.org/osu."));
  EXPECT_THAT(text_of("run/datapackage.json"), HasSubstr("CC0-1.0"));
}

TEST_F(CommandLine, OneRunOfOsuGivesAlphaToo) {
  ASSERT_EQ(sextant("import osu '" + captures + "osu_metrics_operator.txt' --output run").code, 0);
  const Outcome calibrate = sextant("calibrate run --output profile");
  ASSERT_EQ(calibrate.code, 0) << calibrate.err;
  EXPECT_THAT(calibrate.out,
              AllOf(HasSubstr("net.allreduce.alpha[ranks=2 bytes=4096..1048576]"), HasSubstr("3.47 us")));
}

TEST_F(CommandLine, EveryFormatIsImportedCheckedAndCalibrated) {
  for (const char* line : {"nvbandwidth '%nvbandwidth.json'", "nccl-tests '%nccl_all_reduce_h100.txt'",
                           "babelstream '%babelstream.csv' --set threads=2", "osu '%osu_pairs.txt' --set ranks=2",
                           "fio '%fio.json'", "likwid-bench '%likwid_load.txt'", "llama-bench '%llama_bench.json'",
                           "google-benchmark '%google_benchmark_once.json'"}) {
    std::string command = line;
    command.replace(command.find('%'), 1, captures);
    const Outcome import = sextant("import " + command + " --output run --force");
    ASSERT_EQ(import.code, 0) << line << import.err;
    const Outcome check = sextant("check run");
    EXPECT_EQ(check.code, 0) << line << check.out;
    const Outcome calibrate = sextant("calibrate run --output profile --draws 50 --force");
    EXPECT_EQ(calibrate.code, 0) << line << calibrate.err;
  }
}

TEST_F(CommandLine, AFileOfManyMachinesBecomesAFolderOfEach) {
  const Outcome outcome =
      sextant("import published '" + captures + "../../reference/components/collectives.csv' --output runs --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto runs = nlohmann::json::parse(outcome.out).at("runs");
  ASSERT_GT(runs.size(), 1u);
  for (const auto& run : runs) {
    EXPECT_EQ(run.at("folder"), "runs/" + run.at("machine").get<std::string>());
    EXPECT_EQ(sextant("check '" + run.at("folder").get<std::string>() + "'").code, 0);
  }
}

TEST_F(CommandLine, AnImportSaysInOneDocumentWhatItMade) {
  const Outcome outcome = sextant(three_times + " --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto run = nlohmann::json::parse(outcome.out).at("runs").at(0);
  EXPECT_EQ(run.at("folder"), "run");
  EXPECT_EQ(run.at("points"), 19);
  EXPECT_EQ(run.at("probes").at(0), "net.allreduce");
  EXPECT_EQ(run.at("licence"), "not stated");
  EXPECT_THAT(outcome.err, HasSubstr("give --machine"));
}

TEST_F(CommandLine, AnImportOverwritesNothingWithoutForce) {
  ASSERT_EQ(sextant(three_times).code, 0);
  const std::string before = text_of("run/summary.csv");
  expect_error(sextant("import fio '" + captures + "fio.json' --output run"), 2, "--force");
  EXPECT_EQ(text_of("run/summary.csv"), before);
  EXPECT_EQ(sextant("import fio '" + captures + "fio.json' --output run --force").code, 0);
  EXPECT_THAT(text_of("run/summary.csv"), HasSubstr("storage.read"));
}

TEST_F(CommandLine, AFileThatIsRefusedLeavesNothingBehind) {
  expect_error(sextant("import osu '" + captures + "fio.json' --output run"), 3, "this looks like fio");
  std::ofstream(folder / "cut.txt") << "# OSU MPI Allreduce Latency Test v5.8\n# Size       Avg Latency(us)\n4   1.3";
  expect_error(sextant("import osu cut.txt --set ranks=2 --output run"), 3, "cut.txt:3: the last line");
  expect_error(sextant("import osu none.txt --output run"), 3, "none.txt");
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST_F(CommandLine, AWrongFormatSuggestsTheNearestAndHelpListsThem) {
  expect_error(sextant("import fioo x --output run"), 2, "did you mean 'fio'?");
  expect_error(sextant("import osu x --output run --set ranks"), 2, "--set 'ranks': write for example ranks=16");
  const Outcome help = sextant("import --help");
  EXPECT_THAT(help.out, AllOf(HasSubstr("likwid-bench"), HasSubstr("--set ranks collective")));
}

TEST_F(CommandLine, AnImportIsPublishedOnlyWithALicence) {
  ASSERT_EQ(sextant(three_times).code, 0);
  expect_error(sextant("publish run --machine box --output published"), 3, "import them again with --licence");
  ASSERT_EQ(sextant(three_times + " --force --licence CC-BY-4.0").code, 0);
  const Outcome outcome = sextant("publish run --machine box --output published");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const fs::path published = folder / outcome.out.substr(0, outcome.out.find('\n'));
  EXPECT_TRUE(results::check_run(published).empty());
}

}  // namespace
}  // namespace sextant::bench
