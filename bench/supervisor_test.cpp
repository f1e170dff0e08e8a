// SPDX-License-Identifier: Apache-2.0
#include "bench/supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "probes/probe/worker.hpp"

namespace sextant::bench {
namespace {

namespace fs = std::filesystem;
using probes::Message;
using results::Measurement;
using results::Status;
using testing::HasSubstr;

std::string quoted(std::string text) {
  text.pop_back();  // the newline: echo adds it
  return "echo '" + text + "'\n";
}

Message of(Message::Kind kind, int id, const std::string& text = {}) {
  Message message;
  message.kind = kind;
  message.id = id;
  message.text = text;
  return message;
}

std::string hello(const std::string& build = probes::build_identity()) {
  Message message = of(Message::Kind::hello, 0, build);
  message.protocol = probes::protocol_version;
  return quoted(probes::to_line(message));
}

// Rows of the launch that the job names.
std::string rows(int id, int count, double seconds = 0.1) {
  std::string text = quoted(probes::to_line(of(Message::Kind::start, id)));
  Message row = of(Message::Kind::row, id);
  row.sample.seconds = seconds;
  row.sample.operations = 1;
  row.sample.launch = 987;
  for (row.sample.repetition = 0; row.sample.repetition < count; ++row.sample.repetition) {
    std::string line = quoted(probes::to_line(row));
    line.replace(line.find("987"), 3, "'$launch'");
    text += line;
  }
  return text;
}

const std::string read_job = "read job; launch=${job#*launch\\\":}; launch=${launch%%,*}\n";

// A supervisor with a worker made of shell: what it says is scripted, so that every way to go wrong can be had.
class Supervisor : public testing::Test {
 protected:
  Supervisor() {
    probes::Probe probe;
    probe.name = "scripted";
    probe.quantity = {"latency", results::Unit::second};
    probe.axes = [](const probes::Machine&, bool) {
      return std::vector<probes::Axis>{{"n", results::Unit::one, probes::numbers({0, 1}), ""}};
    };
    probe.available = [](const probes::Machine&) { return probes::Availability{}; };
    plan = make_plan({probe}, {}, {});
    run.provenance.mode = "quick";
    run.provenance.seed = 1;
    run.provenance.machine = "test";
    run.provenance.run_id = "20260101-00000000";
    run.provenance.started = "2026-01-01T00:00:00Z";
    run.tables = {plan[0].table};
    run.measurements = planned_measurements(plan, false, true);
    folder = fs::temp_directory_path() / ("sextant-supervisor-" + std::to_string(getpid()) + "-" +
                                          testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder);
    supervision.budget = 60;
    supervision.patience = 20;
  }
  ~Supervisor() override { fs::remove_all(folder); }

  void supervise_with(const std::string& script) {
    supervision.command = [script](const probes::Probe&, const probes::Machine&, const probes::Point&) {
      return WorkerCommand{{"/bin/sh", "-c", read_job + script}, {}};
    };
    results::RunFolder files = results::RunFolder::create(folder, run);
    Interrupt interrupt;
    Progress progress(2, false);
    supervise(plan, run, files, supervision, interrupt, progress);
  }

  const Measurement& point(int i) const { return run.measurements[std::size_t(i)]; }

  std::vector<PlannedProbe> plan;
  results::Run run;
  Supervision supervision;
  fs::path folder;
};

const std::string done_line = quoted(probes::to_line(of(Message::Kind::done, 0)));

TEST_F(Supervisor, StopsWhenThePointsHaveConvergedAndKeepsEveryRow) {
  supervise_with(hello() + rows(0, 4) + rows(1, 4) + done_line);
  EXPECT_EQ(point(0).status, Status::converged) << point(0).reason;
  EXPECT_EQ(point(0).samples.size(), 12u);  // three launches of quick mode, four samples each, and no second round
  const results::Run back = results::read_run(folder);
  EXPECT_EQ(back.measurements[0].samples.size(), point(0).samples.size());
  EXPECT_EQ(back.provenance.state, results::State::complete);
  EXPECT_THAT(results::check_run(folder), testing::IsEmpty());
}

TEST_F(Supervisor, AWorkerThatDiesCostsThePointInHandAndTheOthersGoOn) {
  supervise_with(hello() + "case \"$job\" in *'\"id\":0'*) " + rows(0, 2) + "kill -9 $$ ;; esac\n" + rows(1, 4) +
                 done_line);
  EXPECT_EQ(point(0).status, Status::failed);
  EXPECT_THAT(point(0).reason, HasSubstr("signal 9"));
  EXPECT_TRUE(point(0).flags.interrupted);  // --resume gives it another worker
  EXPECT_EQ(run.provenance.state, results::State::interrupted);
  EXPECT_EQ(point(0).samples.size(), 2u);
  EXPECT_NE(point(1).status, Status::failed) << point(1).reason;
  EXPECT_GE(point(1).samples.size(), 10u);
}

TEST_F(Supervisor, TheLastWordsOfAWorkerExplainItsEnd) {
  supervise_with(hello() + "echo 'mpirun: not enough slots' >&2; exit 3");
  EXPECT_EQ(point(0).status, Status::failed);
  EXPECT_THAT(point(0).reason, HasSubstr("exit code 3: mpirun: not enough slots"));
}

TEST_F(Supervisor, AWorkerThatHangsIsStopped) {
  supervision.patience = 0.3;
  supervise_with(hello() + rows(0, 1) + "sleep 1000");
  EXPECT_EQ(point(0).status, Status::failed);
  EXPECT_THAT(point(0).reason, HasSubstr("said nothing"));
}

TEST_F(Supervisor, AWorkerThatIsStoppedIsStopped) {
  supervision.patience = 0.3;
  supervise_with(hello() + rows(0, 1) + "kill -STOP $$");
  EXPECT_EQ(point(0).status, Status::failed);
}

TEST_F(Supervisor, AWorkerOfAnotherBuildIsRefused) {
  supervise_with(hello("sextant 0.0.1") + rows(0, 4) + done_line);
  EXPECT_EQ(point(0).status, Status::failed);
  EXPECT_THAT(point(0).reason, HasSubstr("another build"));
  EXPECT_FALSE(point(0).flags.interrupted);  // another worker would be no other
  EXPECT_EQ(run.provenance.state, results::State::complete);
}

TEST_F(Supervisor, NoiseInsteadOfRowsIsABrokenProtocol) {
  supervise_with(hello() + "echo welcome to this cluster");
  EXPECT_THAT(point(0).reason, HasSubstr("broke the row protocol: not a line of the row protocol: welcome"));
}

TEST_F(Supervisor, WhatWasMeasuredAndCannotBeHadAnyMoreHasFailed) {
  supervise_with(hello() + rows(0, 1) + quoted(probes::to_line(of(Message::Kind::skip, 0, "the device is gone"))) +
                 done_line);
  EXPECT_EQ(point(0).status, Status::failed);
  EXPECT_EQ(point(0).reason, "the device is gone");
  EXPECT_EQ(point(0).samples.size(), 1u);
}

TEST_F(Supervisor, AProgramThatIsNotThereIsNamed) {
  supervision.command = [](const probes::Probe&, const probes::Machine&, const probes::Point&) {
    return WorkerCommand{{"/nonexistent/sextant-net"}, {}};
  };
  results::RunFolder files = results::RunFolder::create(folder, run);
  Interrupt interrupt;
  Progress progress(2, false);
  supervise(plan, run, files, supervision, interrupt, progress);
  EXPECT_THAT(point(0).reason, HasSubstr("cannot start /nonexistent/sextant-net: No such file"));
}

TEST_F(Supervisor, SkipsAndFailuresKeepTheWorkersSentence) {
  supervise_with(hello() + quoted(probes::to_line(of(Message::Kind::skip, 0, "too little memory"))) +
                 quoted(probes::to_line(of(Message::Kind::fail, 1, "one element is wrong"))) + done_line);
  EXPECT_EQ(point(0).status, Status::skipped);
  EXPECT_EQ(point(0).reason, "too little memory");
  EXPECT_EQ(point(1).status, Status::failed);
  EXPECT_EQ(point(1).reason, "one element is wrong");
  EXPECT_FALSE(point(1).flags.interrupted);
  EXPECT_EQ(run.provenance.state, results::State::complete);
}

TEST_F(Supervisor, ASpentBudgetEndsPointsAsNotConverged) {
  supervision.budget = 1e-3;
  supervise_with(hello() + rows(0, 1, 0.1) + rows(0, 1, 0.2) + rows(1, 1) + done_line);
  EXPECT_EQ(point(0).status, Status::not_converged);
  EXPECT_THAT(point(0).reason, HasSubstr("the time budget was spent"));
}

TEST_F(Supervisor, AnInterruptKeepsTheRowsAndSaysSo) {
  // The signal must find only threads that block it: the sender is made after the supervisor's mask is in place.
  supervision.command = [](const probes::Probe&, const probes::Machine&, const probes::Point&) {
    return WorkerCommand{{"/bin/sh", "-c", read_job + hello() + rows(0, 3) + "kill -INT $PPID\nsleep 1000"}, {}};
  };
  results::RunFolder files = results::RunFolder::create(folder, run);
  Interrupt interrupt;
  Progress progress(2, false);
  EXPECT_THROW(supervise(plan, run, files, supervision, interrupt, progress), Interrupted);
  const results::Run back = results::read_run(folder);
  EXPECT_EQ(back.provenance.state, results::State::interrupted);
  EXPECT_EQ(back.measurements[0].samples.size(), 3u);
  EXPECT_TRUE(back.measurements[0].flags.interrupted);
  EXPECT_TRUE(back.measurements[1].flags.interrupted);
}

}  // namespace
}  // namespace sextant::bench
