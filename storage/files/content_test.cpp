// SPDX-License-Identifier: Apache-2.0
#include "storage/files/content.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sextant::storage {
namespace {

constexpr std::uint64_t seed = 7;
constexpr std::uint64_t offset = 5 * page;

std::vector<std::byte> filled(std::uint64_t at, std::uint32_t generation = 0) {
  std::vector<std::byte> content(2 * page);
  fill(content, seed, at, generation);
  return content;
}

TEST(Content, IsThatOfItsPlaceAlone) {
  EXPECT_FALSE(holds(std::vector<std::byte>(page), seed, 0)) << "zeros";
  const auto content = filled(offset);
  EXPECT_TRUE(holds(content, seed, offset));
  EXPECT_FALSE(holds(content, seed, offset + sector)) << "another sector";
  EXPECT_FALSE(holds(content, seed + 1, offset)) << "another file";
}

TEST(Content, EverySectorStandsByItself) {
  const auto content = filled(offset);
  const std::span all(content);
  for (std::size_t at = 0; at < all.size(); at += sector) {
    EXPECT_TRUE(holds(all.subspan(at, sector), seed, offset + at));
    const Stamp found = stamp_in(content.data() + at);
    EXPECT_TRUE(valid(found, seed));
    EXPECT_EQ(offset_of(found), offset + at);
    EXPECT_EQ(generation_of(found), 0u);
  }
}

TEST(Content, NoByteMayDiffer) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{5}, std::size_t{9}, std::size_t{17}, std::size_t{24},
                               std::size_t{511}, std::size_t{512}, 2 * page - 1}) {
    auto content = filled(offset);
    content[at] ^= std::byte{1};
    EXPECT_FALSE(holds(content, seed, offset)) << at;
  }
}

TEST(Content, KnowsHowOftenItWasWritten) {
  const auto content = filled(offset, 3);
  EXPECT_TRUE(holds(content, seed, offset));
  EXPECT_TRUE(holds(content, seed, offset, 3));
  EXPECT_FALSE(holds(content, seed, offset, 2)) << "the answer of the write before";
}

TEST(Content, MovesByItsStamps) {
  auto content = filled(offset);
  restamp(content, seed, 9 * page, 4);
  EXPECT_TRUE(holds(content, seed, 9 * page, 4));
  EXPECT_FALSE(holds(content, seed, offset));
  content[100] ^= std::byte{1};
  EXPECT_FALSE(holds(content, seed, 9 * page, 4));
}

}  // namespace
}  // namespace sextant::storage
