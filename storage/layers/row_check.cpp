// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/row_check.hpp"

#include <algorithm>

namespace sextant::storage {
namespace {

std::int64_t product(std::span<const std::byte> unit, std::uint64_t offset, const Activations& x, const Dot& dot) {
  return dot(as_weights(unit), x.at(offset % page, unit.size()));
}

}  // namespace

void RowCheck::take(std::span<const std::byte> content, std::uint64_t offset, const Dot& dot, Count& count) {
  for (std::uint64_t at = 0; at < content.size(); at += unit_) {
    const std::uint64_t unit = (offset + at) / unit_;
    const std::int64_t found = product(content.subspan(at, unit_), offset + at, x_, dot);
    std::int64_t& seen = seen_[unit];
    if (seen == unseen) seen = found;
    if (seen != found) ++count.changed;
    ++count.units;
    count.sum += hash(unit);
  }
}

void RowCheck::owe(std::uint64_t offset, std::uint64_t bytes, std::uint64_t times, Count& count) const {
  for (std::uint64_t at = offset; at < offset + bytes; at += unit_) count.sum += times * hash(at / unit_);
  count.units += times * (bytes / unit_);
}

std::uint64_t RowCheck::first_wrong(const TestFile& file, std::span<std::byte> buffer, std::uint64_t most) {
  const Dot dot = dot_of_kernels();
  const std::uint64_t span = seen_.size() * unit_, at_once = std::min<std::uint64_t>(buffer.size(), span);
  std::uint64_t read = 0;
  for (std::uint64_t looked = 0; looked < seen_.size() && read < most; ++looked) {
    if (next_ == seen_.size()) next_ = 0;
    if (!due(next_++)) continue;
    const std::uint64_t begin = std::min((next_ - 1) * unit_ / page * page, span - at_once);
    const std::span<std::byte> content = buffer.first(at_once);
    if (!read_again(file, begin, content)) return (next_ - 1) * unit_;
    read += at_once;
    for (std::uint64_t at = 0; at < at_once; at += unit_) {
      const std::uint64_t unit = (begin + at) / unit_;
      if (!due(unit)) continue;
      if (product(content.subspan(at, unit_), begin + at, x_, dot) != seen_[unit]) return begin + at;
      checked_[unit] = true;
    }
  }
  return span;
}

}  // namespace sextant::storage
