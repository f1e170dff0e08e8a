// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "storage/requests/latency_histogram.hpp"

namespace sextant::storage {

// The times of a run's requests: all of them in a histogram, and the first ones, as many as there is room for, each by
// itself and in order. Adding allocates nothing.
class Latencies {
 public:
  explicit Latencies(std::size_t room = 0) : room_(room) {
    each_.reserve(room);
    sorted_.reserve(room);
  }

  void clear() {
    histogram_.clear();
    each_.clear();
  }

  void add(std::uint64_t nanoseconds) {
    histogram_.add(nanoseconds);
    if (each_.size() < room_) each_.push_back(static_cast<double>(nanoseconds) * 1e-9);
  }

  // Of other threads: joins the histogram alone.
  void join(const Latencies& other) { histogram_ += other.histogram_; }

  std::uint64_t total() const { return histogram_.total(); }
  std::span<const double> each() const { return each_; }  // seconds

  // The smallest duration with at least q of all at or below it, in seconds: exact while there was room for all of them,
  // within 0.8 % otherwise. NaN where so few requests have no upper 95 % bound for it by order statistics: all of them
  // lie below the quantile with probability q^n.
  double quantile(double q) const {
    const auto n = static_cast<double>(total());
    if (n == 0 || (q > 0.5 && std::pow(q, n) > 0.05)) return std::numeric_limits<double>::quiet_NaN();
    if (each_.size() < total()) return histogram_.quantile(q);
    sorted_.assign(each_.begin(), each_.end());
    const auto rank = static_cast<std::ptrdiff_t>(std::max(1.0, std::ceil(q * n))) - 1;
    std::nth_element(sorted_.begin(), sorted_.begin() + rank, sorted_.end());
    return sorted_[static_cast<std::size_t>(rank)];
  }

  double largest() const {
    if (total() == 0) return std::numeric_limits<double>::quiet_NaN();
    return each_.size() == total() ? *std::max_element(each_.begin(), each_.end()) : histogram_.quantile(1);
  }

 private:
  std::size_t room_;
  LatencyHistogram histogram_;
  std::vector<double> each_;
  mutable std::vector<double> sorted_;
};

}  // namespace sextant::storage
