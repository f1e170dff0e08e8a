// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "bench/all_probes.hpp"
#include "bench/interrupt.hpp"
#include "probes/probe/worker.hpp"

namespace sextant::bench {

// A worker that went wrong: died, hung, or spoke another language. The sentence says which.
class WorkerFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One worker process in a process group of its own: started with a job, read line by line, killed with everything it
// started when this object goes.
class WorkerProcess {
 public:
  // Throws WorkerFailure when the program cannot be started.
  WorkerProcess(const WorkerCommand& command, const probes::Job& job, Interrupt& interrupt);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // The next message; empty after `done`. Throws WorkerFailure when the worker ends early, says nothing for `patience`
  // seconds or speaks another protocol or build; Interrupted on Ctrl-C.
  std::optional<probes::Message> next(double patience);

 private:
  std::optional<std::string> take_line();
  bool read_some(int descriptor, std::string& into);  // false at the end of the pipe
  [[noreturn]] void fail_with_ending();

  Interrupt& interrupt_;
  pid_t pid_ = -1;
  int out_ = -1;  // the worker's stdout
  int err_ = -1;  // the worker's stderr, whose end explains a failure
  bool greeted_ = false;
  bool finished_ = false;  // said done
  bool ended_ = false;     // was waited for
  bool err_open_ = true;
  std::string buffer_, talk_;
};

}  // namespace sextant::bench
