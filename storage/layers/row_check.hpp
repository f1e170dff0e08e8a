// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "storage/layers/weights.hpp"

namespace sextant::storage {

// What rows left behind when they were multiplied: for each unit of the file (a page, or a row that is smaller) the
// product with the activations, and over all the sum of a hash of each unit's number. Several threads may take rows at a
// time, as long as each unit is one thread's until they meet.
class RowCheck {
 public:
  RowCheck(std::uint64_t span, std::uint64_t unit, std::uint64_t seed)
      : unit_(unit), seed_(seed), seen_(span / unit, unseen), checked_(span / unit, false) {}

  // Where a thread counts. `changed`: units that were not as they were when they first came.
  struct alignas(64) Count {
    std::uint64_t units = 0, sum = 0, changed = 0;
  };

  // Multiplies what came for the bytes of the file from `offset` on; whole units.
  void take(std::span<const std::byte> content, std::uint64_t offset, const Dot& dot, Count& count);

  // What take() counts when it gets these bytes.
  void owe(std::uint64_t offset, std::uint64_t bytes, std::uint64_t times, Count& count) const;

  // The first byte of a unit that came and did not hold what was written; `span` where there is none. Looks at each unit
  // once.
  std::uint64_t first_wrong();

 private:
  static constexpr std::int64_t unseen = INT64_MIN;
  static std::uint64_t hash(std::uint64_t unit) { return stamp(0x5eed, unit).hash; }

  std::uint64_t unit_, seed_;
  Activations x_;
  std::vector<std::int64_t> seen_;
  std::vector<char> checked_;
};

}  // namespace sextant::storage
