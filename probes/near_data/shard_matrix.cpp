// SPDX-License-Identifier: Apache-2.0
#include "probes/near_data/shard_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "probes/kernels/matrix.hpp"
#include "probes/probe/probe.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t most_columns = 32768;

int irregular(std::size_t row, std::size_t column) { return int((row * 37 + column * 101) % 131) % 15 - 7; }

}  // namespace

Division division(std::string_view split, std::size_t units) {
  if (units < 2) throw Unavailable("near_data.shard needs two units or more");
  if (split == "row") return {1, units};
  if (split == "column") return {units, 1};
  if (split != "grid") {
    throw Unavailable("near_data.shard knows the splits row, column and grid, not '" + std::string(split) + "'");
  }
  std::size_t inputs = 1;
  for (std::size_t n = 2; n * n <= units; ++n) {
    if (units % n == 0) inputs = n;
  }
  if (inputs == 1) throw Unavailable("a grid needs a number of units that is a product: 4, 6, 8, ...");
  return {inputs, units / inputs};
}

std::pair<std::size_t, std::size_t> cut(std::size_t total, std::size_t parts, std::size_t part, double skew) {
  const auto begin = [&](std::size_t p) {
    if (p == 0 || p == parts) return p == 0 ? 0 : total;
    const double first = (1 + skew) / double(parts);
    const double share = first + (1 - first) * double(p - 1) / double(parts - 1);
    return std::size_t(std::llround(share * double(total)));
  };
  return {begin(part), begin(part + 1)};
}

Shape shape(std::size_t shard, std::size_t units) {
  const double weights = double(shard * units) * scale_block / double(row_bytes(Format::int8, scale_block));
  const std::size_t step = scale_block * units;
  const auto steps = std::size_t(std::llround(std::min(std::sqrt(weights), double(most_columns)) / double(step)));
  const std::size_t columns = std::max<std::size_t>(steps, 1) * step;
  const std::size_t rows = shard * units / row_bytes(Format::int8, columns);
  if (columns > most_columns || rows < units) {
    throw Unavailable("near_data.shard: shards of " + std::to_string(shard) + " B are too small for " +
                      std::to_string(units) + " units");
  }
  return {rows, columns};
}

// Each block holds one weight of 127 steps, which fixes the step at 1 or a half, and others of up to 7. So does each
// block of inputs, in an odd place where the weight's is even: a block sums up to at most 2 * 127 * 7 + 30 * 49 = 3248
// products of steps, 1024 blocks to 1.33e7 in units of the smallest, a quarter: 24 bits hold it.
float shard_weight(std::size_t row, std::size_t column) {
  const std::size_t block = column / scale_block;
  const float step = (row + block) % 3 == 0 ? 0.5f : 1.0f;
  const bool peak = column % scale_block == 2 * (row * 3 + block) % scale_block;
  return step * (peak ? 127.0f : float(irregular(row, column)));
}

float shard_input(std::uint64_t turn, std::size_t column) {
  const std::size_t block = column / scale_block;
  const float step = block % 2 ? 0.5f : 1.0f;
  const bool peak = column % scale_block == (2 * (block + turn * 5) + 1) % scale_block;
  return step * (peak ? 127.0f : float(irregular(turn + 3, column * 7)));
}

std::vector<std::byte> shard_pattern(std::size_t begin, std::size_t end) {
  const std::size_t bytes = row_bytes(Format::int8, end - begin);
  std::vector<std::byte> pattern(shard_period * bytes);
  std::vector<float> row(end - begin);
  for (std::size_t r = 0; r < shard_period; ++r) {
    for (std::size_t c = begin; c < end; ++c) row[c - begin] = shard_weight(r, c);
    encode(Format::int8, row, std::span(pattern).subspan(r * bytes, bytes));
  }
  return pattern;
}

std::vector<double> shard_outputs(std::uint64_t turn, std::size_t columns) {
  std::vector<double> outputs(shard_period);
  for (std::size_t r = 0; r < shard_period; ++r) {
    for (std::size_t c = 0; c < columns; ++c) outputs[r] += double(shard_weight(r, c)) * double(shard_input(turn, c));
  }
  return outputs;
}

}  // namespace sextant::probes
