// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/row_check.hpp"

#include <array>

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

std::uint64_t RowCheck::first_wrong() {
  alignas(64) std::array<std::byte, page> content;
  const Dot dot = dot_of_kernels();
  std::uint64_t filled = UINT64_MAX;
  for (std::uint64_t unit = 0; unit < seen_.size(); ++unit) {
    if (seen_[unit] == unseen || checked_[unit]) continue;
    const std::uint64_t offset = unit * unit_;
    if (offset / page != filled) fill_page(content, seed_, filled = offset / page);
    if (product(std::span(content).subspan(offset % page, unit_), offset, x_, dot) != seen_[unit]) return offset;
    checked_[unit] = true;
  }
  return seen_.size() * unit_;
}

}  // namespace sextant::storage
