// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/record/summary.hpp"

// The states of the machine in the samples of a run (statistics/states.hpp, and statistics.md, "States").
namespace sextant::results {

// What tells the state in which a sample was taken: its canaries of computing, messages and moving memory together.
StateSeconds state_seconds(const Sample& sample);

// Whether the canaries before and after the sample differ by more than state_factor: it was taken while the state
// changed.
bool unsettled(const Sample& sample);

// 0 for the main state of the run (that with most measured time), then 1 and 2; -1 for a sample that belongs to none or
// is unsettled.
int state_of(const Sample& sample, const States& states);

// Fills what a summary says of states. Samples in time order, each with a cost.
void describe_states(const std::vector<const Sample*>& samples, const Quantity& quantity, const States& states,
                     Summary& summary);

// What a reader has to know about the states of a point, in words: "2 states, 71 % in the main one, another takes
// 1.92 times as long"; empty where there is nothing to say.
std::string state_note(const Summary& summary);

// The same for every point of a run folder that has something to say, with its name. Throws InvalidInput.
std::vector<std::string> state_remarks(const std::filesystem::path& folder);

}  // namespace sextant::results
