// SPDX-License-Identifier: Apache-2.0
// A run that is cut at any row and resumed ends as a run that was never cut.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <set>
#include <tuple>

#include "bench/resume.hpp"
#include "bench/supervisor.hpp"
#include "results/record/csv.hpp"
#include "results/record/summary.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::bench {
namespace {

namespace fs = std::filesystem;
using results::Measurement;
using results::Stage;
using results::Status;

// What must not depend on where a run was cut: everything but the times of day.
struct Outcome {
  std::set<std::tuple<int, int, double, double>> rows;  // launch, repetition, seconds, operations
  Status status;
  std::string reason, flags;
  int n, launches;
  double median, low, high, measured_seconds;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << results::name(outcome.status) << " '" << outcome.reason << "' [" << outcome.flags << "] n " << outcome.n
       << " launches " << outcome.launches << " rows " << outcome.rows.size() << " median " << outcome.median;
}

using Outcomes = std::map<std::string, Outcome>;

Outcomes outcomes(const results::Run& run) {
  Outcomes all;
  for (const Measurement& point : run.measurements) {
    const auto summary = results::summarise(point);
    Outcome outcome{{},
                    point.status,
                    point.reason,
                    to_text(point.flags),
                    summary.n,
                    summary.launches,
                    summary.median,
                    summary.low,
                    summary.high,
                    summary.measured_seconds};
    for (const auto& sample : point.samples) {
      if (sample.stage != Stage::measure) continue;
      EXPECT_TRUE(outcome.rows.emplace(sample.launch, sample.repetition, sample.seconds, sample.operations).second);
    }
    all.emplace(results::to_text(point.point), outcome);
  }
  return all;
}

class Replay : public testing::Test {
 protected:
  Replay() {
    probe.name = "scripted";
    probe.quantity = {"latency", results::Unit::second};
    probe.precision = 0.05;
    probe.launch_axes = {"ranks"};
    probe.axes = [](const probes::Machine&, bool) {
      return std::vector<probes::Axis>{
          {"ranks", results::Unit::one, probes::numbers({2, 4}), ""},
          {"scatter", results::Unit::text, probes::words({"nowhere", "inside", "between"}), ""}};
    };
    probe.available = [](const probes::Machine&) { return probes::Availability{}; };
  }

  // A folder with a plan in it, nothing measured.
  fs::path planned(const std::string& name) const {
    results::Run run;
    run.provenance.mode = "quick";
    run.provenance.seed = 11;
    run.provenance.machine = "test";
    run.provenance.run_id = "20260101-00000000";
    run.provenance.started = "2026-01-01T00:00:00Z";
    const auto plan = make_plan({probe}, {}, {});
    run.tables = {plan[0].table};
    run.measurements = planned_measurements(plan, false, true);
    results::RunFolder::create(scratch.path() / name, run);
    return scratch.path() / name;
  }

  // Goes on with the run in the folder, as `sextant run --resume` does.
  void go_on(const fs::path& folder, const std::string& event = "nothing", int row = 0) const {
    const std::string tally = folder.string() + ".tally";
    Supervision supervision;
    supervision.budget = 600;
    supervision.patience = event == "hang" ? 0.5 : 60;
    supervision.command = [&](const probes::Probe&, const probes::Machine&, const probes::Point&) {
      return WorkerCommand{{SEXTANT_SCRIPTED_WORKER, tally, event, std::to_string(row)}, {}};
    };
    fs::remove(tally);
    results::Run run = results::read_run(folder, true);
    const auto plan = plan_of(run, {probe}, {});
    results::RunFolder files = results::RunFolder::open(folder, run);
    Interrupt interrupt;
    Progress progress(int(run.measurements.size()), false);
    try {
      supervise(plan, run, files, supervision, interrupt, progress);
    } catch (const Interrupted&) {
    }
  }

  // In a process of its own, which a worker may kill.
  void go_on_apart(const fs::path& folder, const std::string& event, int row) const {
    const pid_t child = fork();
    if (child == 0) {
      try {
        go_on(folder, event, row);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
      }
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the supervisor was not killed";
  }

  int rows_of_whole_run() {
    if (expected.empty()) {
      const fs::path folder = planned("whole");
      go_on(folder);
      const results::Run run = results::read_run(folder);
      EXPECT_EQ(run.provenance.state, results::State::complete);
      expected = outcomes(run);
      rows = int(fs::file_size(folder.string() + ".tally"));
    }
    return rows;
  }

  // The folder must hold an unfinished run; finished, it must be the run that was never cut.
  void expect_the_whole_run_after_resuming(const fs::path& folder) {
    EXPECT_NE(results::read_run(folder, true).provenance.state, results::State::complete);
    go_on(folder);
    const results::Run run = results::read_run(folder);
    EXPECT_EQ(run.provenance.state, results::State::complete);
    EXPECT_EQ(outcomes(run), expected);
    EXPECT_THAT(results::check_run(folder), testing::IsEmpty());
  }

  void cut_everywhere(const std::string& event, int step) {
    for (int row = 1; row < rows_of_whole_run(); row += step) {
      SCOPED_TRACE(event + " after row " + std::to_string(row) + " of " + std::to_string(rows));
      const fs::path folder = planned(event + std::to_string(row));
      if (event == "kill") {
        go_on_apart(folder, event, row);
      } else {
        go_on(folder, event, row);
      }
      expect_the_whole_run_after_resuming(folder);
    }
  }

  probes::Probe probe;
  results::TemporaryFolder scratch;
  Outcomes expected;
  int rows = 0;
};

TEST_F(Replay, TheScriptedRunHasRoundsGroupsAndMoreLaunchesWhereTheyDiffer) {
  EXPECT_GT(rows_of_whole_run(), 200);
  EXPECT_EQ(expected.at("ranks=2 scatter=nowhere").n, 10);
  EXPECT_GT(expected.at("ranks=2 scatter=inside").n, 10);
  EXPECT_GT(expected.at("ranks=4 scatter=between").launches, expected.at("ranks=4 scatter=inside").launches);
  EXPECT_EQ(expected.at("ranks=4 scatter=between").status, Status::converged);
}

TEST_F(Replay, AnInterruptAfterAnyRowIsMadeGood) { cut_everywhere("interrupt", 29); }

TEST_F(Replay, KillNineOfTheSupervisorAfterAnyRowIsMadeGood) { cut_everywhere("kill", 37); }

TEST_F(Replay, TheDeathOfAWorkerAfterAnyRowIsMadeGood) { cut_everywhere("die", 43); }

TEST_F(Replay, AWorkerThatLeavesEarlyOrHangsIsMadeGood) {
  cut_everywhere("leave", 97);
  cut_everywhere("hang", 151);
}

TEST_F(Replay, ARunMayBeCutAgainAndAgain) {
  const fs::path folder = planned("again");
  rows_of_whole_run();
  for (const int row : {1, 2, 3, 5, 8, 13, 21}) {
    go_on(folder, "interrupt", row);
    go_on_apart(folder, "kill", row + 1);
  }
  go_on(folder, "die", 4);        // the others go on to their end
  go_on(folder, "interrupt", 1);  // while the lost point is measured again
  expect_the_whole_run_after_resuming(folder);
}

TEST_F(Replay, ALostWorkerCostsThePointInHandUntilTheRunIsResumed) {
  const fs::path folder = planned("lost");
  go_on(folder, "die", 2);  // a warm-up and a measured row of the first point
  const results::Run run = results::read_run(folder);
  EXPECT_EQ(run.provenance.state, results::State::interrupted);
  int lost = 0;
  for (const Measurement& point : run.measurements) {
    if (point.status == Status::failed) {
      ++lost;
      EXPECT_TRUE(point.flags.interrupted);
      EXPECT_THAT(point.reason, testing::HasSubstr("signal 9"));
    } else {
      EXPECT_FALSE(point.flags.interrupted);
      EXPECT_NE(point.status, Status::skipped) << point.reason;
    }
  }
  EXPECT_EQ(lost, 1);
  EXPECT_THAT(results::check_run(folder), testing::IsEmpty());
}

TEST_F(Replay, ATableCutInTheMiddleOfARowIsMadeGood) {
  rows_of_whole_run();
  for (const int bytes : {1, 5, 40}) {
    SCOPED_TRACE(bytes);
    const fs::path folder = planned("cut" + std::to_string(bytes));
    go_on_apart(folder, "kill", 60);
    const fs::path table = folder / "scripted.csv";
    fs::resize_file(table, fs::file_size(table) - std::uintmax_t(bytes));
    expect_the_whole_run_after_resuming(folder);
  }
}

TEST_F(Replay, APlanOfOtherColumnsIsRefused) {
  results::Run run = results::read_run(planned("columns"), true);
  probe.extras = {{"skew", results::Unit::second, ""}};
  try {
    plan_of(run, {probe}, {});
    FAIL() << "accepted";
  } catch (const results::InvalidInput& error) {
    EXPECT_STREQ(error.what(),
                 "datapackage.json: scripted was begun with the extra columns none and this program has skew: resume "
                 "with the version that began the run");
  }
}

TEST_F(Replay, AnotherBuildIsNamed) {
  results::Provenance begun;
  begun.environment = {{"build.version", "1"}, {"build.commit", "a"}, {"load", "2"}};
  EXPECT_EQ(other_build(begun, {{{"build.version", "1"}, {"build.commit", "a"}, {"load", "7"}}, {}}), "");
  EXPECT_THAT(other_build(begun, {{{"build.version", "1"}, {"build.commit", "b"}}, {}}),
              testing::HasSubstr("another build (1, a) than finishes it (1, b)"));
}

TEST_F(Replay, EveryProcessHasItsRowAmongTheLaunches) {
  const fs::path folder = planned("launches");
  results::Run run = results::read_run(folder, true);
  const auto plan = plan_of(run, {probe}, {});
  results::RunFolder files = results::RunFolder::open(folder, run);
  Supervision supervision;
  supervision.budget = 600;
  supervision.command = [&](const probes::Probe&, const probes::Machine&, const probes::Point&) {
    return WorkerCommand{{SEXTANT_SCRIPTED_WORKER, folder.string() + ".tally", "nothing", "0"}, {}};
  };
  Interrupt interrupt;
  Progress progress(6, false);
  supervise(plan, run, files, supervision, interrupt, progress);
  EXPECT_EQ(results::read_run(folder).launches.size(), run.launches.size());
  std::set<int> of_samples, of_launches;
  for (const Measurement& point : run.measurements) {
    for (const auto& sample : point.samples) of_samples.insert(sample.launch);
  }
  double end = 0;
  for (const auto& launch : run.launches) {
    EXPECT_EQ(launch.probe, "scripted");
    EXPECT_TRUE(of_launches.insert(launch.launch).second);
    EXPECT_GE(launch.start, end);
    EXPECT_GT(launch.seconds, 0);
    end = launch.start + launch.seconds;
  }
  EXPECT_EQ(of_samples, of_launches);
}

}  // namespace
}  // namespace sextant::bench
