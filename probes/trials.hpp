// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "probes/kernels/chase.hpp"
#include "probes/kernels/gemv.hpp"
#include "probes/kernels/multiply.hpp"
#include "probes/kernels/stream.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

// The trials of the CPU probes with the kernel as a parameter, so that tests can show that a wrong kernel fails
// verify().
namespace sextant::probes {

using SumPasses = std::function<std::uint64_t(std::span<std::uint64_t> words, std::uint64_t passes)>;
std::unique_ptr<Trial> memory_read_trial(Workspace& workspace, const Point& point, SumPasses kernel = sum_passes);

using Chase = std::function<const Stop*(const Stop* stop, std::uint64_t loads)>;
std::unique_ptr<Trial> memory_latency_trial(Workspace& workspace, const Point& point, Chase kernel = chase);

using GemvF32 = std::function<void(std::span<const float> weights, std::span<const float> x, std::span<float> y)>;
using GemvInt8 = std::function<void(std::span<const std::byte> rows, const Int8Vector& x, std::span<float> y)>;
std::unique_ptr<Trial> gemv_f32_trial(Workspace& workspace, const Point& point, GemvF32 kernel = gemv_f32);
std::unique_ptr<Trial> gemv_int8_trial(Workspace& workspace, const Point& point, GemvInt8 kernel = gemv_int8);

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
