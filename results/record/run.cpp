// SPDX-License-Identifier: Apache-2.0
#include "results/record/run.hpp"

#include <stdexcept>

namespace sextant::results {

std::string_view name(State state) {
  switch (state) {
    case State::running:
      return "running";
    case State::complete:
      return "complete";
    case State::interrupted:
      return "interrupted";
  }
  throw std::logic_error("a state without a name");
}

State state_from_name(std::string_view text) {
  for (const State state : {State::running, State::complete, State::interrupted}) {
    if (name(state) == text) return state;
  }
  throw std::invalid_argument("'" + std::string(text) + "' is no state: write running, complete or interrupted");
}

const Table* find_table(const Run& run, std::string_view probe) {
  for (const Table& table : run.tables) {
    if (table.probe == probe) return &table;
  }
  return nullptr;
}

}  // namespace sextant::results
