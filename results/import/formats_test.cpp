// SPDX-License-Identifier: Apache-2.0
// What holds of every format: it is stored and checked, nothing private enters, no damage does more than a refusal.
#include "results/import/formats.hpp"

#include "results/import/tool_testing.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::results {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Case {
  std::string format, file;
  std::map<std::string, std::string> settings = {};
};

const std::vector<Case> cases{
    {"nvbandwidth", "nvbandwidth.json"},
    {"nccl-tests", "nccl_all_reduce_h100.txt"},
    {"babelstream", "babelstream.csv"},
    {"babelstream", "babelstream.txt"},
    {"osu", "osu_allreduce_three_times.txt", {{"ranks", "2"}}},
    {"fio", "fio.json"},
    {"likwid-bench", "likwid_load.txt"},
    {"llama-bench", "llama_bench.json"},
    {"llama-bench", "llama_bench.csv"},
    {"google-benchmark", "google_benchmark_ten_repetitions.json"},
    {"published", "../../reference/components/memory.csv"},
};

ToolFile file_of(const Case& one) { return capture(one.file, one.settings); }

TEST(Formats, EveryCaptureIsARunFolderThatPassesItsCheck) {
  const TemporaryFolder folder;
  for (const Case& one : cases) {
    const auto path = folder.path() / std::filesystem::path(one.file).filename();
    write_run(path, imported(one.format, file_of(one)));
    EXPECT_THAT(check_run(path), IsEmpty()) << one.file;
    const results::Run run = read_run(path);
    EXPECT_FALSE(run.measurements.empty());
    for (const Measurement& measurement : run.measurements) {
      EXPECT_TRUE(measurement.flags.imported);
      EXPECT_NE(measurement.status, Status::converged);
      EXPECT_THAT(measurement.reason, Not(IsEmpty()));
    }
    for (const auto& entry : std::filesystem::directory_iterator(path))
      EXPECT_THAT(read_text(entry.path()), Not(HasSubstr("removed"))) << entry.path();  // stands where hosts stood
  }
}

TEST(Formats, EveryOneHasATableRowAndACapture) {
  for (const Format& format : formats()) {
    EXPECT_EQ(find_format(format.name), &format);
    EXPECT_TRUE(std::any_of(cases.begin(), cases.end(), [&](const Case& one) { return one.format == format.name; }))
        << format.name;
  }
  EXPECT_EQ(find_format("perf"), nullptr);
}

TEST(Formats, ALabelSaysWhatTheFileDoesNot) {
  const Label label{"https://example.org/results", "CC0-1.0", "2024-05-06", "cluster-a"};
  const results::Run run = imported("osu", capture("osu_metrics_operator.txt"), label);
  EXPECT_EQ(run.provenance.source, "https://example.org/results");
  EXPECT_EQ(run.provenance.licence, "CC0-1.0");
  EXPECT_EQ(run.provenance.started, "2024-05-06");
  EXPECT_EQ(run.provenance.machine, "cluster-a");
  EXPECT_THAT(run.provenance.run_id, testing::StartsWith("20240506-"));
  for (const std::string& warning : run.provenance.warnings) EXPECT_THAT(warning, HasSubstr("MPI_Get"));
}

TEST(Formats, WhatNobodySaidIsAWarningAndNoInvention) {
  const results::Run run = imported("osu", capture("osu_metrics_operator.txt"));
  EXPECT_EQ(run.provenance.licence, "not stated");
  EXPECT_EQ(run.provenance.started, "2026-01-02T03:04:05Z");  // the file's last change
  EXPECT_THAT(run.provenance.machine, testing::StartsWith("unnamed-"));
  EXPECT_THAT(run.provenance.warnings, testing::SizeIs(5));
  // Two unnamed machines are not one.
  EXPECT_NE(run.provenance.machine, imported("osu", capture("osu_pairs.txt", {{"ranks", "2"}})).provenance.machine);
  EXPECT_EQ(run.provenance.run_id, imported("osu", capture("osu_metrics_operator.txt")).provenance.run_id);
}

TEST(Formats, ALabelThatGivesAwayAMachineOrIsNoDateIsRefused) {
  const ToolFile file = capture("osu_metrics_operator.txt");
  EXPECT_THAT(complaint("osu", file, {.source = "copied from /home/anna/results"}),
              HasSubstr("'/home/anna/results' gives away"));
  EXPECT_THAT(complaint("osu", file, {.date = "yesterday"}), HasSubstr("--date 'yesterday': write 2026-01-31"));
  EXPECT_THAT(complaint("osu", file, {.machine = "../x"}), HasSubstr("--machine '../x'"));
  EXPECT_THAT(
      complaint("llama-bench", with(capture("llama_bench.json"), "qwen2 7B Q4_K - Medium", "/home/anna/model.gguf")),
      HasSubstr("model: value '/home/anna/model.gguf'"));
}

TEST(Formats, TheFileOfAnotherToolIsRefusedAndNamed) {
  for (const Case& one : cases) {
    for (const Format& format : formats()) {
      if (format.name == one.format) continue;
      ToolFile file = file_of(one);
      file.settings.clear();
      const std::string said = complaint(std::string(format.name), file);
      EXPECT_THAT(said, HasSubstr(one.file)) << format.name;
      EXPECT_THAT(said, HasSubstr("this looks like " + one.format)) << format.name;
    }
  }
}

TEST(Formats, WhatIsNoTextIsRefused) {
  const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  for (const Format& format : formats()) {
    for (const std::string& text : {png, std::string(), std::string("\n"), std::string(64, '\xff')}) {
      EXPECT_THAT(complaint(std::string(format.name), {text, "x.bin"}), HasSubstr("x.bin")) << format.name;
    }
  }
}

TEST(Formats, AFileCutInsideALineIsRefused) {
  for (const Case& one : cases) {
    const ToolFile whole = file_of(one);
    const std::size_t end = whole.text.find_last_not_of(" \n");
    for (std::size_t length = 0; length < end; length += 97) {
      ToolFile cut = whole;
      cut.text.resize(length);
      if (cut.text.ends_with('\n')) continue;  // whole lines may be a whole run
      EXPECT_NE(complaint(one.format, cut), "no complaint") << one.file << " cut at " << length;
    }
  }
}

TEST(Formats, AnyCharacterChangedIsReadOrRefusedButNeverAnythingElse) {
  int refused = 0;
  for (const Case& one : cases) {
    const ToolFile whole = file_of(one);
    for (std::size_t at = 0; at < whole.text.size(); at += 13) {
      for (const char c : {'0', '-', '"', ' ', 'n'}) {
        ToolFile damaged = whole;
        damaged.text[at] = c;
        refused += complaint(one.format, damaged) != "no complaint";
      }
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace sextant::results
