// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/canary.hpp"

#include <cstddef>

#include "probes/probe/spin.hpp"

// Highway compiles the vector part once per instruction set by including this file again, as in stream.cpp.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/canary.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void FillMemory(std::uint64_t* HWY_RESTRICT words, std::size_t count, std::uint64_t value) {
  const hn::CappedTag<std::uint64_t, 8> d;  // at most the 64 bytes that the words are aligned to
  const std::size_t n = hn::Lanes(d);
  const auto all = hn::Set(d, value);
  for (std::size_t i = 0; i < count; i += n) hn::Stream(all, d, words + i);
  hwy::FlushStream();
}

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sextant::probes {

HWY_EXPORT(FillMemory);

void fill_memory(std::span<std::uint64_t> words, std::uint64_t value) {
  HWY_DYNAMIC_DISPATCH(FillMemory)(words.data(), words.size(), value);
}

namespace {

// The compiler must neither fold additions together nor know the step: recent processors carry out additions of
// constants before they reach an adder, several in a cycle.
inline void add(std::uint64_t& sum, std::uint64_t step) {
  sum += step;
  asm volatile("" : "+r"(sum));
}

}  // namespace

std::uint64_t add_chain(std::uint64_t start, std::uint64_t step, std::uint64_t additions) {
  asm volatile("" : "+r"(step));
  for (std::uint64_t i = 0; i < additions; i += 16) {
    add(start, step), add(start, step), add(start, step), add(start, step);
    add(start, step), add(start, step), add(start, step), add(start, step);
    add(start, step), add(start, step), add(start, step), add(start, step);
    add(start, step), add(start, step), add(start, step), add(start, step);
  }
  return start;
}

namespace {

constexpr int eager_looks = 2000;       // some microseconds: longer than a message between sockets takes
constexpr int patient_looks = 100'000;  // some milliseconds: as long as a turn of the scheduler lasts

}  // namespace

bool Rally::serve(std::uint64_t trips) {
  std::uint64_t shot = shots_.load(std::memory_order_relaxed);
  if (shot == closed) return false;
  for (; trips > 0; --trips, shot += 2) {
    shots_.store(shot + 1, std::memory_order_release);
    for (int look = 0; shots_.load(std::memory_order_acquire) != shot + 2; ++look) {
      if (look > eager_looks) relax();
      if (look < eager_looks + patient_looks) continue;
      std::uint64_t unanswered = shot + 1;
      if (shots_.compare_exchange_strong(unanswered, closed, std::memory_order_acq_rel)) return false;
    }
  }
  return true;
}

std::uint64_t Rally::answer() {
  for (std::uint64_t shot = 0;; shot += 2) {
    const auto there = [&] {
      const std::uint64_t seen = shots_.load(std::memory_order_acquire);
      return seen == shot + 1 || seen == closed;
    };
    for (int look = 0; look < eager_looks && !there(); ++look) {
    }
    spin_until(there);
    std::uint64_t mine = shot + 1;
    if (!shots_.compare_exchange_strong(mine, shot + 2, std::memory_order_acq_rel)) return shot / 2;
  }
}

}  // namespace sextant::probes
#endif
