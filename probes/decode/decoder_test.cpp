// SPDX-License-Identifier: Apache-2.0
#include "probes/decode/decoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "probes/decode/plain.hpp"
#include "probes/probe/team.hpp"
#include "probes/test_bench.hpp"

namespace sextant::probes {
namespace {

constexpr ModelShape tiny{3, 128, 4, 2, 256, 96};

// A cache with `context` random tokens and room for more.
struct Memory {
  Memory(const ModelShape& shape, Format format, std::size_t tokens, std::size_t context)
      : weights(matrix_bytes(shape, format)), cached(kv_cache_bytes(shape, tokens)) {
    WeightPattern(format).fill(weights, 0, weights.size());
    cache = kv_cache(shape, tokens, cached);
    std::mt19937_64 random(7);
    std::normal_distribution<float> normal;
    std::vector<float> key(shape.head()), value(shape.head());
    for (std::size_t l = 0; l < shape.layers; ++l) {
      for (std::size_t h = 0; h < shape.kv_heads; ++h) {
        for (std::size_t t = 0; t < context; ++t) {
          for (float& each : key) each = normal(random);
          for (float& each : value) each = normal(random);
          store_token(cache.layout, cache.of(l, h), t, key, value);
        }
      }
    }
  }
  std::vector<std::byte> weights, cached;
  KvCache cache;
};

// Several tokens, each the one that the step before has chosen: the cache grows, and every step must agree.
void expect_agreement(Format format, int threads) {
  SCOPED_TRACE(std::string(name(format)) + ", " + std::to_string(threads) + " threads");
  constexpr std::size_t context = 13, steps = 8;  // over the border of a tile
  Memory fast(tiny, format, context + steps, context), plain(tiny, format, context + steps, context);
  Decoder decoder(lay_out(tiny, format, fast.weights), fast.cache, threads);
  const Model model = lay_out(tiny, format, plain.weights);
  std::vector<int> processors = detect_machine().processors;
  processors.resize(std::size_t(threads));
  Team team(processors);
  std::size_t token = 5;
  for (std::size_t step = 0; step < steps; ++step) {
    const auto expected = decode_plainly(model, plain.cache, token, context + step);
    std::size_t next = 0;
    team.run([&](int member) {
      const std::size_t answer = decoder.step(member, token, context + step);
      if (member == 0) next = answer;
    });
    judge(decoder, token, context + step, 1, 0);
    const auto [least, most] = std::minmax_element(expected.begin(), expected.end());
    // A level of an input in int8 may fall to the other side where float32 and double differ in the last digit.
    const double bound = (format == Format::f32 ? 1e-4 : 1e-2) * (*most - *least);
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(decoder.results().logits[i], expected[i], bound) << i;
    EXPECT_EQ(next, std::size_t(most - expected.begin())) << "step " << step;
    token = next;
  }
}

TEST(Decoder, AgreesWithDoublePrecisionOverSeveralTokens) {
  for (const Format format : {Format::f32, Format::f16, Format::bf16, Format::int8, Format::int4}) {
    expect_agreement(format, 1);
    if (detect_machine().processors.size() > 1) expect_agreement(format, 2);
  }
}

TEST(Decoder, AnswersTheSameWithMoreThreadsThanShares) {
  if (detect_machine().processors.size() < 2) GTEST_SKIP() << "needs two processors";
  constexpr ModelShape narrow{1, 32, 1, 1, 32, 3};  // one block, one head: the second member has next to nothing
  Memory memory(narrow, Format::int8, 16, 4);
  Decoder decoder(lay_out(narrow, Format::int8, memory.weights), memory.cache, 2);
  Bench bench;
  bench.workspace.team(2).run([&](int member) { decoder.step(member, 1, 4); });
  EXPECT_NO_THROW(judge(decoder, 1, 4, 1, 0));
}

TEST(Decoder, TellsWhereItsTimeWent) {
  Memory memory(tiny, Format::int8, 32, 16);
  Decoder decoder(lay_out(tiny, Format::int8, memory.weights), memory.cache, 1);
  for (int i = 0; i < 3; ++i) decoder.step(0, 1, 16);
  for (const double seconds : decoder.seconds()) EXPECT_GT(seconds, 0);
}

TEST(Model, SaysHowLargeItIs) {
  EXPECT_EQ(model_shapes[0].weights(), 5114112u);
  EXPECT_EQ(model_shapes[1].weights(), 124668672u);
  EXPECT_EQ(model_shapes[2].weights(), 430490624u);
  EXPECT_EQ(model_shapes[3].weights(), 1100048384u);
  EXPECT_EQ(model_shapes[4].weights(), 1467066368u);
  const ModelShape& shape = model_shapes[1];
  const std::size_t matrices = shape.weights() - (2 * shape.layers + 1) * shape.hidden;
  EXPECT_EQ(matrix_bytes(shape, Format::f32), 4 * matrices);
  EXPECT_EQ(bytes_read(shape, Format::int8), (matrices - shape.vocabulary * shape.hidden) / 32 * 34);
}

TEST(Model, NoTwoLayersAndNoTwoRowsAreAlike) {
  std::vector<std::byte> weights(matrix_bytes(tiny, Format::int8));
  WeightPattern(Format::int8).fill(weights, 0, weights.size());
  const Model model = lay_out(tiny, Format::int8, weights);
  EXPECT_FALSE(std::equal(model.layers[0].gate.begin(), model.layers[0].gate.end(), model.layers[1].gate.begin()));
  const auto a = model.row(model.head, tiny.hidden, 0), b = model.row(model.head, tiny.hidden, 1);
  EXPECT_FALSE(std::equal(a.begin(), a.end(), b.begin()));
}

TEST(Model, PatternDependsOnThePlaceAlone) {
  const WeightPattern pattern(Format::int4);
  std::vector<std::byte> whole(3000000), parts(whole.size());
  pattern.fill(whole, 0, whole.size());
  pattern.fill(parts, 1234567, parts.size());
  pattern.fill(parts, 0, 1234567);
  EXPECT_EQ(whole, parts);
}

}  // namespace
}  // namespace sextant::probes
