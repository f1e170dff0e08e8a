// SPDX-License-Identifier: Apache-2.0
#include "results/record/point.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <stdexcept>

#include "results/record/sample.hpp"

namespace sextant::results {
namespace {

TEST(Point, TextIsShortAndTellsWordsFromNumbers) {
  const Point point{{"footprint", 16384.0}, {"pattern", "random"}, {"type", "f32"}, {"share", 0.1}};
  EXPECT_EQ(to_text(point), "footprint=16384 pattern=random type=f32 share=0.1");
  EXPECT_EQ(point_from_text(to_text(point)), point);
  EXPECT_EQ(to_text(Point{{"a", "2"}, {"b", "two words"}, {"c", ""}, {"d", "nan"}}),
            "a=\"2\" b=\"two words\" c=\"\" d=\"nan\"");
  EXPECT_EQ(to_text(Point{}), "");
  EXPECT_EQ(point_from_text(""), Point{});
}

TEST(Point, AxesAreFoundByNameAndKind) {
  Point point{{"threads", 2.0}, {"type", "f32"}};
  point.set("threads", 4.0);
  point.set("batch", 1.0);
  EXPECT_EQ(point.number("threads"), 4);
  EXPECT_EQ(point.word("type"), "f32");
  EXPECT_EQ(point.coordinates().size(), 3u);
  EXPECT_TRUE(point.has("batch"));
  EXPECT_THROW(point.number("type"), std::out_of_range);
  EXPECT_THROW(point.word("threads"), std::out_of_range);
  EXPECT_THROW(point.number("absent"), std::out_of_range);
}

TEST(Point, RefusesWhatIsNoPoint) {
  for (const char* text :
       {"a", "a=", "a=1 ", "a=1  b=2", "a=1 a=2", "=", "a=1b", "a=\"x", "a=\"x\"y", " a=1", "a=inf", "a=nan"}) {
    EXPECT_THROW(point_from_text(text), std::invalid_argument) << text;
  }
  EXPECT_THROW(to_text(Point{{"a", not_available}}), std::invalid_argument);
}

TEST(Point, AnyPointReadsBack) {
  EXPECT_TRUE(
      rc::check([](const std::vector<std::pair<std::string, std::pair<bool, double>>>& axes, const std::string& word) {
        Point point;
        for (const auto& [axis, value] : axes) {
          RC_PRE(std::isfinite(value.second));
          point.set(axis, value.first ? Value(value.second) : Value(word + axis));
        }
        RC_ASSERT(point_from_text(to_text(point)) == point);
      }));
}

}  // namespace
}  // namespace sextant::results
