// SPDX-License-Identifier: Apache-2.0
#include "gpu/read_arithmetic.hpp"

#include <gtest/gtest.h>

#include "gpu/read_body.hpp"

namespace sextant::gpu {
namespace {

TEST(ReadArithmetic, CountsSixteenBytesAndFourElementsALoad) {
  const probes::Work work = read_work(65536, 10, 2.5F);
  EXPECT_EQ(work.bytes, 10.0 * 1048576);
  EXPECT_EQ(work.operations, 10.0 * 262144);
  EXPECT_DOUBLE_EQ(work.seconds.value(), 2.5e-3);
}

TEST(ReadArithmetic, LargeCountsDoNotOverflow) {
  const probes::Work work = read_work(std::size_t{1} << 33, 1000, 1.0F);  // 128 GiB a thousand times
  EXPECT_EQ(work.bytes, 1000.0 * 137438953472.0);
}

TEST(ReadArithmetic, ExpectedTotalIsTheGeometricSum) {
  EXPECT_EQ(expected_total(7, 0), 0u);
  EXPECT_EQ(expected_total(7, 1), 7u);
  EXPECT_EQ(expected_total(7, 3), 7u * (1 + 31 + 961));
}

TEST(ReadArithmetic, BufferSumIsTheSumOfItsWords) {
  EXPECT_EQ(buffer_sum(0), 0u);
  EXPECT_EQ(buffer_sum(2), word(0) + word(1) + word(2) + word(3) + word(4) + word(5) + word(6) + word(7));
}

TEST(ReadArithmetic, FootprintsAreWholeLoads) {
  EXPECT_EQ(quads_in(16), 1u);
  EXPECT_EQ(quads_in(1 << 20), 65536u);
  EXPECT_THROW(quads_in(8), probes::Unavailable);
  EXPECT_THROW(quads_in(-1), probes::Unavailable);
}

}  // namespace
}  // namespace sextant::gpu
