// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sextant::bench {

// One line on stderr, only when stderr is a terminal: "12/40 memory.latency footprint=64 MiB · 31 s left".
class Progress {
 public:
  Progress(int points, bool terminal);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void at(int points_done, const std::string& what, double seconds_left);
  void note(const std::string& text);  // a whole line that stays, progress or not

 private:
  void clear();

  int points_;
  bool terminal_;
  bool shown_ = false;
  double last_ = 0;
};

bool stderr_is_terminal();

}  // namespace sextant::bench
