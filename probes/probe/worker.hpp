// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "probes/probe/probe.hpp"
#include "probes/probe/sampler.hpp"
#include "probes/probe/version.hpp"

// The row protocol between supervisor and worker: one JSON document a line. The worker says hello, reads one job from
// its standard input, and streams what happens; it decides nothing.
namespace sextant::probes {

inline constexpr int protocol_version = 4;

// One launch: which probe, which points.
struct Job {
  std::string probe;
  int launch = 0;
  std::uint64_t seed = 0;
  double origin = 0;   // CLOCK_MONOTONIC at the start of the run, so that `start` means the same in every launch
  std::string target;  // folder for files, may be empty
  std::vector<Assignment> assignments;
};

std::string to_line(const Job& job);         // ends in "\n"
Job job_from_line(const std::string& line);  // throws std::invalid_argument

// What a worker can say.
struct Message {
  enum class Kind { hello, start, pilot, row, skip, fail, done } kind = Kind::done;
  int id = 0;
  std::uint64_t iterations = 0;                         // pilot
  results::Sample sample;                               // row
  std::string text;                                     // hello: build; skip and fail: the sentence
  int protocol = 0;                                     // hello
  double canary_seconds = results::not_available;       // done
  double bookkeeping_seconds = results::not_available;  // done
};

std::string to_line(const Message& message);         // ends in "\n"; strict JSON, NaN travels as null
Message message_from_line(const std::string& line);  // throws std::invalid_argument

// The whole life of a worker: hello, job, rows, done. Returns the exit code. `in` and `out` are usually stdin and
// stdout.
int serve(const std::vector<Probe>& probes, std::FILE* in, std::FILE* out);

}  // namespace sextant::probes
