// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

// Which rows of a feed-forward layer a token wants, and which chunks of the file have to be read for them.
namespace sextant::storage {

// A neuron has a row in the up projection and a column, stored as a row, in the down projection.
// row: each projection in a place of its own; row_column: both of a neuron side by side.
enum class Bundle { row, row_column };

struct RowLayout {
  Bundle bundle = Bundle::row;
  std::uint64_t row = 0;      // bytes
  std::uint64_t neurons = 0;  // two rows each

  // Where in the file a neuron's row of the up (0) or down (1) projection begins.
  std::uint64_t offset(std::uint32_t neuron, int projection) const {
    return bundle == Bundle::row ? (std::uint64_t(projection) * neurons + neuron) * row
                                 : (2 * std::uint64_t{neuron} + std::uint64_t(projection)) * row;
  }
};

// The neurons that each of `tokens` successive tokens wants, `active` each and in rising order, one token after the
// other. The first set is random; each further one keeps a random half of the set before (as far as there are others to
// take in place of the rest) and draws the rest from the neurons that were not in it: activity that lasts, so that rows
// kept in memory are wanted again. Same seed, same sets.
std::vector<std::uint32_t> draw_active(std::uint64_t neurons, std::uint64_t active, std::uint64_t tokens,
                                       std::uint64_t seed);

// A wanted piece of a row, within one chunk.
struct RowPart {
  std::uint64_t offset = 0;  // in the file
  std::uint64_t bytes = 0;
  std::uint64_t kept_at = 0;  // where in the memory for rows it belongs
};
struct ChunkRead {
  std::uint64_t offset = 0;  // in the file, a multiple of the chunk
  std::uint32_t first_part = 0, parts = 0;
  bool sent = true;  // false, by a test: counted as done without being asked for
};
struct ReadPlan {
  std::vector<RowPart> parts;
  std::vector<ChunkRead> chunks;  // each is read once
};

// Makes the plan for the neurons, in rising order; `places` says for each where in the memory its two rows begin. The
// chunks are those with at least one wanted byte, in the order of the file. Allocates nothing when the plan has room.
void plan_reads(const RowLayout& layout, std::uint64_t chunk, std::span<const std::uint32_t> neurons,
                std::span<const std::uint64_t> places, ReadPlan& plan);

}  // namespace sextant::storage
