// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sextant::probes {

// How fast a team went at its best and as a rule, in bytes per second; NaN where no pass took any time.
struct PassRates {
  double best = 0;
  double typical = 0;  // the median
};

// When the members of a team came to the end of each group of passes.
//
// A pass of the team is over when its last member is through. The members do not wait for each other after a pass: in a
// cache a barrier would cost more than the pass, and what is asked for is the rate of threads that keep going. Each reads
// the clock at the end of its groups; group k lasted from the latest end of group k-1 to the latest end of group k, and
// the groups of a run add up to the run, so that a member that runs ahead makes nothing look faster.
//
// Everything is allocated at the start. A run of more passes than there are stamps gets larger groups.
class PassTimes {
 public:
  // `group` passes at least are timed together.
  PassTimes(int members, std::uint64_t group);

  // Before a run of so many passes; returns the passes of a group (the last one may hold fewer).
  std::uint64_t begin(std::uint64_t passes);

  // By each member: stamp 0 when it starts, stamp k when it has done group k. Seconds of one clock.
  void stamp(int member, std::size_t group, double now) { stamps_[std::size_t(member) * stride + group] = now; }

  // After the run, when a pass of the team moves so many bytes.
  PassRates rates(double bytes_per_pass);

 private:
  static constexpr std::size_t most = 256;         // groups of a run
  static constexpr std::size_t stride = most + 8;  // no two members write the same line

  int members_;
  std::uint64_t least_;
  std::uint64_t passes_ = 0, group_ = 1;
  std::vector<double> stamps_;
  std::vector<double> rates_;
};

}  // namespace sextant::probes
