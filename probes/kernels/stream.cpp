// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/stream.hpp"

#include <cstddef>

// Highway compiles what lies between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set by including
// this file again; the part under HWY_ONCE is compiled once and picks the best at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/stream.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Eight sums at once, so that no addition waits for the one before it and the loads alone set the pace.
std::uint64_t SumPasses(std::uint64_t* HWY_RESTRICT words, std::size_t count, std::uint64_t passes) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::size_t n = hn::Lanes(d);
  auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  std::uint64_t rest = 0;
  for (std::uint64_t pass = 0; pass < passes; ++pass) {
    ++words[count - 1];
    std::size_t i = 0;
    for (; i + 8 * n <= count; i += 8 * n) {
      s0 = hn::Add(s0, hn::LoadU(d, words + i));
      s1 = hn::Add(s1, hn::LoadU(d, words + i + n));
      s2 = hn::Add(s2, hn::LoadU(d, words + i + 2 * n));
      s3 = hn::Add(s3, hn::LoadU(d, words + i + 3 * n));
      s4 = hn::Add(s4, hn::LoadU(d, words + i + 4 * n));
      s5 = hn::Add(s5, hn::LoadU(d, words + i + 5 * n));
      s6 = hn::Add(s6, hn::LoadU(d, words + i + 6 * n));
      s7 = hn::Add(s7, hn::LoadU(d, words + i + 7 * n));
    }
    for (; i < count; ++i) rest += words[i];
  }
  const auto low = hn::Add(hn::Add(s0, s1), hn::Add(s2, s3));
  const auto high = hn::Add(hn::Add(s4, s5), hn::Add(s6, s7));
  // Lane by lane: compilers reduce vectors in signed arithmetic, where the wrap-around that we want is undefined.
  HWY_ALIGN std::uint64_t lanes[hn::MaxLanes(d)];
  hn::Store(hn::Add(low, high), d, lanes);
  for (std::size_t lane = 0; lane < n; ++lane) rest += lanes[lane];
  return rest;
}

const char* Target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sextant::probes {

HWY_EXPORT(SumPasses);
HWY_EXPORT(Target);

std::uint64_t sum_passes(std::span<std::uint64_t> words, std::uint64_t passes) {
  if (words.empty()) return 0;
  return HWY_DYNAMIC_DISPATCH(SumPasses)(words.data(), words.size(), passes);
}

const char* simd_target() { return HWY_DYNAMIC_DISPATCH(Target)(); }

}  // namespace sextant::probes
#endif
