// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/elementwise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

#include "probes/kernels/on_every_target.hpp"

namespace sextant::probes {
namespace {

std::vector<float> normal_numbers(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

TEST(Elementwise, NormalisesByTheRootOfTheMeanSquare) {
  const auto x = normal_numbers(96, 1), weight = normal_numbers(96, 2);
  double squares = 0;
  for (const float each : x) squares += double(each) * each;
  on_every_target([&] {
    std::vector<float> y(96);
    normalise(x, weight, 1e-5f, y);
    for (std::size_t i = 0; i < 96; ++i) {
      EXPECT_NEAR(y[i], weight[i] * x[i] / std::sqrt(squares / 96 + 1e-5), 1e-6 * std::abs(y[i]) + 1e-12);
    }
  });
}

TEST(Elementwise, GatesWithTheSigmoidLinearUnit) {
  auto z = normal_numbers(96, 3);
  const auto up = normal_numbers(96, 4);
  z[0] = -200, z[1] = 200, z[2] = 0;
  on_every_target([&] {
    std::vector<float> y(96);
    gate(z, up, y);
    for (std::size_t i = 0; i < 96; ++i) {
      const double expected = z[i] / (1 + std::exp(-double(z[i]))) * up[i];
      EXPECT_NEAR(y[i], expected, 1e-6 * std::abs(expected) + 1e-12) << z[i];
    }
  });
}

TEST(Elementwise, TurnsPairsByAnglesOfTheirOwn) {
  Rotation rotation(64, 10000);
  const auto before = normal_numbers(64, 5);
  rotation.set(1234);
  auto head = before;
  rotation.turn(head);
  for (std::size_t i = 0; i < 32; ++i) {
    const double angle = 1234 * std::pow(10000.0, -2.0 * double(i) / 64);
    const double a = before[i], b = before[i + 32];
    EXPECT_NEAR(head[i], a * std::cos(angle) - b * std::sin(angle), 2e-3);  // an angle of 1234 in float32: 1e-4
    EXPECT_NEAR(head[i + 32], a * std::sin(angle) + b * std::cos(angle), 2e-3);
  }
  rotation.set(0);
  head = before;
  rotation.turn(head);
  EXPECT_EQ(head, before);
}

TEST(Elementwise, FindsTheFirstOfTheGreatest) {
  for (const std::size_t n : {1, 7, 32, 61}) {
    for (std::size_t where = 0; where < n; ++where) {
      std::vector<float> values(n, -5.0f);
      values[where] = -1;
      if (where + 3 < n) values[where + 3] = -1;
      on_every_target([&] { EXPECT_EQ(greatest(values), where); });
    }
  }
  EXPECT_EQ(greatest(std::vector<float>(40, NAN)), 0u);  // no crash
}

TEST(Elementwise, RefusesSizesThatDoNotFit) {
  std::vector<float> a(32), b(64), c(33);
  EXPECT_THROW(normalise(a, b, 1e-5f, a), std::invalid_argument);
  EXPECT_THROW(gate(c, c, c), std::invalid_argument);
}

}  // namespace
}  // namespace sextant::probes
