// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/sparse_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "storage/layers/row_window.hpp"

namespace sextant::storage {
namespace {

constexpr std::uint64_t kibibyte = 1024;

std::set<std::uint32_t> set_of(const std::vector<std::uint32_t>& all, std::uint64_t token, std::uint64_t active) {
  return {all.begin() + std::ptrdiff_t(token * active), all.begin() + std::ptrdiff_t((token + 1) * active)};
}

std::uint64_t common(const std::set<std::uint32_t>& a, const std::set<std::uint32_t>& b) {
  return std::uint64_t(std::count_if(a.begin(), a.end(), [&](std::uint32_t each) { return b.contains(each); }));
}

TEST(ActiveNeurons, AreAsManyForEachTokenAndHalfStay) {
  const auto all = draw_active(1000, 100, 50, 7);
  ASSERT_EQ(all.size(), 5000u);
  for (std::uint64_t token = 0; token < 50; ++token) {
    const auto now = set_of(all, token, 100);
    EXPECT_EQ(now.size(), 100u);
    EXPECT_LT(*now.rbegin(), 1000u);
    EXPECT_TRUE(
        std::is_sorted(all.begin() + std::ptrdiff_t(token * 100), all.begin() + std::ptrdiff_t(token * 100 + 100)));
    if (token > 0) {
      EXPECT_EQ(common(now, set_of(all, token - 1, 100)), 50u);
    }
  }
  EXPECT_EQ(all, draw_active(1000, 100, 50, 7));
  EXPECT_NE(all, draw_active(1000, 100, 50, 8));
}

// Every neuron is wanted about as often: a binomial of 4000 tokens and 1/10, whose correlation from token to token (half
// stays) makes its variance at most three times as large.
TEST(ActiveNeurons, AreAnyOfThem) {
  const auto all = draw_active(100, 10, 4000, 3);
  std::map<std::uint32_t, int> wanted;
  for (const std::uint32_t neuron : all) ++wanted[neuron];
  ASSERT_EQ(wanted.size(), 100u);
  for (const auto& [neuron, times] : wanted) EXPECT_NEAR(times, 400, 6 * std::sqrt(3 * 360)) << neuron;
}

TEST(ActiveNeurons, MayBeAllOrOne) {
  EXPECT_EQ(draw_active(4, 4, 2, 1), (std::vector<std::uint32_t>{0, 1, 2, 3, 0, 1, 2, 3}));
  for (const std::uint32_t neuron : draw_active(5, 1, 20, 1)) EXPECT_LT(neuron, 5u);
  EXPECT_EQ(set_of(draw_active(4, 3, 2, 1), 1, 3).size(), 3u);
}

ReadPlan plan_of(const RowLayout& layout, std::uint64_t chunk, const std::vector<std::uint32_t>& neurons) {
  std::vector<std::uint64_t> places(neurons.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i * 2 * layout.row;
  ReadPlan plan;
  plan_reads(layout, chunk, neurons, places, plan);
  return plan;
}

TEST(ReadPlan, OfRowsReadsEachProjectionWhereItLies) {
  const ReadPlan plan = plan_of({Bundle::row, 4 * kibibyte, 16}, 8 * kibibyte, {0, 1, 4});
  std::vector<std::uint64_t> offsets;
  for (const ChunkRead& chunk : plan.chunks) offsets.push_back(chunk.offset / kibibyte);
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{0, 16, 64, 80}));
  EXPECT_EQ(plan.chunks[0].parts, 2u);
  EXPECT_EQ(plan.chunks[1].parts, 1u);
  EXPECT_EQ(plan.parts[3].kept_at, 4 * kibibyte);  // the down projection of neuron 0 comes behind its up projection
}

TEST(ReadPlan, OfBundlesReadsANeuronAtOnce) {
  const ReadPlan plan = plan_of({Bundle::row_column, 4 * kibibyte, 16}, 8 * kibibyte, {0, 1, 4});
  std::vector<std::uint64_t> offsets;
  for (const ChunkRead& chunk : plan.chunks) offsets.push_back(chunk.offset / kibibyte);
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{0, 8, 32}));
  for (const ChunkRead& chunk : plan.chunks) EXPECT_EQ(chunk.parts, 2u);
}

TEST(ReadPlan, CutsARowThatIsLargerThanAChunk) {
  const ReadPlan plan = plan_of({Bundle::row_column, 12 * kibibyte, 4}, 8 * kibibyte, {1});
  EXPECT_EQ(plan.chunks.size(), 3u);  // bytes 24 to 48 KiB
  ASSERT_EQ(plan.parts.size(), 4u);
  EXPECT_EQ(plan.parts[1].bytes, 4 * kibibyte);  // the row ends in the middle of a chunk
  EXPECT_EQ(plan.parts[1].kept_at, 8 * kibibyte);
}

TEST(ReadPlan, HoldsEveryWantedByteOnceAndInItsChunk) {
  for (const Bundle bundle : {Bundle::row, Bundle::row_column}) {
    for (const std::uint64_t row : {std::uint64_t{512}, 4 * kibibyte, 12 * kibibyte}) {
      for (const std::uint64_t chunk : {4 * kibibyte, 32 * kibibyte}) {
        const RowLayout layout{bundle, row, 64};
        const std::vector<std::uint32_t> neurons = draw_active(64, 9, 1, row + chunk);
        const ReadPlan plan = plan_of(layout, chunk, neurons);
        std::map<std::uint64_t, std::uint64_t> bytes_at;
        std::uint64_t bytes = 0;
        for (const ChunkRead& read : plan.chunks) {
          EXPECT_EQ(read.offset % chunk, 0u);
          for (std::uint32_t i = read.first_part; i < read.first_part + read.parts; ++i) {
            const RowPart& part = plan.parts[i];
            EXPECT_GE(part.offset, read.offset);
            EXPECT_LE(part.offset + part.bytes, read.offset + chunk);
            bytes += part.bytes;
            bytes_at[part.offset] = part.bytes;
          }
        }
        EXPECT_EQ(bytes, 9 * 2 * row);
        for (const std::uint32_t neuron : neurons) {
          for (const int side : {0, 1}) {
            std::uint64_t at = layout.offset(neuron, side);
            for (const std::uint64_t end = at + row; at < end; at += bytes_at[at]) ASSERT_TRUE(bytes_at.contains(at));
          }
        }
      }
    }
  }
}

// decode-model.md 4.5: of a chunk that holds n units, of which a random share s is wanted, nothing is wanted with
// probability (1 - s)^n; then 1 - (1 - s)^n of the chunks are read. With 16384 neurons and 16 tokens the relative standard
// deviation of what is read is below 1 %.
TEST(ReadPlan, OfARandomShareReadsWhatTheModelSays) {
  constexpr std::uint64_t neurons = 16384;
  for (const double share : {0.03, 0.1, 0.5}) {
    for (const Bundle bundle : {Bundle::row, Bundle::row_column}) {
      for (const std::uint64_t chunk : {4 * kibibyte, 32 * kibibyte, 128 * kibibyte}) {
        const std::uint64_t row = 2 * kibibyte;
        const auto active = static_cast<std::uint64_t>(share * neurons);
        double read = 0;
        for (std::uint64_t token = 0; token < 16; ++token) {
          const auto drawn = draw_active(neurons, active, 1, 100 * chunk + token);
          read += static_cast<double>(plan_of({bundle, row, neurons}, chunk, drawn).chunks.size() * chunk);
        }
        const double wanted = 16 * static_cast<double>(active * 2 * row);
        const double unit = static_cast<double>(bundle == Bundle::row ? row : 2 * row);
        const double touched = 1 - std::pow(1 - share, static_cast<double>(chunk) / unit);
        EXPECT_NEAR(read / wanted, touched / share, 0.03 * touched / share) << share << ' ' << chunk;
      }
    }
  }
}

TEST(RowWindow, KeepsWhatOneOfTheLastTokensWanted) {
  constexpr std::uint64_t neurons = 200, active = 20, tokens = 60;
  const auto all = draw_active(neurons, active, tokens, 5);
  for (const std::uint64_t window : {0u, 1u, 3u, 8u}) {
    RowWindow rows(neurons, active, window);
    for (int round = 0; round < 2; ++round, rows.clear()) {
      for (std::uint64_t token = 0; token < tokens; ++token) {
        const auto leaving = std::span(all).subspan(token > window ? (token - window - 1) * active : 0);
        rows.next(token > window ? leaving.first(active) : leaving.first(0));
        std::set<std::uint32_t> slots;
        for (const std::uint32_t neuron : set_of(all, token, active)) {
          bool kept = false;
          for (std::uint64_t back = 1; back <= std::min(window, token); ++back) {
            kept = kept || set_of(all, token - back, active).contains(neuron);
          }
          const RowWindow::Place place = rows.want(neuron);
          EXPECT_EQ(place.hit, kept) << window << ' ' << token << ' ' << neuron;
          EXPECT_LT(place.slot, RowWindow::slots(active, window));
          slots.insert(place.slot);
        }
        EXPECT_EQ(slots.size(), active);
      }
    }
  }
}

}  // namespace
}  // namespace sextant::storage
