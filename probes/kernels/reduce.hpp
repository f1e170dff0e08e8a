// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// Operations that make little out of much: what one would let the memory do where the data lies. All in integers, so
// that the answer is the same in whatever order it is found. One thread; none allocates.
namespace sextant::probes {

// Sum of a[i] * b[i]. Both of one size, else std::invalid_argument.
std::int64_t dot_int8(std::span<const std::int8_t> a, std::span<const std::int8_t> b);

// The largest.size() largest of the values, in falling order; zeros where there are fewer.
void find_largest(std::span<const std::uint32_t> values, std::span<std::uint32_t> largest);

// The values up to the bound, in their order, and returns how many; `kept` must have room for filter_slack more than
// all of them, else std::invalid_argument.
inline constexpr std::size_t filter_slack = 64;  // whole vectors are written
std::size_t filter_up_to(std::span<const std::uint32_t> values, std::uint32_t bound, std::span<std::uint32_t> kept);

// sum = the sum, modulo 2^32, of those rows of the table that `rows` names. The rows are as long as `sum`, the table is
// whole rows, each named row lies in it; else std::invalid_argument.
void sum_rows(std::span<const std::uint32_t> table, std::span<const std::uint32_t> rows, std::span<std::uint32_t> sum);

// The vector nearest to the query: least squared Euclidean distance, the first where several are. The vectors lie one
// after the other, as long as the query, 64 to 4096 elements in steps of 64, else std::invalid_argument.
struct Nearest {
  std::uint32_t vector = 0;
  std::uint32_t squared_distance = 0xffffffff;
  friend bool operator==(const Nearest&, const Nearest&) = default;
};
Nearest find_nearest(std::span<const std::uint8_t> vectors, std::span<const std::uint8_t> query);

}  // namespace sextant::probes
