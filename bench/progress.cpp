// SPDX-License-Identifier: Apache-2.0
#include "bench/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "bench/console.hpp"
#include "bench/durations.hpp"
#include "probes/probe/clock.hpp"

namespace sextant::bench {

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

Progress::Progress(int points, bool terminal) : points_(points), terminal_(terminal) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

void Progress::at(int points_done, const std::string& what, double seconds_left) {
  if (!terminal_) return;
  const double now = probes::monotonic_clock()();
  if (now - last_ < 0.1) return;  // a terminal that is written to a thousand times a second costs a processor
  last_ = now;
  std::fprintf(stderr, "\r\033[K%s",
               fmt::format("{}/{} {} · {} left", points_done, points_, what, format_duration(seconds_left)).c_str());
  shown_ = true;
}

void Progress::note(const std::string& text) {
  clear();
  talk(text);
}

}  // namespace sextant::bench
