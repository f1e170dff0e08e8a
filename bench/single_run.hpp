// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sextant::bench {

// One run at a time on a machine: two would measure each other. Held as an abstract Unix socket, which the kernel frees
// whatever ends the process; nothing is written to any disk.
class SingleRun {
 public:
  SingleRun();  // throws results::WriteError when another run holds it
  ~SingleRun();
  SingleRun(const SingleRun&) = delete;
  SingleRun& operator=(const SingleRun&) = delete;

 private:
  int socket_ = -1;
};

}  // namespace sextant::bench
