// SPDX-License-Identifier: Apache-2.0
// `sextant compare` as its user meets it: verdicts, exit codes, and one sentence for everything that is wrong.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/test_command_line.hpp"
#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Compare : public CommandLine {
 protected:
  Outcome compare(const std::string& arguments) const { return sextant("compare " + arguments); }

  static std::string capture(const std::string& name) {
    return SEXTANT_SOURCE_DIR "/results/import/captures/google_benchmark_" + name + ".json";
  }

  // Six launches of a point for every factor, each taking so many microseconds, to within a part in a thousand.
  static results::Run run(const std::vector<double>& factors, const std::string& version = "0.1.0") {
    results::Run run;
    run.provenance.machine = "box";
    run.provenance.run_id = "20261124-1";
    run.provenance.mode = "standard";
    run.provenance.started = "2026-11-24T04:05:06Z";
    run.provenance.state = results::State::complete;
    run.provenance.environment = {{"build.version", version}};
    results::Table table;
    table.probe = "sync.barrier";
    table.summary = "Seconds per barrier.";
    table.quantity.name = "latency";
    table.axes.emplace_back().name = "threads";
    run.tables.push_back(table);
    for (std::size_t i = 0; i < factors.size(); ++i) {
      results::Measurement measurement;
      measurement.probe = "sync.barrier";
      measurement.point.set("threads", double(i + 1));
      measurement.quantity = run.tables[0].quantity;
      measurement.status = results::Status::converged;
      for (int n = 0; n < 60; ++n) {
        results::Sample sample;
        sample.launch = n / 10;
        sample.repetition = n % 10;
        sample.start = n;
        sample.operations = 1000;
        sample.seconds = 1e-3 * factors[i] * (1 + 1e-3 * std::sin(7.0 * n) + 1e-3 * std::sin(3.0 * sample.launch));
        measurement.samples.push_back(sample);
      }
      run.measurements.push_back(std::move(measurement));
    }
    return run;
  }
  void write(const std::string& name, const results::Run& run) const { results::write_run(folder / name, run); }
  void write(const std::string& name, const std::vector<double>& factors) const { write(name, run(factors)); }
};

void expect_refusal(const Outcome& outcome, int code, const std::string& sentence) {
  expect_error(outcome, code, sentence);
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST_F(Compare, EqualRunsAreTheSame) {
  write("a", {1, 2});
  write("b", {1, 2});
  const Outcome outcome = compare("a b --fail-on slower");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("SAME"), HasSubstr("threads=2"), HasSubstr("2 compared")));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(Compare, SlowerFailsOnlyWhereItIsAskedTo) {
  write("a", {1, 2});
  write("b", {1, 2.1});
  const Outcome outcome = compare("a b");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("SLOWER"), HasSubstr("+5 %")));
  EXPECT_EQ(compare("a b --fail-on slower").code, 1);
  EXPECT_EQ(compare("b a --fail-on slower").code, 0);  // faster
  EXPECT_EQ(compare("a b --fail-on slower --margin 10%").code, 0);
}

TEST_F(Compare, TheDocumentIsStrictJsonWithEveryFigure) {
  write("a", {1, 2, 3});
  results::Run fresh = run({1, 2.1});
  fresh.measurements[0].status = results::Status::skipped;
  fresh.measurements[0].reason = "Too few processors.";
  fresh.measurements[0].samples.clear();
  write("b", fresh);
  const Outcome outcome = compare("a b --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["a"]["name"], "a");
  EXPECT_EQ(json["compared"], 1);
  ASSERT_EQ(json["rows"].size(), 2u);
  EXPECT_EQ(json["rows"][0]["refused"], "B skipped: Too few processors.");
  EXPECT_FALSE(json["rows"][0].contains("verdict"));
  const auto& row = json["rows"][1];
  EXPECT_EQ(row["probe"], "sync.barrier");
  EXPECT_EQ(row["point"]["threads"], 2);
  EXPECT_EQ(row["unit"], "s");
  EXPECT_EQ(row["verdict"], "SLOWER");
  for (const char* key : {"ratio", "ratio_low", "ratio_high", "p", "p_adjusted", "superiority", "margin"})
    EXPECT_TRUE(row[key].is_number()) << key;
  EXPECT_NEAR(row["ratio"].get<double>(), 1.05, 0.001);
  EXPECT_EQ(row["a"]["units"], 6);
  EXPECT_EQ(row["a"]["samples"], 60);
  EXPECT_NEAR(row["a"]["median"].get<double>(), 2e-6, 1e-8);
  EXPECT_EQ(json["only_in_a"][0], "sync.barrier threads=3");
}

TEST_F(Compare, FilesOfGoogleBenchmarkAreComparedByTheirRepetitions) {
  const Outcome outcome = compare(capture("ten_repetitions") + " " + capture("ten_repetitions"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("sum/1024"), HasSubstr("3 compared"),
                                 HasSubstr("what differs from launch to launch is not in the intervals")));
  expect_refusal(compare(capture("once") + " " + capture("ten_repetitions")), 3, "A has a single repetition");
  std::ofstream(folder / "cut.json") << results::read_text(capture("once")).substr(0, 500);
  expect_refusal(compare("cut.json " + capture("once")), 3, "cut.json: not whole JSON");
}

TEST_F(Compare, WhatIsNoRunIsNamed) {
  write("a", {1});
  expect_refusal(compare("a nowhere"), 3, "nowhere: neither a run folder");
  expect_refusal(compare("a " + capture("ten_repetitions")), 3, "no probe in common");
  fs::create_directory(folder / "empty");
  expect_refusal(compare("empty a"), 3, "empty: neither a run folder");
}

TEST_F(Compare, AWrongCommandLineIsAUsageError) {
  write("a", {1});
  expect_refusal(compare(""), 2, "A and B");
  expect_refusal(compare("a"), 2, "A and B");
  expect_refusal(compare("a a --fail-on faster"), 2, "--fail-on");
  expect_refusal(compare("a a --margin much"), 2, "--margin 'much': write for example 2%");
  expect_refusal(compare("a a --same-first"), 2, "--command");
  expect_refusal(compare("--command true"), 2, "--command twice");
  expect_refusal(compare("a a --command true --command true"), 2, "not a run with a command");
  expect_refusal(compare("--command true --command true --launches 1"), 2, "--launches");
  expect_refusal(compare("--command true --command true --budget soon"), 2, "soon");
  expect_refusal(compare("--command true --command true --same a"), 2, "--same-first");
}

TEST_F(Compare, ARunCutInTheMiddleOfARowIsRefused) {
  write("a", {1});
  write("b", {1});
  const fs::path rows = folder / "b" / "sync.barrier.csv";
  fs::resize_file(rows, fs::file_size(rows) - 5);
  expect_refusal(compare("a b"), 3, "sync.barrier.csv");
}

TEST_F(Compare, ARunThatIsStillRunningIsComparedAndNoted) {
  write("a", {1});
  results::Run running = run({1});
  running.provenance.state = results::State::running;
  write("b", running);
  const Outcome outcome = compare("a b");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("note: B is still marked as running"));
}

TEST_F(Compare, RunsOfTwoVersionsNeedAWord) {
  write("a", {1});
  write("b", run({1}, "0.2.0"));
  expect_refusal(compare("a b"), 3, "--any-version");
  EXPECT_EQ(compare("a b --any-version").code, 0);
}

TEST_F(Compare, RunsKnownToBeAlikeMustBeEnough) {
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) write(name, {1});
  expect_refusal(compare("a b --same c d e"), 3, "sync.barrier has 3 pairs of equal points in 3 runs");
  const Outcome outcome = compare("a b --same a b c d e f g");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("21 pairs of 7 runs known to be alike"));
}

TEST_F(Compare, TwoCommandsAreRunInTurn) {
  const Outcome outcome =
      compare("--command 'echo A >> order' --command 'echo B >> order' --launches 4 --budget 0.001s");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(results::read_text(folder / "order"), "A\nB\nA\nB\nB\nA\nB\nA\nA\nB\n");  // the first two to warm up
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("from 4 pairs"), HasSubstr("processor time")));
}

TEST_F(Compare, ACommandThatTakesManyTimesAsLongIsSlower) {
  const std::string commands = "--command 'sleep 0.01' --command 'sleep 0.6' --launches 3 --json";
  const Outcome outcome = compare(commands + " --fail-on slower");
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["verdict"], "SLOWER");
  EXPECT_EQ(json["b"]["command"], "sleep 0.6");
  EXPECT_EQ(json["a"]["wall_s"].size(), json["pairs"]);
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(Compare, ACommandThatFailsEndsTheComparison) {
  expect_refusal(compare("--command true --command 'echo what now >&2; exit 5'"), 1,
                 "the command 'echo what now >&2; exit 5' ended with exit code 5: what now");
  expect_refusal(compare("--command no-such-program --command true"), 1, "ended with exit code 127");
}

TEST_F(Compare, AnInterruptEndsTheCommandsAndTheComparison) {
  const Outcome outcome = shell("timeout --preserve-status -s INT 0.5 " SEXTANT_PROGRAM
                                " compare --command 'echo $$ > pid; exec sleep 60' --command true");
  expect_refusal(outcome, 130, "interrupted");
  EXPECT_NE(shell("kill -0 $(cat pid)").code, 0);
}

TEST_F(Compare, TwoComparisonsOfCommandsWouldMeasureEachOther) {
  // The first one waits in its command until the second was refused.
  const Outcome outcome =
      shell(SEXTANT_PROGRAM
            " compare --command 'touch begun; while ! [ -e go ]; do sleep 0.05; done' --command true --launches 2 "
            "--budget 0.001s > first & "
            "while ! [ -e begun ]; do sleep 0.05; done; " SEXTANT_PROGRAM
            " compare --command true --command true; code=$?; touch go; wait; exit $code");
  expect_refusal(outcome, 4, "another sextant run is measuring");
  EXPECT_THAT(results::read_text(folder / "first"), HasSubstr("from 2 pairs"));
}

TEST_F(Compare, ARunCanBePrintedAsGoogleBenchmarkPrintsIt) {
  const std::string small =
      "run memory.latency --set memory.latency.footprint=16KiB --quick --budget 2s --output run --format "
      "google-benchmark";
  const Outcome outcome = shell(std::string(SEXTANT_PROGRAM " ") + small + " | tee export.json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["context"]["executable"], "sextant");
  const std::string name = json["benchmarks"][0]["name"];
  EXPECT_THAT(name, HasSubstr("memory.latency/footprint=16384"));
  EXPECT_GT(json["benchmarks"][0]["cpu_time"], 0);
  EXPECT_EQ(compare("export.json export.json").code, 0);
  expect_refusal(shell(std::string(SEXTANT_PROGRAM " ") + small + " --json"), 2, "exclude each other");
}

}  // namespace
}  // namespace sextant::bench
