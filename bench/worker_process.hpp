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

// A worker that was killed, ended early or fell silent: another one may well measure what it was to measure.
class WorkerLost : public WorkerFailure {
 public:
  using WorkerFailure::WorkerFailure;
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

  // The next message; the last one is `done`. Throws WorkerLost when the worker ends early or says nothing for
  // `patience` seconds, WorkerFailure when it speaks another protocol or build; Interrupted on Ctrl-C.
  probes::Message next(double patience);

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
