// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/attention.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>

#include "probes/kernels/on_every_target.hpp"

namespace sextant::probes {
namespace {

struct Shape {
  const char* name;
  std::size_t queries, key, value;
  bool one_row;
};
constexpr Shape shapes[] = {{"mha", 1, 128, 128, false},  //
                            {"two", 2, 64, 64, false},   {"three", 3, 64, 64, false}, {"gqa", 4, 128, 128, false},
                            {"eight", 8, 64, 64, false}, {"mla", 128, 576, 512, true}};

std::vector<float> normal_numbers(std::size_t count, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

// One head's cache of `tokens` random tokens, pages in a shuffled order, slots without a token filled with what must not
// be read: numbers that are none.
class Cache {
 public:
  Cache(const KvLayout& layout, std::size_t tokens, std::mt19937_64& random) {
    const std::size_t count = (tokens + layout.page_tokens - 1) / layout.page_tokens;
    memory_.assign(count * layout.page_bytes(), std::byte(0xff));
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t page : order) pages.push_back(memory_.data() + page * layout.page_bytes());
    for (std::size_t t = 0; t < tokens; ++t) {
      store_token(layout, pages, t, normal_numbers(layout.key, random), normal_numbers(layout.value, random));
    }
  }

  std::vector<std::byte*> pages;

 private:
  std::vector<std::byte> memory_;
};

template <class Check>
void each_case(Check check) {
  for (const Shape& shape : shapes) {
    for (const KvFormat format : {KvFormat::f16, KvFormat::int8}) {
      for (const std::size_t page : {kv_tile, 16 * kv_tile}) {
        const KvLayout layout{format, shape.key, shape.value, shape.one_row, page};
        SCOPED_TRACE(std::string(shape.name) + " " + std::string(name(format)) + " page " + std::to_string(page));
        check(layout, shape.queries);
      }
    }
  }
}

void expect_near(std::span<const float> got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  double worst = 0;  // values are of the order of 1, sums of a few hundred products
  for (std::size_t i = 0; i < got.size(); ++i) worst = std::max(worst, std::abs(double(got[i]) - expected[i]));
  EXPECT_LT(worst, 2e-5);
}

TEST(Attention, IsWhatTheDefinitionGives) {
  std::mt19937_64 random(1);
  each_case([&](const KvLayout& layout, std::size_t queries) {
    for (const std::size_t tokens : {1, 16, 61, 200}) {
      const Cache cache(layout, tokens, random);
      auto q = normal_numbers(queries * layout.key, random);
      for (float& each : q) each *= 2 / std::sqrt(float(layout.key));
      const auto expected = attend_plainly(layout, cache.pages, tokens, q);
      on_every_target([&] {
        PartialAttention part(queries, layout.value);
        attend(layout, cache.pages, 0, tokens, q, part);
        std::vector<float> output(queries * layout.value);
        const PartialAttention* const parts[] = {&part};
        combine(parts, output);
        expect_near(output, expected);
      });
    }
  });
}

TEST(Attention, PartsOfTheContextCombine) {
  std::mt19937_64 random(2);
  each_case([&](const KvLayout& layout, std::size_t queries) {
    const Cache cache(layout, 150, random);
    auto q = normal_numbers(queries * layout.key, random);
    for (float& each : q) each *= 2 / std::sqrt(float(layout.key));
    std::vector<PartialAttention> parts(4, PartialAttention(queries, layout.value));
    attend(layout, cache.pages, 0, 32, q, parts[0]);
    attend(layout, cache.pages, 32, 144, q, parts[1]);
    attend(layout, cache.pages, 144, 150, q, parts[3]);  // parts[2] stays empty
    std::vector<float> output(queries * layout.value);
    const PartialAttention* const all[] = {&parts[2], &parts[0], &parts[1], &parts[3]};
    combine(all, output);
    expect_near(output, attend_plainly(layout, cache.pages, 150, q));
  });
}

// What the probe near_data.attention rests on: where scores are far apart, weights are exactly 1 and 0.
TEST(Attention, IsExactWhereScoresAreFarApart) {
  const KvLayout layout{KvFormat::f16, 32, 32, false, kv_tile};
  std::vector<std::byte> memory(4 * layout.page_bytes());
  std::vector<std::byte*> pages;
  for (int i = 0; i < 4; ++i) pages.push_back(memory.data() + std::size_t(i) * layout.page_bytes());
  std::vector<float> expected(32);
  for (std::size_t t = 0; t < 64; ++t) {
    const bool chosen = t >= 20 && t % 3 == 0;  // none in the first page
    std::vector<float> value(32);
    for (std::size_t c = 0; c < 32; ++c) value[c] = float((t * 31 + c * 7) % 127) - 63;
    if (chosen) {
      for (std::size_t c = 0; c < 32; ++c) expected[c] += value[c];
    }
    store_token(layout, pages, t, std::vector<float>(32, chosen ? 1.0f : float(t % 5) / -8), value);
  }
  const std::vector<float> q(32, 8.0f);
  on_every_target([&] {
    PartialAttention part(1, 32);
    attend(layout, pages, 0, 64, q, part);
    EXPECT_EQ(part.sum[0], 15);
    for (std::size_t c = 0; c < 32; ++c) EXPECT_EQ(part.weighted[c], expected[c]);
  });
}

TEST(Attention, RoundsTokensToTheNearest) {
  std::mt19937_64 random(3);
  for (const KvFormat format : {KvFormat::f16, KvFormat::int8}) {
    const KvLayout layout{format, 64, 32, false, kv_tile};
    std::vector<std::byte> memory(layout.page_bytes());
    std::byte* const page = memory.data();
    const auto key = normal_numbers(64, random), value = normal_numbers(32, random);
    store_token(layout, {&page, 1}, 5, key, value);
    const double bound = format == KvFormat::f16 ? 4 * 0x1p-11 : 4 / 127.0 / 2;  // of numbers below 4
    const auto k = load_key(layout, {&page, 1}, 5), v = load_value(layout, {&page, 1}, 5);
    for (std::size_t c = 0; c < 64; ++c) EXPECT_NEAR(k[c], key[c], bound);
    for (std::size_t c = 0; c < 32; ++c) EXPECT_NEAR(v[c], value[c], bound);
  }
}

TEST(Attention, RefusesSizesThatDoNotFit) {
  const KvLayout layout;
  std::vector<std::byte> memory(layout.page_bytes());
  std::byte* const page = memory.data();
  PartialAttention part(2, 128);
  const std::vector<float> q(2 * 128);
  EXPECT_THROW(attend(layout, {&page, 1}, 0, 17, q, part), std::invalid_argument);
  EXPECT_THROW(attend(layout, {&page, 1}, 3, 16, q, part), std::invalid_argument);
  EXPECT_THROW(attend(layout, {&page, 1}, 0, 16, std::span(q).first(128), part), std::invalid_argument);
}

}  // namespace
}  // namespace sextant::probes
