// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/sweep/sweep.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* small = R"(title = "a test"
workloads = ["w"]
designs = ["d"]
against = ["b"]
[[axis]]
key = "design.flash.latency"
low = "1 us"
high = "16 us"
steps = 5
spacing = "log"
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = small;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Sweep read(const std::string& text) { return interpret_sweep(parse_document(text, "test.toml")); }

std::string message(const std::string& text) {
  try {
    read(text);
  } catch (const results::InvalidInput& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(SweepReader, ALogRangeIsEvenInTheLogAndKeepsItsUnit) {
  const Sweep sweep = read(small);
  ASSERT_EQ(sweep.axes.size(), 1u);
  EXPECT_THAT(sweep.axes[0].values, ElementsAre("1 us", "2 us", "4 us", "8 us", "16 us"));
  EXPECT_THAT(sweep.axes[0].numbers, ElementsAre(1e-6, 2e-6, 4e-6, 8e-6, 16e-6));
  EXPECT_EQ(sweep.axes[0].unit, results::Unit::second);
  EXPECT_EQ(sweep.axes[0].key(), "design.flash.latency");
  EXPECT_EQ(sweep.axes[0].place.line, 6);
}

TEST(SweepReader, ALinearRangeMayStartAtZeroAndMixPrefixes) {
  std::string text = with("\"log\"", "\"linear\"");
  text.replace(text.find("1 us"), 4, "0 us");
  text.replace(text.find("16 us"), 5, "0.01 ms");
  EXPECT_THAT(read(text).axes[0].values, ElementsAre("0 us", "2.5 us", "5 us", "7.5 us", "0.01 ms"));
}

TEST(SweepReader, ListedNumbersAscendAndWordsStayInOrder) {
  const std::string list = "key = \"workload.load.batch\"\nvalues = [\"16\", \"1\", \"4\"]\n";
  const std::string words = "[[axis]]\nkey = \"design.interconnect.topology\"\nvalues = [\"ring\", \"fat_tree\"]\n";
  std::string text = small;
  text = text.substr(0, text.find("key =")) + list + words;
  const Sweep sweep = read(text);
  EXPECT_THAT(sweep.axes[0].values, ElementsAre("1", "4", "16"));
  EXPECT_THAT(sweep.axes[1].values, ElementsAre("ring", "fat_tree"));
  EXPECT_TRUE(sweep.axes[1].numbers.empty());
}

TEST(SweepReader, EveryMistakeNamesFileLineKeyValueAndFix) {
  EXPECT_THAT(message(with("steps = 5", "steps = 1")),
              AllOf(HasSubstr("test.toml:9:"), HasSubstr("'1'"), HasSubstr("2")));
  EXPECT_THAT(message(with("\"1 us\"", "\"0 us\"")), AllOf(HasSubstr("test.toml:7:"), HasSubstr("above zero")));
  EXPECT_THAT(message(with("\"1 us\"", "1")), AllOf(HasSubstr("test.toml:7:"), HasSubstr("needs its unit")));
  EXPECT_THAT(message(with("\"16 us\"", "\"16 GB\"")), AllOf(HasSubstr(":8:"), HasSubstr("another kind of quantity")));
  EXPECT_THAT(message(with("\"16 us\"", "\"1 us\"")), AllOf(HasSubstr(":8:"), HasSubstr("must be above low")));
  EXPECT_THAT(message(with("\"16 us\"", "\"16 uz\"")), AllOf(HasSubstr(":8:"), HasSubstr("not a unit")));
  EXPECT_THAT(message(with("\"log\"", "\"lgo\"")), AllOf(HasSubstr(":10:"), HasSubstr("linear or log")));
  EXPECT_THAT(message(with("spacing = \"log\"\n", "")), AllOf(HasSubstr("axis.0.spacing"), HasSubstr("missing")));
  EXPECT_THAT(message(with("low =", "lo =")), AllOf(HasSubstr(":7:"), HasSubstr("did you mean 'low'?")));
  EXPECT_THAT(message(with("designs", "desings")), HasSubstr("did you mean 'designs'?"));
  EXPECT_THAT(message(with("[\"d\"]", "\"d\"")), HasSubstr("write a list"));
  EXPECT_THAT(message(with("[\"d\"]", "[]")), HasSubstr("'designs' is missing"));
  EXPECT_THAT(message(with("[\"b\"]", "[\"b\", \"b\"]")), HasSubstr("stands twice"));
  EXPECT_THAT(message(with("design.flash", "desing.flash")), HasSubstr("design.KEY or workload.KEY"));
  EXPECT_THAT(message(with("steps = 5", "steps = 5\nvalues = [\"1 us\"]")), HasSubstr("lists its values already"));
  EXPECT_THAT(message(std::string(small) + "[[axis]]\nkey = \"design.flash.latency\"\nvalues = [\"1 us\"]\n"),
              AllOf(HasSubstr(":12:"), HasSubstr("two axes")));
  EXPECT_THAT(message(std::string(small) + "[[axis]]\nkey = \"workload.load.batch\"\nvalues = [\"1\", \"2 us\"]\n"),
              HasSubstr("another kind of quantity"));
  EXPECT_THAT(message("workloads = [\"w\"]\ndesigns = [\"d\"]\n"), HasSubstr("'axis' is missing"));
}

TEST(SweepReader, TooManyPointsAreRefusedBeforeTheyAreComputed) {
  std::string text = with("steps = 5", "steps = 1000");
  text += "[[axis]]\nkey = \"design.flash.page\"\nlow = \"1 kB\"\nhigh = \"1 MB\"\nsteps = 1000\nspacing = \"log\"\n";
  EXPECT_THAT(message(text), HasSubstr("give the axes fewer values"));
}

}  // namespace
}  // namespace sextant::analysis
