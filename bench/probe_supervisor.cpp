// SPDX-License-Identifier: Apache-2.0
#include "bench/probe_supervisor.hpp"

#include <algorithm>

#include "bench/worker_process.hpp"
#include "probes/machine/noise.hpp"

namespace sextant::bench {

using probes::Message;
using results::Measurement;
using results::Status;

namespace {

void end(Measurement& point, Status status, const std::string& reason) {
  point.status = status;
  point.reason = reason;
  point.flags.interrupted = false;
}

}  // namespace

ProbeSupervisor::ProbeSupervisor(const PlannedProbe& planned, Points points, RunInHand& in_hand, Told told)
    : planned_(planned),
      points_(std::move(points)),
      in_hand_(in_hand),
      told_(std::move(told)),
      rule_(probes::stopping_rule(in_hand.run.provenance.mode, planned.probe.precision)),
      schedule_(planned.probe, points_, rule_, in_hand.run.provenance.seed),
      iterations_(points_.size(), 0) {}

bool ProbeSupervisor::advance(double until) {
  while (!all_done_) {
    for (; next_ < round_.size(); ++next_) {
      if (!complete(round_[next_], until)) return false;
    }
    round_ = schedule_.next_round(points_);
    next_ = 0;
    all_done_ = round_.empty();
  }
  return true;
}

void ProbeSupervisor::conclude() {
  for (Measurement* point : points_) {
    if (!in_play(*point)) continue;
    point->flags.interrupted = false;
    if (point->samples.empty()) {
      point->status = Status::skipped;
      point->reason = "the time budget was spent before this point was measured: give a longer --budget";
    } else {
      probes::conclude(*point, rule_, all_done_ ? "" : "the time budget was spent");
    }
  }
}

// Runs processes until nothing of the launch is missing: one, unless a worker is lost, which costs the point in hand
// and leaves the others to the next. False when the time would not suffice.
bool ProbeSupervisor::complete(const ScheduledLaunch& launch, double until) {
  for (;;) {
    auto assignments = missing(launch, points_, iterations_);
    if (assignments.empty()) return true;
    // A launch that would end too late is not begun; the first one always is, so that no probe goes without.
    if (processes_ > 0 && clock_() + longest_launch_ > until) return false;
    if (run_process(launch.launch, std::move(assignments))) return true;
  }
}

// One worker process, with its row in the table of launches. True when the worker said that it was done.
bool ProbeSupervisor::run_process(int launch, std::vector<probes::Assignment> assignments) {
  const results::Run& run = in_hand_.run;
  const probes::Job job{planned_.probe.name,
                        launch,
                        stream_of(run.provenance.seed, planned_.probe.name),
                        in_hand_.origin,
                        in_hand_.supervision.target,
                        std::move(assignments)};
  const probes::Noise before = probes::read_noise();
  results::Launch record;
  record.probe = job.probe;
  record.launch = launch;
  record.start = clock_() - in_hand_.origin;
  const auto close_record = [&] {
    record.seconds = clock_() - in_hand_.origin - record.start;
    probes::note(probes::between(before, probes::read_noise()), record);
    in_hand_.folder.append(record);
    in_hand_.run.launches.push_back(record);
    longest_launch_ = std::max(longest_launch_, record.seconds);
    ++processes_;
  };
  bool done = false;
  int spoken_of = -1;
  // A worker that goes wrong costs the point it last spoke of; before the first point, all it was to measure.
  const auto pay = [&](const auto& how) {
    for (const auto& assignment : job.assignments) {
      if (spoken_of < 0 || assignment.id == spoken_of) how(*points_[std::size_t(assignment.id)]);
    }
  };
  try {
    const Message farewell = listen(job, spoken_of);
    record.canary_seconds = farewell.canary_seconds;
    record.bookkeeping_seconds = farewell.bookkeeping_seconds;
    done = true;
  } catch (const WorkerLost& loss) {
    pay([&](Measurement& point) {
      point.status = Status::failed;  // the flag stays: --resume gives the point another worker
      point.reason = loss.what();
    });
  } catch (const WorkerFailure& failure) {
    pay([&](Measurement& point) { end(point, Status::failed, failure.what()); });
  } catch (const Interrupted&) {
    close_record();
    throw;
  }
  close_record();
  return done;
}

// Passes on what the worker says until its last message, which is returned. `spoken_of` is the point in hand, -1 at
// first.
Message ProbeSupervisor::listen(const probes::Job& job, int& spoken_of) {
  const Supervision& supervision = in_hand_.supervision;
  WorkerProcess worker(supervision.command(planned_.probe, supervision.machine, job.assignments[0].point), job,
                       in_hand_.interrupt);
  for (;;) {
    const Message message = worker.next(supervision.patience);
    if (message.kind == Message::Kind::done) return message;
    if (std::none_of(job.assignments.begin(), job.assignments.end(),
                     [&](const auto& assignment) { return assignment.id == message.id; })) {
      spoken_of = -1;
      throw WorkerFailure("the worker spoke of a point it was not given");
    }
    spoken_of = message.id;
    hear(message);
  }
}

void ProbeSupervisor::hear(const Message& message) {
  Measurement& point = *points_[std::size_t(message.id)];
  switch (message.kind) {
    case Message::Kind::start:
      told_(schedule_.settled(), point);
      break;
    case Message::Kind::pilot:
      iterations_[std::size_t(message.id)] = message.iterations;
      break;
    case Message::Kind::row:
      in_hand_.folder.append(point, message.sample);
      point.samples.push_back(message.sample);
      point.status = Status::not_converged;
      point.reason = not_finished;
      break;
    case Message::Kind::skip:
      // What was measured once and cannot be had any more has broken, and must not pass for a machine without it.
      end(point, point.samples.empty() ? Status::skipped : Status::failed, message.text);
      break;
    case Message::Kind::fail:
      end(point, Status::failed, message.text);
      break;
    case Message::Kind::hello:
    case Message::Kind::done:
      break;  // the first and the last word are not about a point
  }
}

}  // namespace sextant::bench
