// SPDX-License-Identifier: Apache-2.0
#include "probes/memory/pass_times.hpp"

#include <algorithm>
#include <limits>

namespace sextant::probes {

PassTimes::PassTimes(int members, std::uint64_t group)
    : members_(members), least_(std::max<std::uint64_t>(group, 1)), stamps_(std::size_t(members) * stride) {
  rates_.reserve(most);
}

std::uint64_t PassTimes::begin(std::uint64_t passes) {
  passes_ = passes;
  group_ = std::max(least_, (passes + most - 1) / most);
  return group_;
}

PassRates PassTimes::rates(double bytes_per_pass) {
  rates_.clear();
  double before = stamps_[0];
  for (int member = 1; member < members_; ++member) {
    before = std::min(before, stamps_[std::size_t(member) * stride]);
  }
  std::uint64_t left = passes_;
  for (std::size_t group = 1; left > 0; ++group) {
    double after = stamps_[group];
    for (int member = 1; member < members_; ++member) {
      after = std::max(after, stamps_[std::size_t(member) * stride + group]);
    }
    const std::uint64_t passes = std::min(left, group_);
    // A short last group would be timed less well than the others.
    const bool whole = passes == group_ || group == 1;
    if (whole && after > before) rates_.push_back(bytes_per_pass * double(passes) / (after - before));
    before = after;
    left -= passes;
  }
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  if (rates_.empty()) return {nothing, nothing};
  std::sort(rates_.begin(), rates_.end());
  const std::size_t middle = rates_.size() / 2;
  return {rates_.back(), rates_.size() % 2 ? rates_[middle] : (rates_[middle - 1] + rates_[middle]) / 2};
}

}  // namespace sextant::probes
