// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "probes/kernels/chase.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/workspace.hpp"

namespace sextant::probes {

using Chase = std::function<const Stop*(const Stop* stop, std::uint64_t loads)>;

// Memory that holds `bytes` from a boundary of huge pages on. Where transparent huge pages are wished for, a footprint
// smaller than one is given a whole one: half a huge page does not exist, and small pages would be measured instead.
class AlignedPages {
 public:
  AlignedPages(Workspace& workspace, std::size_t bytes, const Place& place);
  std::span<std::byte> bytes() const { return bytes_; }

 private:
  Pages pages_;
  std::span<std::byte> bytes_;
};

// One walk of a pointer chase that knows where it must arrive.
class Chaser {
 public:
  static constexpr std::uint64_t piece = 256;  // loads between two looks at where the walk is

  // The stops lie in `memory`, order.places() of them. link() writes them; who shares them with others links once.
  Chaser(std::span<std::byte> memory, const CycleOrder& order, Chase kernel);
  void link();
  bool linked() const;  // whether the stops written last are there

  // Leaves the caches as a long walk would: the stretch of the walk that lies behind, up to 256 MiB, is read again, the
  // farthest first as far as sixteen walks at a time allow. Nothing is done when the walk ended a moment ago: nobody else
  // can have been here.
  void refresh();

  // Walks so many pieces. Returns the seconds it took.
  double walk(std::uint64_t pieces);

  // Throws WrongAnswer, in the name of the probe, unless all walks so far arrived where they must and the stops are what
  // was linked.
  void verify(std::string_view probe) const;

 private:
  Clock clock_ = monotonic_clock();
  std::span<Stop> stops_;
  CycleOrder order_;
  Chase kernel_;
  const Stop* position_;
  std::uint64_t arrived_ = 0;  // sum of the ranks after each piece
  std::uint64_t pieces_ = 0;
  std::uint64_t refreshed_ = 0;  // uses what the refreshing walks arrive at, so that no compiler leaves them out
  double ended_;                 // when the last walk did
};

}  // namespace sextant::probes
