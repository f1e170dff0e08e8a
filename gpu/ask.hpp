// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sextant::gpu {

struct Answer {
  int exit_code = -1;     // -1: the program could not be started, was ended by a signal, or did not finish in time
  std::string text = {};  // the first line of its standard output
};

// Runs a short program (program first, absolute path) and returns what it said. It is killed when it takes longer than
// `patience`. Its standard error is dropped.
Answer ask(const std::vector<std::string>& command, std::chrono::milliseconds patience);

}  // namespace sextant::gpu
