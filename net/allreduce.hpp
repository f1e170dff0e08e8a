// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <span>

#include "net/exact_sum.hpp"
#include "net/ranks.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

// net.allreduce
//
// What is measured: the latency of one MPI_Allreduce (float32, sum) of `bytes` on each of `ranks` processes. A sample
//   is a loop of calls after a barrier; its time is the largest of the ranks' own times, divided by the number of
//   calls. All ranks of one node read the same CLOCK_MONOTONIC. No rank can run ahead of the loop by more than one
//   call, because every result needs every rank, so calls do not overlap and no barrier (and no clock) is needed
//   between them. `start_skew` is how far apart the ranks left the barrier, in seconds.
// How bytes are counted: the message on one rank, once per call; neither what the algorithm sends nor the other ranks'.
// What would make it wrong: fewer processors than ranks (each call then waits for the scheduler); ranks that wander
//   (each binds itself); a call that returns without reducing; the buffers stay in the cache, as in every benchmark of
//   this kind, and as the activations of a decode step do.
// How the answer is verified: in every run, on every rank, every element, exactly (net/exact_sum.hpp), and one token
//   per call so that no call of the loop can be idle. Filling and checking are outside the timed loop.
// Where the method comes from: the loop over a collective of the OSU micro-benchmarks and the maximum over ranks of
//   Hoefler and Belli, "Scientific Benchmarking of Parallel Computing Systems", SC15, rule 10.
namespace sextant::net {

using Collective = decltype(&MPI_Allreduce);

// One run as all ranks saw it.
struct Outcome {
  double seconds = 0;         // largest over ranks
  double start_skew = 0;      // seconds between the first and the last rank to leave the barrier
  double wrong_elements = 0;  // largest over ranks
  double wrong_tokens = 0;    // 1 when a call inside the loop did not reduce, on any rank
};

// The ranks acting together. Rank 0 leads: it broadcasts what to do, outside the timed region, and then does the same
// as the others. The others only follow, so no two ranks can decide differently. Once an MPI call has failed on rank 0,
// every later call throws that sentence again, because nobody knows where the others stand.
class Allreduce {
 public:
  explicit Allreduce(const Ranks& ranks, Collective collective = MPI_Allreduce,
                     probes::Clock clock = probes::monotonic_clock());
  ~Allreduce();  // on rank 0: lets the followers go
  Allreduce(const Allreduce&) = delete;
  Allreduce& operator=(const Allreduce&) = delete;

  int size() const { return ranks_.size(); }

  // Rank 0 only. Makes room for messages of `bytes` on every rank; throws Unavailable when one of them has no memory.
  void make_room(std::uint64_t bytes);

  // Rank 0 only. `iterations` all-reduces (at least one) of `bytes`, for which there must be room.
  Outcome run(std::uint64_t bytes, std::uint64_t iterations);

  // The other ranks: returns when rank 0 lets them go.
  void follow();

 private:
  struct Command;
  void broadcast(Command& command);
  bool make_room_here(std::uint64_t bytes);
  Outcome run_here(const Command& command);
  double loop(std::span<float> send, std::span<float> receive, std::uint64_t iterations, double& start, double& tokens);

  const Ranks& ranks_;
  Collective collective_;
  probes::Clock clock_;
  probes::Pages send_, receive_;
  std::uint64_t epoch_ = 0;
  std::exception_ptr broken_;
};

// The probe of net_probes() with its trials; `ranks` must outlive it. On rank 0 only.
probes::Probe allreduce_probe(Allreduce& ranks);

// One point of the probe; throws Unavailable for a message that cannot be sent.
std::unique_ptr<probes::Trial> allreduce_trial(Allreduce& ranks, std::uint64_t bytes);

}  // namespace sextant::net
