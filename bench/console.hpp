// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

// What a command says and how it ends. stdout is data, stderr is talk.
namespace sextant::bench {

// Documented exit codes (docs/architecture.md).
enum ExitCode : int {
  done = 0,
  check_failed = 1,
  usage_error = 2,
  invalid_input = 3,
  stopped_by_environment = 4,
  nothing_can_run = 77,
  was_interrupted = 130,
};

// The command line asks for something that does not exist; exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void print(const std::string& text);  // to stdout; throws results::WriteError when it cannot be written
void talk(const std::string& text);   // a line to stderr

// Left-aligned text table with one header row, columns two spaces apart.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace sextant::bench
