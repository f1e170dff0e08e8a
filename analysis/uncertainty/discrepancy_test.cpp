// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/discrepancy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using results::TransferClass;
using testing::AllOf;
using testing::HasSubstr;

class DiscrepancyFile : public testing::Test {
 protected:
  void SetUp() override {
    file_ = std::filesystem::temp_directory_path() /
            ("discrepancy-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".csv");
  }
  void TearDown() override { std::filesystem::remove(file_); }

  Discrepancies read(const std::string& rows,
                     const std::string& header = "transfer_class,spread[1],freedom[1],cases[1],left_out") {
    std::ofstream(file_, std::ios::binary) << header << "\n" << rows;
    return read_discrepancies(file_);
  }

  std::string refusal(const std::string& rows,
                      const std::string& header = "transfer_class,spread[1],freedom[1],cases[1],left_out") {
    try {
      read(rows, header);
    } catch (const results::InvalidInput& error) {
      return error.what();
    }
    return "accepted";
  }

 private:
  std::filesystem::path file_;
};

TEST_F(DiscrepancyFile, IsReadWhole) {
  const Discrepancies table = read("T1,0.1,4,942,model_size\nT4,0.2,5,30,memory_class\n");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[1].transfer, TransferClass::T4);
  EXPECT_EQ(table.rows[1].discrepancy.spread, 0.2);
  EXPECT_EQ(table.rows[1].discrepancy.freedom, 5);
  EXPECT_EQ(table.rows[1].cases, 30);
  EXPECT_EQ(table.rows[1].left_out, "memory_class");
}

TEST_F(DiscrepancyFile, WhatItMayNotHoldIsNamedWithItsPlaceAndTheFix) {
  EXPECT_THAT(
      refusal("T1,0.1,4,942,model_size\nT9,0.1,4,942,device\n"),
      AllOf(HasSubstr("IsNamed"), HasSubstr("csv:3: column 'transfer_class'"), HasSubstr("T9"), HasSubstr("T0")));
  EXPECT_THAT(refusal("T1,0.1,4,942,model_size\nT2,0.1,4,9,device\nT1,0.2,4,942,device\n"),
              AllOf(HasSubstr("csv:4: column"), HasSubstr("T1"), HasSubstr("line 2 has it")));
  EXPECT_THAT(refusal("T1,-0.1,4,942,model_size\n"),
              AllOf(HasSubstr("csv:2: column 'spread[1]'"), HasSubstr("-0.1"), HasSubstr("0 or more")));
  EXPECT_THAT(refusal("T1,,4,942,model_size\n"), HasSubstr("column 'spread[1]'"));
  EXPECT_THAT(refusal("T1,wide,4,942,model_size\n"), AllOf(HasSubstr("column 'spread[1]'"), HasSubstr("wide")));
  EXPECT_THAT(refusal("T1,0.1,0,942,model_size\n"), HasSubstr("column 'freedom[1]'"));
  EXPECT_THAT(refusal("T1,0.1,4,0.5,model_size\n"), HasSubstr("column 'cases[1]'"));
  EXPECT_THAT(refusal("T1,0.1,4,942,\n"), HasSubstr("column 'left_out'"));
  EXPECT_THAT(refusal("T1,4,942,model_size\n", "transfer_class,freedom[1],cases[1],left_out"), HasSubstr("spread[1]"));
  EXPECT_THAT(refusal("", "transfer_class,spread[1],cases[1],left_out"), HasSubstr("freedom[1]"));
  EXPECT_THAT(refusal(""), AllOf(HasSubstr("csv:2: column"), HasSubstr("no row")));
}

TEST_F(DiscrepancyFile, AClassWithoutARowTakesTheNextOrTheWidest) {
  // The widest is not the last: what it covers decides, which the degrees of freedom are part of.
  const Discrepancies table = read("T3,0.17,2,9,engine\nT1,0.10,4,9,model_size\nT4,0.19,9,9,memory_class\n");
  const auto of = [&](TransferClass transfer) { return row_for(table, transfer)->transfer; };
  EXPECT_EQ(of(TransferClass::T0), TransferClass::T1);
  EXPECT_EQ(of(TransferClass::T1), TransferClass::T1);
  EXPECT_EQ(of(TransferClass::T2), TransferClass::T3);
  EXPECT_EQ(of(TransferClass::T4), TransferClass::T4);
  EXPECT_EQ(of(TransferClass::T5), TransferClass::T3);
  EXPECT_EQ(of(TransferClass::T6), TransferClass::T3);
  EXPECT_EQ(row_for({}, TransferClass::T2), nullptr);
}

TEST(Discrepancy, TheShippedTableHasARowForWhatPublishedRunsReach) {
  const Discrepancies table =
      read_discrepancies(std::filesystem::path(SEXTANT_SOURCE_DIR) / "results/reference/discrepancy.csv");
  for (const TransferClass transfer : {TransferClass::T1, TransferClass::T2, TransferClass::T3, TransferClass::T4})
    EXPECT_EQ(row_for(table, transfer)->transfer, transfer);
}

TEST(Discrepancy, FactorsHaveTheQuantilesOfStudentsDistribution) {
  const Discrepancy of{.spread = 0.2, .freedom = 4};
  EXPECT_NEAR(discrepancy_factor(of, 0.5), 1, 1e-12);
  EXPECT_NEAR(discrepancy_factor(of, 0.95), std::exp(0.2 * 2.131847), 1e-6);  // t of 4 degrees, 95 %
  EXPECT_NEAR(discrepancy_factor(of, 0.05) * discrepancy_factor(of, 0.95), 1, 1e-12);
  std::vector<double> factors = discrepancy_factors(of, 1000, 1);
  EXPECT_EQ(factors, discrepancy_factors(of, 1000, 1));
  EXPECT_NE(factors, discrepancy_factors(of, 1000, 1, "another"));
  std::sort(factors.begin(), factors.end());
  EXPECT_NEAR(factors[950], std::exp(0.2 * 2.131847), 0.02);
  EXPECT_EQ(discrepancy_factors({}, 3, 1), std::vector<double>(3, 1.0));
}

}  // namespace
}  // namespace sextant::analysis
