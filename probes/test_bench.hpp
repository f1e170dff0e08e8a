// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/probe/workspace.hpp"

// What the tests of the CPU probes run on.
namespace sextant::probes {

inline constexpr std::size_t mebibyte = 1 << 20;

// This machine's processors, with the memory that a test may use.
inline Machine machine_with(std::size_t memory) {
  Machine machine = detect_machine();
  machine.available_memory = memory;
  return machine;
}

class Bench {
 public:
  explicit Bench(std::size_t memory = 256 * mebibyte) : machine(machine_with(memory)) {}
  Machine machine;
  Workspace workspace{machine, {}, 1};
};

}  // namespace sextant::probes
