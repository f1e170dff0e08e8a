// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/calibration/observation.hpp"
#include "results/record/profile.hpp"
#include "results/record/run.hpp"

// The states of a machine kept apart (statistics.md, "States"): samples of two states are not mixed into one parameter.
namespace sextant::analysis {

// What a point has in another state than the one that is calibrated.
struct OtherState {
  int state = 0;  // 0 for the run's main one, as in results::state_of
  results::Measurement measurement;
};

// How one point was divided. By position of its run and in it.
struct Division {
  std::size_t run = 0, measurement = 0;
  double samples = 0;  // measured, in all states
  double kept = 0;     // of these, in the state that is calibrated
  bool whole = false;  // too few of them: its samples are used as they are
  std::vector<OtherState> others;
};

struct Divided {
  std::vector<results::Run> runs;  // each point with its samples of one state; empty where no run has several
  int state = 0;
  std::size_t states = 0;           // of the run that has most of them
  std::vector<Division> divisions;  // of the points of runs with several states
};

// Keeps the samples of one state (0: each run's main state, that with most measured time) at every point that has six of
// them, the fewest that give an interval, from two launches unless it has one; other points are used whole. Samples that
// are unsettled go with no state. Runs in which one state was seen, or none, stay as they are. Throws
// results::InvalidInput for a state that no run has, but for 0.
Divided divide(const std::vector<results::Run>& runs, int state = 0);

// Companion parameters: at every point that has samples enough in another state too, "<probe>.state2" (or 3, 1): the
// value there over the value in the state that is calibrated. `values` of the divided points, `others` of what
// in_other_states gives, in its order.
void fit_states(const Divided& divided, const Observations& values, const Observations& others,
                std::vector<results::Parameter>& into);

// The points in the other states.
std::vector<const results::Measurement*> in_other_states(const Divided& divided);

// Says in the assumption of a parameter which state it is of, how many of its samples are in it, and what the other
// states make of it.
void note_state(const Divided& divided, const std::vector<results::Parameter>& all, results::Parameter& parameter);

}  // namespace sextant::analysis
