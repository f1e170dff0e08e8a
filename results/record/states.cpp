// SPDX-License-Identifier: Apache-2.0
#include "results/record/states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "results/record/csv.hpp"
#include "results/record/run_package.hpp"

namespace sextant::results {
namespace {

// A number that a file can hold, and one that does not hang on the last bit of a division, as in summary.cpp.
double finite(double value) { return std::isfinite(value) ? value : not_available; }
double rounded(double value) { return std::floor(1e6 * value + 0.5) / 1e6; }

bool differs(double ratio) { return ratio > 1.05 || ratio < 1 / 1.05; }

// Costs by state, ascending.
std::array<std::vector<double>, 3> by_state(const std::vector<const Sample*>& samples, const Quantity& quantity,
                                            const States& states) {
  std::array<std::vector<double>, 3> costs;
  for (const Sample* sample : samples) {
    const int state = state_of(*sample, states);
    if (state >= 0) costs[std::size_t(state)].push_back(cost_of(quantity, *sample));
  }
  for (auto& of_state : costs) std::sort(of_state.begin(), of_state.end());
  return costs;
}

// What differs between the main state and the other one with most samples.
void compare_states(const std::array<std::vector<double>, 3>& costs, Summary& summary) {
  const std::vector<double>& main = costs[0];
  const std::vector<double>& other = costs[1].size() >= costs[2].size() ? costs[1] : costs[2];
  const auto a = interval_ranks(int(main.size()), 0.5), b = interval_ranks(int(other.size()), 0.5);
  if (!a || !b) return;
  summary.state_ratio = finite(median(other) / median(main));
  const auto end = [](const std::vector<double>& sorted, int rank) { return sorted[std::size_t(rank - 1)]; };
  const bool apart = end(main, a->high) < end(other, b->low) || end(other, b->high) < end(main, a->low);
  summary.states_differ = apart && differs(summary.state_ratio);
}

}  // namespace

StateSeconds state_seconds(const Sample& sample) {
  const Conditions& conditions = sample.conditions;
  return {conditions.canary_compute, conditions.canary_message, conditions.canary_together};
}

bool unsettled(const Sample& sample) { return sample.conditions.canary_change > state_factor; }

int state_of(const Sample& sample, const States& states) {
  return unsettled(sample) ? -1 : state_of(states, state_seconds(sample));
}

std::string state_note(const Summary& summary) {
  std::string note;
  if (summary.states > 1) {
    note = fmt::format("{:.0f} states, {:.0f} % in the main one", summary.states, 100 * summary.main_share);
    if (differs(summary.state_ratio)) note += fmt::format(", another takes {:.2f} times as long", summary.state_ratio);
  } else if (summary.states == 1 && summary.main_share < 0.1) {
    note = "in another state than most of the run";
  }
  if (10 * summary.unsettled > summary.n) {
    note += fmt::format("{}the state changed during {:.0f} %", note.empty() ? "" : "; ",
                        100 * summary.unsettled / summary.n);
  }
  return note;
}

void describe_states(const std::vector<const Sample*>& samples, const Quantity& quantity, const States& states,
                     Summary& summary) {
  const auto known = [](const Sample* sample) { return !std::isnan(sample->conditions.canary_change); };
  if (std::any_of(samples.begin(), samples.end(), known)) {
    summary.unsettled =
        double(std::count_if(samples.begin(), samples.end(), [](const Sample* sample) { return unsettled(*sample); }));
  }
  if (states.levels.empty()) return;
  const auto costs = by_state(samples, quantity, states);
  summary.states = 0;
  for (const auto& of_state : costs) summary.states += !of_state.empty() && 10 * of_state.size() >= samples.size();
  summary.main_share = rounded(double(costs[0].size()) / double(samples.size()));
  compare_states(costs, summary);
}

std::vector<std::string> state_remarks(const std::filesystem::path& folder) {
  const CsvTable csv = read_csv(folder / summary_file);
  std::vector<std::string> remarks;
  if (std::find(csv.header.begin(), csv.header.end(), "states") == csv.header.end()) return remarks;
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    Summary summary;
    summary.n = int(csv.number(row, "n"));
    summary.states = csv.number(row, "states");
    summary.main_share = csv.number(row, "main_share");
    summary.state_ratio = csv.number(row, "state_ratio");
    summary.unsettled = csv.number(row, "unsettled");
    const std::string note = state_note(summary);
    if (!note.empty()) remarks.push_back(csv.cell(row, "probe") + " " + csv.cell(row, "point") + ": " + note);
  }
  return remarks;
}

}  // namespace sextant::results
