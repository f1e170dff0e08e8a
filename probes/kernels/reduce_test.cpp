// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/reduce.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <stdexcept>
#include <vector>

namespace sextant::probes {
namespace {

std::mt19937 generator(7);

template <class Element>
std::vector<Element> random_values(std::size_t count) {
  std::vector<Element> values(count);
  for (Element& value : values) value = Element(generator());
  return values;
}

TEST(Reduce, DotIsTheSumOfProducts) {
  for (const std::size_t count : {0, 1, 63, 64, 1000, 40'000}) {
    const auto a = random_values<std::int8_t>(count), b = random_values<std::int8_t>(count);
    std::int64_t expected = 0;
    for (std::size_t i = 0; i < count; ++i) expected += std::int64_t(a[i]) * b[i];
    EXPECT_EQ(dot_int8(a, b), expected) << count;
  }
  const std::vector<std::int8_t> least(100'000, -128);
  EXPECT_EQ(dot_int8(least, least), 100'000ll * 16384);
  EXPECT_THROW(dot_int8(least, std::vector<std::int8_t>(1)), std::invalid_argument);
}

TEST(Reduce, LargestAreThoseOfASort) {
  for (const std::size_t count : {0, 5, 32, 33, 64, 1000, 40'001}) {
    const auto values = random_values<std::uint32_t>(count);
    auto expected = values;
    std::sort(expected.begin(), expected.end(), std::greater<>());
    expected.resize(32);
    std::vector<std::uint32_t> largest(32, 77);
    find_largest(values, largest);
    EXPECT_EQ(largest, expected) << count;
  }
  std::vector<std::uint32_t> rising(1000), largest(3);
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = std::uint32_t(i) / 2;  // all come in, and in pairs
  find_largest(rising, largest);
  EXPECT_EQ(largest, (std::vector<std::uint32_t>{499, 499, 498}));
}

TEST(Reduce, FilterKeepsOrderAndNothingAboveTheBound) {
  for (const std::size_t count : {0, 1, 15, 16, 1000, 10'007}) {
    for (const std::uint32_t bound : {0u, 1u << 26, 1u << 31, 0xffffffffu}) {
      const auto values = random_values<std::uint32_t>(count);
      std::vector<std::uint32_t> expected, kept(count + filter_slack);
      for (const std::uint32_t value : values) {
        if (value <= bound) expected.push_back(value);
      }
      kept.resize(filter_up_to(values, bound, kept));
      EXPECT_EQ(kept, expected) << count << " " << bound;
    }
  }
  std::vector<std::uint32_t> kept(10);
  EXPECT_THROW(filter_up_to(kept, 1, kept), std::invalid_argument);
}

TEST(Reduce, RowsAddUp) {
  const auto table = random_values<std::uint32_t>(50 * 70);
  const std::vector<std::uint32_t> rows{3, 49, 3, 0};
  std::vector<std::uint32_t> sum(70, 1);
  sum_rows(table, rows, sum);
  for (std::size_t c = 0; c < sum.size(); ++c) {
    ASSERT_EQ(sum[c], 2 * table[3 * 70 + c] + table[49 * 70 + c] + table[c]);
  }
  EXPECT_THROW(sum_rows(table, std::vector<std::uint32_t>{50}, sum), std::invalid_argument);
  EXPECT_THROW(sum_rows(std::span(table).first(71), rows, sum), std::invalid_argument);
}

TEST(Reduce, NearestIsTheFirstOfTheLeastDistance) {
  auto vectors = random_values<std::uint8_t>(300 * 128);
  const auto query = random_values<std::uint8_t>(128);
  Nearest expected;
  for (std::uint32_t v = 0; v < 300; ++v) {
    std::uint32_t distance = 0;
    for (std::size_t i = 0; i < 128; ++i) {
      const int away = int(vectors[v * 128 + i]) - int(query[i]);
      distance += std::uint32_t(away * away);
    }
    if (distance < expected.squared_distance) expected = {v, distance};
  }
  EXPECT_EQ(find_nearest(vectors, query), expected);
  for (const std::size_t v : {200, 100}) std::copy(query.begin(), query.end(), vectors.begin() + v * 128);
  EXPECT_EQ(find_nearest(vectors, query), (Nearest{100, 0}));
  EXPECT_THROW(find_nearest(vectors, std::span(query).first(100)), std::invalid_argument);
  const std::vector<std::uint8_t> dark(4096, 0), bright(4096, 255);
  EXPECT_EQ(find_nearest(dark, bright), (Nearest{0, 4096 * 255 * 255}));
}

}  // namespace
}  // namespace sextant::probes
