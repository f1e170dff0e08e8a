// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/stream.hpp"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <string>

namespace sextant::probes {
namespace {

constexpr std::size_t room = 4 * 512 + 1024;  // elements of an array, a line of which stays unused behind the part

struct Memory {
  alignas(64) std::uint64_t arrays[3][room];

  Part part(std::size_t count) {
    Part part;
    for (std::size_t k = 0; k < 3; ++k) part.arrays[k] = reinterpret_cast<std::byte*>(arrays[k]);
    part.count = count;
    return part;
  }
};

// Runs the check for every instruction set this machine has, every form of the loop, and parts shorter than a turn, with
// a rest, and without.
template <class Check>
void on_everything(Check check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    EXPECT_FALSE(stream_shapes().empty());
    for (const Shape& shape : stream_shapes()) {
      for (const std::size_t count : {std::size_t(8), std::size_t(24), std::size_t(256), room - 8}) {
        SCOPED_TRACE(std::string(hwy::TargetName(target)) + " " + std::to_string(shape.vector_bytes) + " x " +
                     std::to_string(shape.unroll) + " on " + std::to_string(shape.pages) + ", " +
                     std::to_string(count));
        check(shape, count);
      }
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
}

TEST(StreamPasses, ReadCombinesOneOfEachFourVectorsInTurnsAndTheNumberOfThePass) {
  on_everything([](const Shape& shape, std::size_t count) {
    Memory memory;
    for (std::size_t i = 0; i < room; ++i) memory.arrays[0][i] = i * 0x9e3779b97f4a7c15u;
    const std::size_t lanes = std::size_t(shape.vector_bytes) / 8;
    std::uint64_t left = 0;
    for (std::uint64_t pass : {5, 6, 7, 8}) {
      std::uint64_t all = 0, last = count;
      for (std::size_t i = 0; i < count; ++i) {
        if (i / lanes % 4 != pass % 4) continue;
        all ^= memory.arrays[0][i];
        last = i;
      }
      if (last < count) all ^= memory.arrays[0][last] ^ (memory.arrays[0][last] + pass + 1);
      left += all;
    }
    EXPECT_EQ(stream_passes(Stream::read, Store::regular, shape, memory.part(count), 5, 4), left);
    for (std::size_t i = 0; i < room; ++i) ASSERT_EQ(memory.arrays[0][i], i * 0x9e3779b97f4a7c15u);
  });
}

TEST(StreamPasses, WriteFillsThePartAndNothingElse) {
  on_everything([](const Shape& shape, std::size_t count) {
    for (const Store store : {Store::regular, Store::nontemporal}) {
      Memory memory{};
      EXPECT_EQ(stream_passes(Stream::write, store, shape, memory.part(count), 5, 3), 6u + 7 + 8);
      for (std::size_t i = 0; i < room; ++i) ASSERT_EQ(memory.arrays[0][i], i < count ? 8u : 0u) << i;
    }
  });
}

TEST(StreamPasses, CopyCopiesThePartWithTheMarkOfThePass) {
  on_everything([](const Shape& shape, std::size_t count) {
    for (const Store store : {Store::regular, Store::nontemporal}) {
      Memory memory{};
      for (std::size_t i = 0; i < room; ++i) memory.arrays[1][i] = 1000 + i;
      EXPECT_EQ(stream_passes(Stream::copy, store, shape, memory.part(count), 5, 3), 6u + 7 + 8);
      for (std::size_t i = 0; i < room; ++i) {
        ASSERT_EQ(memory.arrays[1][i], 1000 + i);
        const std::uint64_t copied = i == place_of_pass(7, count) ? 8 : 1000 + i;
        ASSERT_EQ(memory.arrays[0][i], i < count ? copied : 0) << i;
      }
    }
  });
}

TEST(StreamPasses, TriadIsExact) {
  on_everything([](const Shape& shape, std::size_t count) {
    for (const Store store : {Store::regular, Store::nontemporal}) {
      Memory memory{};
      const Part whole = memory.part(room);
      for (std::size_t i = 0; i < room; ++i) {
        whole.doubles(1)[i] = double(i % 1024);
        whole.doubles(2)[i] = double(1 + i % 7);
      }
      std::uint64_t left = 0;
      for (const std::uint64_t pass : {1022, 1023, 1024}) {
        const std::size_t i = place_of_pass(pass, count);
        left += std::uint64_t(whole.doubles(1)[i] + scalar_of_pass(pass) * whole.doubles(2)[i]);
      }
      EXPECT_EQ(stream_passes(Stream::triad, store, shape, memory.part(count), 1022, 3), left);
      for (std::size_t i = 0; i < room; ++i) {
        ASSERT_EQ(whole.doubles(0)[i], i < count ? double(i % 1024) + 1.0 * double(1 + i % 7) : 0) << i;
      }
    }
  });
}

TEST(StreamPasses, RefuseVectorsThatThereAreNot) {
  Memory memory{};
  EXPECT_THROW(stream_passes(Stream::read, Store::regular, {48, 8, 1}, memory.part(8), 0, 1), std::invalid_argument);
  EXPECT_THROW(stream_passes(Stream::read, Store::regular, {16, 8, 2}, memory.part(8), 0, 1), std::invalid_argument);
}

TEST(StreamPlaces, TakeTurnsWithinThePart) {
  for (const std::size_t count : {8, 24, 4096}) {
    for (std::uint64_t pass = 0; pass < 40; ++pass) {
      EXPECT_LT(place_of_pass(pass, count), count);
      EXPECT_EQ(place_of_pass(pass, count), place_of_pass(pass + 16, count));
    }
  }
  EXPECT_NE(place_of_pass(0, 4096), place_of_pass(1, 4096));
}

}  // namespace
}  // namespace sextant::probes
