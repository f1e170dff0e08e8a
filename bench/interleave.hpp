// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/interrupt.hpp"

// Whole commands, run side by side.
namespace sextant::bench {

// What a process took, in seconds. A launch and a sample at once.
struct CommandTime {
  double wall = 0;  // from its start to its end
  double cpu = 0;   // user and system time of it and the processes it waited for
};

// A command ended with something else than 0; exit code 1.
class CommandFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Runs `command` through /bin/sh in a process group of its own, without input and output, and not bound to a processor:
// the user's command is timed as the user would run it. Whatever of the group outlives the shell is killed. Throws
// CommandFailure with its exit code and the last line it wrote to stderr, or Interrupted after the group was ended.
CommandTime time_command(const std::string& command, Interrupt& interrupt);

using Timed = std::function<CommandTime()>;

// Pair i of A and B ran one right after the other.
struct Pairs {
  std::vector<CommandTime> a, b;
  std::size_t size() const { return a.size(); }
};

// Runs one more pair. The order goes AB BA BA AB: over four pairs neither a steady drift nor its change favours a side.
void add_pair(Pairs& pairs, const Timed& a, const Timed& b);

// B over A of the wall times, pair by pair.
std::vector<double> ratios(const Pairs& pairs);

}  // namespace sextant::bench
