// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace sextant::storage {

// Counts durations in nanoseconds in buckets of fixed relative width, so that a request costs one increment and no
// memory grows while the clock runs. Below 128 ns buckets are exact; above, every octave has 64, and the middle of a
// bucket is at most 1/128 (0.8 %) from any value in it.
class LatencyHistogram {
 public:
  void clear() {
    counts_.fill(0);
    total_ = 0;
  }

  void add(std::uint64_t nanoseconds) {
    ++counts_[bucket(nanoseconds)];
    ++total_;
  }

  LatencyHistogram& operator+=(const LatencyHistogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    total_ += other.total_;
    return *this;
  }

  std::uint64_t total() const { return total_; }

  // The smallest recorded duration with at least q of all at or below it, in seconds. NaN when nothing was recorded.
  double quantile(double q) const {
    if (total_ == 0) return std::numeric_limits<double>::quiet_NaN();
    const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total_)));
    const std::uint64_t wanted = std::clamp<std::uint64_t>(rank, 1, total_);
    std::uint64_t seen = 0;
    std::size_t i = 0;
    while ((seen += counts_[i]) < wanted) ++i;
    return middle(i) * 1e-9;
  }

 private:
  static constexpr unsigned bits = 6;
  static constexpr std::uint64_t per_octave = std::uint64_t{1} << bits;

  static unsigned shift(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    return width > bits + 1 ? width - (bits + 1) : 0;
  }

  static std::size_t bucket(std::uint64_t value) { return shift(value) * per_octave + (value >> shift(value)); }

  static double middle(std::size_t index) {
    if (index < 2 * per_octave) return static_cast<double>(index);
    const std::uint64_t exponent = index / per_octave - 1;
    const std::uint64_t mantissa = index % per_octave + per_octave;
    return std::ldexp(static_cast<double>(mantissa) + 0.5, static_cast<int>(exponent));
  }

  std::array<std::uint32_t, (64 - bits + 1) * per_octave> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace sextant::storage
