// SPDX-License-Identifier: Apache-2.0
#include "results/record/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace sextant::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(const std::string& text) {
  try {
    parse_csv(text, "t.csv");
    return "read";
  } catch (const InvalidInput& error) {
    return error.what();
  }
}

TEST(Csv, ReadsQuotesCommasNewlinesAndKnowsTheirLines) {
  const CsvTable table = parse_csv("a,b\n\"x,\"\"y\"\"\",1\n\"two\nlines\",2\n\nz,3\n", "t.csv");
  EXPECT_THAT(table.header, ElementsAre("a", "b"));
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.cell(0, "a"), "x,\"y\"");
  EXPECT_EQ(table.cell(1, "a"), "two\nlines");
  EXPECT_EQ(table.number(2, "b"), 3);
  EXPECT_THAT(table.lines, ElementsAre(2, 3, 6));
}

TEST(Csv, AcceptsCarriageReturnsAndByteOrderMark) {
  const CsvTable table = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n1,\r\n3,4\r\n",
      "t.csv");
  EXPECT_THAT(table.header, ElementsAre("a", "b"));
  EXPECT_TRUE(std::isnan(table.number(0, "b")));
  EXPECT_THAT(table.lines, ElementsAre(2, 3));
}

TEST(Csv, DamageNamesFileLineAndFix) {
  EXPECT_THAT(refusal(""), HasSubstr("t.csv:1: the file has no header"));
  EXPECT_THAT(refusal("a,a\n"), HasSubstr("t.csv:1: column 'a' stands twice"));
  EXPECT_THAT(refusal("a,b\n1,2\n3\n"), HasSubstr("t.csv:3: the row has 1 cells and the header 2"));
  EXPECT_THAT(refusal("a,b\n1,\"2\n3,4\n"), HasSubstr("t.csv:2: a quote is opened and never closed"));
  EXPECT_THAT(refusal("a,b\n1,x\"y\n"), HasSubstr("t.csv:2: a quote stands inside a cell"));
  EXPECT_THAT(refusal("a,b\n1,2\n3,4"), HasSubstr("t.csv:3: the last line does not end in a newline"));
}

TEST(Csv, DropsAPartialLastRowWhenAsked) {
  EXPECT_EQ(parse_csv("a,b\n1,2\n3,", "t.csv", true).rows.size(), 1u);
  EXPECT_EQ(parse_csv("a,b\n1,2\n\"x\ny", "t.csv", true).rows.size(), 1u);
  EXPECT_EQ(whole_rows("a\n\"b\n"), 2u);
  EXPECT_EQ(whole_rows("a\n\"b\n\"\n"), 7u);
}

TEST(Csv, CellsThatAreNoNumbersSayWhere) {
  const CsvTable table = parse_csv("a,b\n1,fast\n2, 3\n", "t.csv");
  try {
    table.number(0, "b");
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("t.csv:2: column 'b': value 'fast': write a number"));
  }
  EXPECT_EQ(table.number(1, "b"), 3);
  EXPECT_THROW(table.number(0, "c"), InvalidInput);
}

TEST(Csv, MissingFileIsInvalidInput) {
  EXPECT_THROW(read_csv("no-such-file.csv"), InvalidInput);
  EXPECT_THROW(read_csv("."), InvalidInput);
}

TEST(Csv, NumbersReadBackToTheSameBits) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(16384), "16384");
  EXPECT_EQ(number_text(std::nan("")), "");
  EXPECT_THROW(number_text(std::numeric_limits<double>::infinity()), std::invalid_argument);
  for (const char* text : {"", "1.5x", " 1", "inf", "nan", "0x10", "1,5", "1e999"}) {
    EXPECT_THROW(number_from_text(text), std::invalid_argument) << text;
  }
  EXPECT_TRUE(rc::check([](std::uint64_t bits) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    RC_PRE(std::isfinite(value));
    const double back = number_from_text(number_text(value));
    RC_ASSERT(std::memcmp(&back, &value, sizeof value) == 0);
  }));
}

// Cells made of what matters to a CSV reader.
rc::Gen<std::string> cell() {
  return rc::gen::container<std::string>(rc::gen::element(',', '"', '\n', '\r', ' ', '\t', 'a', '1', '\xC3', '\0'));
}

TEST(Csv, AnyCellsReadBack) {
  EXPECT_TRUE(rc::check([] {
    const auto width = static_cast<std::size_t>(*rc::gen::inRange(1, 5));
    const auto rows = *rc::gen::container<std::vector<std::vector<std::string>>>(
        rc::gen::container<std::vector<std::string>>(width, cell()));
    std::vector<std::string> header;
    for (std::size_t i = 0; i < width; ++i) header.push_back("c" + std::to_string(i));
    std::string text = csv_line(header);
    for (const auto& row : rows) text += csv_line(row);
    RC_ASSERT(parse_csv(text, "t.csv").rows == rows);
    RC_ASSERT(whole_rows(text) == text.size());
  }));
}

}  // namespace
}  // namespace sextant::results
