// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/all_probes.hpp"
#include "bench/interrupt.hpp"
#include "bench/plan.hpp"
#include "bench/progress.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {

struct Supervision {
  probes::Machine machine;
  std::string target;  // folder for the probes' own files
  double budget =
      0;  // seconds for all probes together; shared by what their first rounds need; what one leaves, the next get
  double patience = 60;  // seconds without a word after which a worker is taken for hung
  // How a worker is started; a test puts its own program here.
  std::function<WorkerCommand(const probes::Probe&, const probes::Machine&, const probes::Point&)> command =
      worker_command;
  // Called when nothing more is measured, before the record is written for the last time.
  std::function<void(results::Provenance&)> closing = [](results::Provenance&) {};
};

// Why a point has what it has, while its run is going on and should it be killed.
inline constexpr const char* not_reached = "the run ended before this point was measured";
inline constexpr const char* not_finished = "the run ended before this point was finished";

// The measurements of a plan before anything was measured: points of probes that cannot run here are skipped with their
// sentence; all others are marked as cut short, which is what they are if nothing follows.
std::vector<results::Measurement> planned_measurements(const std::vector<PlannedProbe>& plan, bool virtualised,
                                                       bool quick);

// Measures what is unfinished in `run` (which holds the measurements of `plan` in its order), writing every row to
// `folder` as it comes. A run that was cut short ends with the rows of one that was not (bench/schedule.hpp). On return
// every measurement has its status, and the run is complete, or interrupted where a worker was lost: its points are
// failed and keep their flag. Throws Interrupted or results::WriteError; the rows so far are kept and `run` says how far
// it came.
void supervise(const std::vector<PlannedProbe>& plan, results::Run& run, results::RunFolder& folder,
               const Supervision& supervision, Interrupt& interrupt, Progress& progress);

}  // namespace sextant::bench
