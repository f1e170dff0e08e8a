// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "probes/probe/canary.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"
#include "results/record/sample.hpp"

namespace sextant::probes {

class Meters;

// What one launch is asked to do for one point.
struct Assignment {
  int id = 0;  // names the point in the rows sent back
  Point point;
  std::uint64_t iterations = 0;  // 0: find them by a pilot
  int samples = 1;               // measured repetitions in this launch
  // Numbers of the first measured sample and of the first warm-up: a launch that was cut is completed by a second
  // process under the same launch number, which counts on from the rows that are there.
  int first_repetition = 0;
  int first_warmup = 0;
};

// Where a launch sends what happens, in order. Every function may be empty in tests but `row`.
struct Sink {
  std::function<void(int id)> start;                            // work on this point begins
  std::function<void(int id, std::uint64_t iterations)> pilot;  // iterations the pilot chose
  std::function<void(int id, const results::Sample&)> row;
  std::function<void(int id, const std::string& reason)> skip;
  std::function<void(int id, const std::string& reason)> fail;
};

// What a launch spent on watching rather than on working.
struct Watching {
  double canary_seconds = 0;
  double bookkeeping_seconds = 0;  // all that is neither canaries nor inside a trial: counters, rows, order
};

// Runs a launch: prepares every point first, then takes samples in blocks (each block visits every unfinished point
// once, in an order drawn from the seed; a visit is one warm-up sample, which brings the point's working set back, and
// up to four measured ones), and verifies each point after its last sample. A point that throws costs only itself.
// `launch` is written into the samples; `origin` is the clock reading that counts as second 0 of the run.
// A set of canaries is taken before the first warm-up, before a later visit's when samples have taken 50 ms since the
// last set (or twenty times what that cost, at most 1 s), within a visit when they have taken 1 s, and at the end; every
// sample carries the last set before it and how far the first one after it differs, so its row is sent when that one is
// there, or when its point or another fails. `meters` are read around each sample of a probe that has their columns, which
// stay empty without.
Watching run_launch(const Probe& probe, Workspace& workspace, const std::vector<Assignment>& assignments, int launch,
                    const Clock& clock, double origin, const Sink& sink, const TakeCanaries& canaries = {},
                    const Meters* meters = nullptr);

// Iterations so that one sample lasts about `least_seconds`: grows until a trial run lasts a fifth of it, then scales.
// Throws std::runtime_error for seconds that cannot be.
std::uint64_t pilot(Trial& trial, const Clock& clock, double least_seconds);

}  // namespace sextant::probes
