// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <stdexcept>

namespace sextant::bench {

// Thrown when the user pressed Ctrl-C (or a scheduler sent SIGTERM); exit code 130.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Takes SIGINT and SIGTERM out of the program's way for as long as it lives and offers them as a descriptor to poll, so
// that a signal arrives where it can be handled and no handler needs a global.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  int descriptor() const { return descriptor_; }
  bool raised();  // reads what arrived; once true, always true

  const sigset_t& previous_mask() const { return previous_; }  // what a child process must get back

 private:
  int descriptor_ = -1;
  bool raised_ = false;
  sigset_t previous_;
};

}  // namespace sextant::bench
