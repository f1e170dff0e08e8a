// SPDX-License-Identifier: Apache-2.0
// Whatever ends a run, what was measured stays, the run says so, and --resume finishes it.
#include <iterator>
#include <sstream>

#include "bench/test_command_line.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

using Interruption = CommandLine;

// Starts a run in the background, waits for its first rows, and runs `then`, in which $run is the supervisor and
// $workers what it started.
std::string while_measuring(const std::string& arguments, const std::string& table, const std::string& then) {
  return SEXTANT_PROGRAM " run " + arguments + " --output run & run=$!; for i in $(seq 200); do [ $(cat run/" + table +
         ".csv 2>/dev/null | wc -l) -gt 3 ] && workers=$(pgrep -P $run) && break; sleep 0.05; done; " + then;
}

TEST_F(Interruption, AKilledWorkerCostsItsPointUntilTheRunIsResumed) {
  // Many footprints, so that the worker is surely alive when it is killed.
  const Outcome outcome = shell(
      while_measuring("memory.latency --quick --budget 6s --seed 5", "memory.latency", "kill -9 $workers; wait $run"));
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("signal 9"));
  EXPECT_THAT(outcome.err, HasSubstr("sextant run --resume run measures them"));
  EXPECT_EQ(results::read_run(folder / "run").provenance.state, results::State::interrupted);
  const auto before = text_of("run/memory.latency.csv");
  EXPECT_EQ(sextant("check run").code, 0);
  const Outcome resumed = sextant("run --resume run --budget 6s");
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  EXPECT_EQ(text_of("run/memory.latency.csv").substr(0, before.size()), before);
  EXPECT_EQ(results::read_run(folder / "run").provenance.state, results::State::complete);
  const Outcome check = sextant("check run");
  EXPECT_EQ(check.code, 0) << check.out;
}

const char* two_ranks = "net.allreduce --set net.allreduce.ranks=2 --quick --budget 6s --seed 5";

TEST_F(Interruption, AKilledRankCostsItsPointUntilTheRunIsResumed) {
  const Outcome plan = sextant("run net.allreduce --quick --dry-run");
  if (plan.out.find("skipped") != std::string::npos) GTEST_SKIP() << plan.out;
  const Outcome outcome = shell(while_measuring(
      two_ranks, "net.allreduce", "kill -9 $(pgrep -P $(echo $workers | tr ' ' ,) | tail -n 1); wait $run"));
  EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.err;
  EXPECT_EQ(results::read_run(folder / "run").provenance.state, results::State::interrupted);
  EXPECT_EQ(sextant("check run").code, 0);
  const Outcome resumed = sextant("run --resume run --budget 6s");
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  const Outcome check = sextant("check run");
  EXPECT_EQ(check.code, 0) << check.out;
}

TEST_F(Interruption, KillNineOfTheSupervisorLeavesNobodyBehind) {
  const Outcome plan = sextant("run net.allreduce --quick --dry-run");
  if (plan.out.find("skipped") != std::string::npos) GTEST_SKIP() << plan.out;
  const Outcome outcome = shell(while_measuring(
      two_ranks, "net.allreduce",
      "ranks=$(pgrep -P $(echo $workers | tr ' ' ,)); echo $workers $ranks; kill -9 $run; wait $run; "
      "for i in $(seq 100); do left=; for p in $workers $ranks; do [ -d /proc/$p ] && left=\"$left $p\"; done; "
      "[ -z \"$left\" ] && exit 0; sleep 0.1; done; exit 9"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::istringstream processes(outcome.out);
  EXPECT_EQ(std::distance(std::istream_iterator<int>(processes), {}), 3) << outcome.out;  // mpirun and two ranks
  const Outcome resumed = sextant("run --resume run --budget 6s");
  EXPECT_EQ(resumed.code, 0) << resumed.out << resumed.err;
  EXPECT_EQ(sextant("check run").code, 0);
}

TEST_F(Interruption, ResumeSaysWhyThereIsNothingToDoOrNothingToGoOnWith) {
  expect_error(sextant("run --resume nowhere"), 3, "nowhere: not a run folder");
  expect_error(sextant("run --resume run --seed 7"), 2, "--seed excludes --resume");
  ASSERT_EQ(sextant(small_run).code, 0);
  const Outcome outcome = sextant("run --resume run");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("run is complete: nothing is left to do"));
}

TEST_F(Interruption, ResumeWarnsOfAnotherBuildAndRefusesAnotherSchema) {
  shell(while_measuring("memory.latency --quick --budget 20s --seed 5", "memory.latency", "kill $run; wait $run"));
  const std::string package = text_of("run/datapackage.json");
  edit("run/environment.json", "\"compiler\": \"", "\"compiler\": \"Another ");
  const Outcome outcome = sextant("run --resume run --budget 3s");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("begun by another build"));
  EXPECT_THAT(text_of("run/environment.json"), HasSubstr("begun by another build"));
  EXPECT_EQ(sextant("check run").code, 0);
  std::ofstream(folder / "run" / "datapackage.json") << package;  // interrupted again
  edit("run/datapackage.json", "\"schema_version\": 3", "\"schema_version\": 1");
  EXPECT_EQ(sextant("run --resume run").code, 3);
}

TEST_F(Interruption, AnInterruptKeepsTheRowsAndResumeFinishesTheRun) {
  const Outcome outcome = shell(
      while_measuring("memory.latency --quick --budget 20s --seed 5", "memory.latency", "kill -TERM $run; wait $run"));
  EXPECT_EQ(outcome.code, 130) << outcome.err;
  EXPECT_THAT(text_of("run/datapackage.json"), HasSubstr("\"interrupted\""));
  const auto before = text_of("run/memory.latency.csv");
  ASSERT_THAT(before, HasSubstr("measure"));
  const Outcome resumed = sextant("run --resume run --budget 6s");
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  const auto after = text_of("run/memory.latency.csv");
  EXPECT_EQ(after.substr(0, before.size()), before);  // nothing measured was lost or changed
  EXPECT_THAT(text_of("run/summary.csv"), Not(HasSubstr("interrupted")));
  EXPECT_EQ(sextant("check run").code, 0);
}

TEST_F(Interruption, KillNineOfTheSupervisorLosesNoRowAndResumeGoesOn) {
  shell(while_measuring("memory.latency --quick --budget 20s --seed 5", "memory.latency",
                        "kill -9 $run; wait $run; sleep 1"));
  const auto before = text_of("run/memory.latency.csv");
  ASSERT_THAT(before, HasSubstr("measure"));
  const Outcome resumed = sextant("run --resume run --budget 6s");
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  const auto whole = before.substr(0, before.rfind('\n') + 1);
  EXPECT_EQ(text_of("run/memory.latency.csv").substr(0, whole.size()), whole);
  EXPECT_EQ(sextant("check run").code, 0);
}

}  // namespace
}  // namespace sextant::bench
