// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/sparse_plan.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace sextant::storage {
namespace {

// Adds the piece to the last chunk where it lies in it, else to a new one.
void add_part(ReadPlan& plan, std::uint64_t chunk, const RowPart& part) {
  const std::uint64_t begin = part.offset / chunk * chunk;
  if (plan.chunks.empty() || plan.chunks.back().offset != begin) {
    plan.chunks.push_back({begin, static_cast<std::uint32_t>(plan.parts.size()), 0});
  }
  plan.parts.push_back(part);
  ++plan.chunks.back().parts;
}

void add_row(ReadPlan& plan, std::uint64_t chunk, std::uint64_t row, std::uint64_t offset, std::uint64_t place) {
  for (std::uint64_t done = 0; done < row;) {
    const std::uint64_t at = offset + done;
    const std::uint64_t bytes = std::min(row - done, chunk - at % chunk);
    add_part(plan, chunk, {at, bytes, place + done});
    done += bytes;
  }
}

}  // namespace

std::vector<std::uint32_t> draw_active(std::uint64_t neurons, std::uint64_t active, std::uint64_t tokens,
                                       std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> all(neurons);  // the active ones first
  std::iota(all.begin(), all.end(), 0u);
  for (std::uint64_t i = 0; i < active; ++i) std::swap(all[i], all[i + random() % (neurons - i)]);

  std::vector<std::uint32_t> sets;
  sets.reserve(tokens * active);
  const std::uint64_t changed = std::min(active - active / 2, neurons - active);
  for (std::uint64_t token = 0; token < tokens; ++token) {
    const auto begin = sets.insert(sets.end(), all.begin(), all.begin() + std::ptrdiff_t(active));
    std::sort(begin, sets.end());
    for (std::uint64_t i = 0; i < changed; ++i) std::swap(all[i], all[i + random() % (active - i)]);
    for (std::uint64_t i = 0; i < changed; ++i) {
      std::swap(all[active + i], all[active + i + random() % (neurons - active - i)]);
    }
    std::swap_ranges(all.begin(), all.begin() + std::ptrdiff_t(changed), all.begin() + std::ptrdiff_t(active));
  }
  return sets;
}

void plan_reads(const RowLayout& layout, std::uint64_t chunk, std::span<const std::uint32_t> neurons,
                std::span<const std::uint64_t> places, ReadPlan& plan) {
  plan.parts.clear();
  plan.chunks.clear();
  const auto add = [&](std::size_t i, int projection) {
    add_row(plan, chunk, layout.row, layout.offset(neurons[i], projection),
            places[i] + std::uint64_t(projection) * layout.row);
  };
  if (layout.bundle == Bundle::row) {
    for (const int projection : {0, 1}) {
      for (std::size_t i = 0; i < neurons.size(); ++i) add(i, projection);
    }
  } else {
    for (std::size_t i = 0; i < neurons.size(); ++i) add(i, 0), add(i, 1);
  }
}

}  // namespace sextant::storage
