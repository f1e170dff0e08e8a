// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "probes/kernels/multiply.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

// Trials with the kernel as a parameter, so that tests can show that a wrong kernel fails verify().
namespace sextant::probes {

// `wait` is called by each member for each barrier.
using BarrierWait = std::function<void(int member)>;
std::unique_ptr<Trial> barrier_trial(Workspace& workspace, int threads, BarrierWait wait);

// What was done with one share of the operations that were handed out.
struct alignas(64) Tally {
  std::uint64_t executed = 0;
  std::uint64_t sequences = 0;  // sum of the sequence numbers, so that one done twice cannot stand for one left out
};
// The operation that is dispatched; `sequence` counts from 1 over the life of the trial.
using DispatchedOperation = void (*)(Tally& tally, std::uint64_t sequence);
void tally(Tally& tally, std::uint64_t sequence);
std::unique_ptr<Trial> dispatch_trial(Workspace& workspace, const Point& point, DispatchedOperation operation = tally);

// Waits until `line` holds `expected`, replaces it by `next`, and returns what was replaced.
using HandOver = std::uint64_t (*)(std::atomic<std::uint64_t>& line, std::uint64_t expected, std::uint64_t next);
std::uint64_t hand_over_by_flag(std::atomic<std::uint64_t>& line, std::uint64_t expected, std::uint64_t next);
std::uint64_t hand_over_by_swap(std::atomic<std::uint64_t>& line, std::uint64_t expected, std::uint64_t next);
std::unique_ptr<Trial> core_to_core_trial(Workspace& workspace, const Point& point, HandOver hand_over);

using Multiply = std::function<void(Products& products, std::uint64_t factor, std::uint64_t rounds)>;
std::unique_ptr<Trial> interference_trial(Workspace& workspace, const Point& point, Multiply kernel = multiply);

}  // namespace sextant::probes
