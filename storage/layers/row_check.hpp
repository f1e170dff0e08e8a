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
  RowCheck(std::uint64_t span, std::uint64_t unit)
      : unit_(unit), seen_(span / unit, unseen), checked_(span / unit, false) {}

  // Where a thread counts. `changed`: units that were not as they were when they first came.
  struct alignas(64) Count {
    std::uint64_t units = 0, sum = 0, changed = 0;
  };

  // Multiplies what came for the bytes of the file from `offset` on; whole units.
  void take(std::span<const std::byte> content, std::uint64_t offset, const Dot& dot, Count& count);

  // What take() counts when it gets these bytes.
  void owe(std::uint64_t offset, std::uint64_t bytes, std::uint64_t times, Count& count) const;

  // Reads units that came once more, through `buffer` (whole pages), each one once and at most `most` bytes a call. The
  // first byte of one that is not what the file should hold or not what came; `span` where there is none.
  std::uint64_t first_wrong(const TestFile& file, std::span<std::byte> buffer, std::uint64_t most);

 private:
  bool due(std::uint64_t unit) const { return seen_[unit] != unseen && !checked_[unit]; }

  static constexpr std::int64_t unseen = INT64_MIN;
  static std::uint64_t hash(std::uint64_t unit) { return hash_of(0x5eed, unit); }

  std::uint64_t unit_;
  Activations x_;
  std::vector<std::int64_t> seen_;
  std::vector<char> checked_;
  std::uint64_t next_ = 0;  // unit that first_wrong() goes on with
};

}  // namespace sextant::storage
