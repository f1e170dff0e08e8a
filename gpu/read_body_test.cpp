// SPDX-License-Identifier: Apache-2.0
#include "gpu/read_body.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "gpu/read_arithmetic.hpp"

namespace sextant::gpu {
namespace {

using Load = std::function<Quad(const Quad*)>;

const Load plain = [](const Quad* from) { return *from; };

std::vector<Quad> filled(std::size_t quads, std::size_t threads) {
  std::vector<Quad> data(quads, Quad{1, 1, 1, 1});
  for (std::size_t thread = 0; thread < threads; ++thread) fill_body(data.data(), quads, thread, threads);
  return data;
}

// The kernel, one thread after the other.
std::vector<std::uint32_t> read(const std::vector<Quad>& data, std::uint64_t passes, std::size_t threads,
                                const Load& load = plain) {
  std::vector<std::uint32_t> partials(threads);
  for (std::size_t thread = 0; thread < threads; ++thread) {
    partials[thread] = read_body(data.data(), data.size(), passes, thread, threads, load);
  }
  return partials;
}

bool right(const std::vector<std::uint32_t>& partials, std::size_t quads, std::uint64_t passes) {
  return total(partials) == expected_total(buffer_sum(quads), passes);
}

// Sizes around the unrolled loop's edges: fewer quads than threads, whole batches, a tail.
TEST(ReadBody, SumsEveryWordForEveryShape) {
  for (std::size_t quads : {1u, 7u, 64u, 511u, 512u, 513u, 5000u}) {
    for (std::size_t threads : {1u, 3u, 64u, 700u}) {
      for (std::uint64_t passes : {1u, 2u, 5u}) {
        EXPECT_TRUE(right(read(filled(quads, threads), passes, threads), quads, passes))
            << quads << " quads, " << threads << " threads, " << passes << " passes";
      }
    }
  }
}

TEST(ReadBody, LoadsEveryQuadOncePerPass) {
  const std::vector<Quad> data = filled(1000, 64);
  std::vector<int> loads(data.size());
  read(data, 3, 64, [&](const Quad* from) {
    ++loads[std::size_t(from - data.data())];
    return *from;
  });
  for (int count : loads) EXPECT_EQ(count, 3);
}

TEST(ReadBody, OneWrongElementIsCaught) {
  for (std::size_t where : {0u, 499u, 999u}) {
    std::vector<Quad> data = filled(1000, 64);
    data[where].z += 1;
    EXPECT_FALSE(right(read(data, 4, 64), data.size(), 4));
  }
}

TEST(ReadBody, ASkippedBlockIsCaught) {
  const std::vector<Quad> data = filled(4096, 64);
  const auto skipping = [&](const Quad* from) {
    const auto i = std::size_t(from - data.data());
    return i >= 1024 && i < 2048 ? Quad{0, 0, 0, 0} : *from;
  };
  EXPECT_FALSE(right(read(data, 2, 64, skipping), data.size(), 2));
  std::vector<std::uint32_t> partials = read(data, 2, 64);
  for (std::size_t thread = 32; thread < 64; ++thread) partials[thread] = 0xffffffffu;  // a block that never ran
  EXPECT_FALSE(right(partials, data.size(), 2));
}

TEST(ReadBody, ABlockReadInPlaceOfAnotherIsCaught) {
  const std::vector<Quad> data = filled(4096, 64);
  const auto repeating = [&](const Quad* from) {
    const auto i = std::size_t(from - data.data());
    return i >= 1024 && i < 2048 ? *(from - 1024) : *from;
  };
  EXPECT_FALSE(right(read(data, 2, 64, repeating), data.size(), 2));
}

TEST(ReadBody, AStaleResultIsCaught) {
  const std::vector<Quad> data = filled(1000, 64);
  EXPECT_FALSE(right(read(data, 3, 64), data.size(), 4));                            // of a run with one pass less
  EXPECT_FALSE(right(std::vector<std::uint32_t>(64, 0xffffffffu), data.size(), 4));  // nothing was written at all
}

}  // namespace
}  // namespace sextant::gpu
