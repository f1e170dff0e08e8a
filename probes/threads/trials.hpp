// SPDX-License-Identifier: Apache-2.0
#pragma once

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

// What a member did with the operations it was handed.
struct alignas(64) Tally {
  std::uint64_t executed = 0;
  std::uint64_t sequences = 0;  // sum of the sequence numbers, so that one done twice cannot stand for one left out
};
// The operation that is dispatched; `sequence` counts from 1 over the life of the trial.
using DispatchedOperation = void (*)(Tally& tally, std::uint64_t sequence);
void tally(Tally& tally, std::uint64_t sequence);
std::unique_ptr<Trial> dispatch_trial(Workspace& workspace, int threads, DispatchedOperation operation = tally);

using Multiply = std::function<void(Products& products, std::uint64_t factor, std::uint64_t rounds)>;
std::unique_ptr<Trial> interference_trial(Workspace& workspace, const Point& point, Multiply kernel = multiply);

}  // namespace sextant::probes
