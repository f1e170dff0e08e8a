// SPDX-License-Identifier: Apache-2.0
#include "bench/interrupt.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sextant::bench {

Interrupt::Interrupt() {
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGINT);
  sigaddset(&watched, SIGTERM);
  sigprocmask(SIG_BLOCK, &watched, &previous_);
  descriptor_ = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor_ < 0) {
    const int error = errno;
    sigprocmask(SIG_SETMASK, &previous_, nullptr);
    throw std::system_error(error, std::generic_category(), "signalfd");
  }
}

Interrupt::~Interrupt() {
  raised();  // a pending signal was meant for this run: it must not kill the program after we handled it
  close(descriptor_);
  sigprocmask(SIG_SETMASK, &previous_, nullptr);
}

bool Interrupt::raised() {
  signalfd_siginfo information;
  while (read(descriptor_, &information, sizeof information) == ssize_t(sizeof information)) raised_ = true;
  return raised_;
}

}  // namespace sextant::bench
