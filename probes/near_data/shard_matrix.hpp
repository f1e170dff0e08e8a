// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

// The matrix of near_data.shard, and how it is cut for units. W has rows of weights in int8 with a scale per block (the
// layout of Q8_0), one row for each output and one column for each input: y = W x.
namespace sextant::probes {

// Into how many parts the inputs and the outputs are cut; one unit for each pair of parts.
struct Division {
  std::size_t inputs = 1, outputs = 1;
};

// row: outputs alone; column: inputs alone; grid: both, as equally as the number allows. Throws Unavailable for other
// words, fewer than two units, and a grid of units whose number is no product.
Division division(std::string_view split, std::size_t units);

// Begin and end of a part of `total`: all alike, but the first longer than their mean by `skew`, at the others' cost.
std::pair<std::size_t, std::size_t> cut(std::size_t total, std::size_t parts, std::size_t part, double skew);

struct Shape {
  std::size_t rows = 0, columns = 0;
};

// As square as it can be with `shard` bytes a unit, columns in whole blocks for each unit. Throws Unavailable for shards
// that would leave a unit without a row or columns that are too many to be summed exactly.
Shape shape(std::size_t shard, std::size_t units);

// Weights and inputs are integers times powers of two, so small that every partial sum is exact in float32 in any order.
// Rows repeat after shard_period; there are two vectors of inputs.
inline constexpr std::size_t shard_period = 128;
float shard_weight(std::size_t row, std::size_t column);
float shard_input(std::uint64_t turn, std::size_t column);

// Rows [0, shard_period) cut to the columns [begin, end), encoded one after the other.
std::vector<std::byte> shard_pattern(std::size_t begin, std::size_t end);

// The outputs of rows [0, shard_period) in this turn, in double precision.
std::vector<double> shard_outputs(std::uint64_t turn, std::size_t columns);

}  // namespace sextant::probes
