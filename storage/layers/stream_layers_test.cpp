// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/stream_layers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "probes/kernels/reduce.hpp"
#include "probes/probe/workspace.hpp"
#include "storage/trial_test.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::WrongAnswer;
using testing::HasSubstr;

constexpr std::uint64_t block = 16384;
constexpr std::uint64_t layer = 4 * block;
constexpr std::uint64_t layers = 24;
constexpr std::uint64_t span = layers * layer;

StreamPoint point_of(Order order, std::uint64_t prefetch, double consumer = 0, unsigned depth = 4) {
  return {span, layer, prefetch, order, consumer, block, depth};
}

TEST(LayerOrder, GoesRoundWhenItIsKnown) {
  const LayerOrder order{Order::known, layers};
  for (std::uint64_t step = 0; step < 3 * layers; ++step) EXPECT_EQ(order.layer(step, 77), step % layers);
}

TEST(LayerOrder, GuessesAreTheCandidatesAndEachIsChosenAsOften) {
  const LayerOrder order{Order::dependent, layers};
  std::array<int, choices> chosen = {};
  constexpr int steps = 8000;
  for (std::uint64_t step = 0; step < steps; ++step) {
    std::set<std::uint64_t> guesses;
    const std::uint64_t layer_then = order.layer(step, step * step + 1);
    for (std::uint64_t i = 0; i < choices; ++i) {
      guesses.insert(order.guess(step, i));
      if (order.guess(step, i) == layer_then) ++chosen[i];
    }
    EXPECT_EQ(guesses.size(), choices);
    for (const std::uint64_t guess : guesses) EXPECT_LT(guess, layers);
    EXPECT_TRUE(guesses.contains(layer_then));
  }
  // A binomial of 8000 and 1/8 lies within six of its standard deviations (29.6) but for one case in a billion.
  for (const int count : chosen) EXPECT_NEAR(count, steps / choices, 178);
}

TEST(LayerOrder, DependsOnWhatTheLayerBeforeHeld) {
  const LayerOrder order{Order::dependent, layers};
  std::set<std::uint64_t> reached;
  for (std::uint64_t digest = 0; digest < 200; ++digest) reached.insert(order.layer(5, digest));
  EXPECT_EQ(reached.size(), choices);
}

TEST(Digest, EveryByteAndTheOrderOfPagesCount) {
  const Activations x;
  const Dot dot = dot_of_kernels();
  std::vector<std::byte> content(2 * page);
  const auto digest = [&] {
    Digest found;
    found.add_rows(content, x, dot);
    return found.value();
  };
  const auto fill_with = [&](std::uint64_t first, std::uint64_t second) {
    fill(std::span(content).first<page>(), 9, first * page);
    fill(std::span(content).last<page>(), 9, second * page);
  };
  fill_with(3, 4);
  const std::uint64_t right = digest();
  for (const std::size_t at : {std::size_t{0}, std::size_t{17}, page - 1, page + 20, 2 * page - 1}) {
    content[at] ^= std::byte{1};
    EXPECT_NE(digest(), right) << at;
    content[at] ^= std::byte{1};
  }
  fill_with(4, 3);
  EXPECT_NE(digest(), right);
}

class StreamLayersTest : public TrialTest {
 protected:
  void SetUp() override {
    const std::string reason = unavailable_sentence([&] { trial(point_of(Order::known, 0)); });
    if (!reason.empty()) GTEST_SKIP() << reason;
  }

  std::unique_ptr<probes::Trial> trial(const StreamPoint& point, StreamFaults faults = {}) {
    return stream_trial(workspace_, point, Medium::anything, std::move(faults));
  }
};

TEST_F(StreamLayersTest, CountsTokensAndSharesTheirTime) {
  for (const Order order : {Order::known, Order::dependent}) {
    for (const std::uint64_t prefetch : {0u, 1u, 2u, 8u}) {
      for (const unsigned depth : {1u, 3u, 64u}) {
        const auto stream = trial(point_of(order, prefetch, 0, depth));
        for (const std::uint64_t tokens : {1u, 5u}) {
          const probes::Work work = stream->run(tokens);
          EXPECT_EQ(work.operations, tokens);
          EXPECT_EQ(work.bytes, static_cast<double>(tokens * layers_per_token * layer));
          ASSERT_EQ(work.extras.size(), stream_layers().extras.size());
          const double steps = static_cast<double>(tokens * layers_per_token);
          EXPECT_NEAR((work.extras[0] + work.extras[1]) * steps, *work.seconds, *work.seconds * 0.2);
          EXPECT_LE(work.extras[2], static_cast<double>(depth * block));
          EXPECT_GT(work.extras[3], 0);
        }
        EXPECT_EQ(verdict(*stream), "right");
      }
    }
  }
}

TEST_F(StreamLayersTest, PredictsEveryLayerOfAKnownOrderAndEighthsOfADependentOne) {
  const auto predicted = [&](Order order, std::uint64_t prefetch) {
    return trial(point_of(order, prefetch))->run(125).extras[4];  // 1000 layers
  };
  EXPECT_EQ(predicted(Order::known, 0), 0);
  EXPECT_EQ(predicted(Order::known, 1), 1);
  EXPECT_EQ(predicted(Order::known, 4), 1);
  EXPECT_EQ(predicted(Order::dependent, 0), 0);
  EXPECT_EQ(predicted(Order::dependent, 8), 1);
  // Six standard deviations of a binomial, less what is guessed late because its buffer was still being read.
  EXPECT_NEAR(predicted(Order::dependent, 4), 0.5, 0.095);
}

TEST_F(StreamLayersTest, ConsumesNoFasterThanItMay) {
  const double consumer = 50e6;
  const auto stream = trial(point_of(Order::known, 1, consumer));
  const probes::Work work = stream->run(2);
  EXPECT_GE(work.extras[1], layer / consumer);
  EXPECT_EQ(verdict(*stream), "right");
}

// The trials of a launch share one arena.
TEST_F(StreamLayersTest, SurvivesOthersInTheArena) {
  const auto one = trial(point_of(Order::known, 2));
  const auto other = trial(point_of(Order::dependent, 3));
  for (int i = 0; i < 3; ++i) {
    one->run(3);
    const auto arena = workspace_.arena(std::size_t{4} << 20);
    std::fill(arena.begin(), arena.end(), std::byte{0xff});
    other->run(2);
    EXPECT_EQ(verdict(*one), "right");
  }
  EXPECT_EQ(verdict(*other), "right");
}

TEST_F(StreamLayersTest, RunsThroughTheProbe) {
  const probes::Probe probe = stream_layers();
  EXPECT_TRUE(probe.available(machine_).ready);
  probes::Point point{{"layer", 8388608.0}, {"prefetch", 1.0},    {"order", "known"},
                      {"consumer", 0.0},    {"block", 1048576.0}, {"depth", 2.0}};
  for (const auto& [axis, value, sentence] :
       {std::tuple("order", probes::Value("random"), "order must be"),
        {"depth", probes::Value(1.5), "depth must be"},
        {"consumer", probes::Value(-1.0), "consumer must be"},
        {"block", probes::Value(3145728.0), "layer must be a multiple of block"}}) {
    probes::Point bent = point;
    bent.set(axis, value);
    EXPECT_THAT(unavailable_sentence([&] { probe.prepare(workspace_, bent); }), HasSubstr(sentence));
  }
}

TEST_F(StreamLayersTest, RefusesPointsThatMakeNoSense) {
  const auto sentence = [&](const StreamPoint& point) { return unavailable_sentence([&] { trial(point); }); };
  StreamPoint point = point_of(Order::known, 1);
  point.block = 1000;
  EXPECT_THAT(sentence(point), HasSubstr("multiple of 4096"));
  EXPECT_THAT(sentence(point_of(Order::known, layers)), HasSubstr("prefetch must be less than"));
  EXPECT_THAT(sentence(point_of(Order::dependent, 9)), HasSubstr("at most 8"));
  point = point_of(Order::known, 0);
  point.span = 15 * layer;
  EXPECT_THAT(sentence(point), HasSubstr("16 layers"));
  machine_.available_memory = std::size_t{1} << 20;
  EXPECT_THAT(sentence(point_of(Order::known, 20)), HasSubstr("memory"));
}

TEST_F(StreamLayersTest, AFileThatEndsEarlyFailsThePoint) {
  for (const std::uint64_t prefetch : {0u, 2u}) {
    const auto stream = trial(point_of(Order::known, prefetch));
    fs::resize_file(folder_.path() / "sextant-storage.test", span / 2);
    EXPECT_THAT(failure(*stream, 6), HasSubstr("of the test file ended after"));
    fs::remove(folder_.path() / "sextant-storage.test");
  }
}

TEST_F(StreamLayersTest, AnErrorOfTheDeviceFailsThePoint) {
  const auto stream = trial(point_of(Order::dependent, 2), {.block = [](BlockRead& read) {
                              // Direct reads must be aligned: the kernel completes it with EINVAL.
                              if (read.number == 9) read.offset += 1;
                            }});
  EXPECT_THAT(failure(*stream, 6), HasSubstr("of the test file failed: Invalid argument"));
}

TEST_F(StreamLayersTest, DamageInTheMiddleOfALayerIsFound) {
  const auto stream = trial(point_of(Order::known, 1));
  std::fstream file(folder_.path() / "sextant-storage.test", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(5 * layer + page + 100);
  file << "damage";
  file.close();
  stream->run(6);
  EXPECT_THAT(verdict(*stream), HasSubstr("layer 5"));
}

// The mutants: each is one of many that goes wrong, and verify() must see it.
class StreamLayersMutant : public StreamLayersTest, public testing::WithParamInterface<std::pair<Order, int>> {
 protected:
  std::string verdict_of(StreamFaults faults) {
    const auto stream =
        trial(point_of(GetParam().first, static_cast<std::uint64_t>(GetParam().second)), std::move(faults));
    stream->run(3);
    stream->run(4);
    return verdict(*stream);
  }
};

TEST_P(StreamLayersMutant, OneBlockIsNotRead) {
  EXPECT_NE(verdict_of({.block =
                            [](BlockRead& read) {
                              if (read.number % 64 == 5) read.sent = false;  // one alone may belong to a wrong guess
                            }}),
            "right");
}

// The completion says all is well, but the data went elsewhere.
TEST_P(StreamLayersMutant, StaleBuffer) {
  const probes::Pages elsewhere(block);
  EXPECT_NE(verdict_of({.block =
                            [&](BlockRead& read) {
                              if (read.number % 8 == 5) read.into = elsewhere.bytes();
                            }}),
            "right");
}

TEST_P(StreamLayersMutant, WrongBlock) {
  EXPECT_NE(verdict_of({.block =
                            [](BlockRead& read) {
                              if (read.number % 8 == 5) read.offset = (read.offset + block) % span;
                            }}),
            "right");
}

TEST_P(StreamLayersMutant, OneRowMultipliedWrongly) {
  int rows = 0;
  EXPECT_NE(verdict_of({.dot = [&](auto a, auto b) { return probes::dot_int8(a, b) + (++rows == 333 ? 1 : 0); }}),
            "right");
}

TEST_P(StreamLayersMutant, OneRowLeftOut) {
  int rows = 0;
  EXPECT_NE(verdict_of({.dot = [&](auto a, auto b) { return ++rows == 333 ? 0 : probes::dot_int8(a, b); }}), "right");
}

TEST_P(StreamLayersMutant, OneRowAnsweredFromTheOneBefore) {
  int rows = 0;
  std::int64_t last = 0;
  EXPECT_NE(verdict_of({.dot =
                            [&](auto a, auto b) {
                              const std::int64_t product = ++rows == 333 ? last : probes::dot_int8(a, b);
                              return last = product;
                            }}),
            "right");
}

using M = std::pair<Order, int>;
INSTANTIATE_TEST_SUITE_P(Points, StreamLayersMutant,
                         testing::Values(M{Order::known, 0}, M{Order::known, 2}, M{Order::dependent, 0},
                                         M{Order::dependent, 4}),
                         [](const auto& test) {
                           return (test.param.first == Order::known ? "Known" : "Dependent") +
                                  std::to_string(test.param.second);
                         });

TEST_F(StreamLayersTest, AnotherOrderIsFound) {
  const auto verdict_of = [&](Order order, auto bend) {
    const auto stream = trial(point_of(order, 0), {.order = bend});
    stream->run(5);
    return verdict(*stream);
  };
  EXPECT_THAT(verdict_of(Order::known,
                         [](std::uint64_t step, std::uint64_t right) {
                           return step == 20 ? (right + 1) % layers : right;  // skipped, and the next one twice
                         }),
              HasSubstr("other layers"));
  EXPECT_THAT(verdict_of(Order::dependent, [](std::uint64_t step, std::uint64_t) { return step % layers; }),
              HasSubstr("other layers"));
  const LayerOrder order{Order::dependent, layers};
  EXPECT_THAT(verdict_of(Order::dependent,
                         [&](std::uint64_t step, std::uint64_t right) {
                           return step == 20 ? order.guess(step, (right + 1) % choices) : right;
                         }),
              HasSubstr("other layers"));
}

}  // namespace
}  // namespace sextant::storage
