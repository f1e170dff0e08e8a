// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/validation_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/validation/example_outcomes.hpp"
#include "analysis/validation/validation_view.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using example::Outcomes;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Validation& validation() {
  static Outcomes o;
  if (o.list.empty()) {
    o.add(1.2);
    o.add(0.9);
    o.refuse("no model 'x', \"y\"");
    o.add(2);
    o.cases.back().trust = "C";
  }
  static const Validation v = [] {
    Validation made = judged(o.list, example::catalogue(), 17);
    made.left_out = "device";
    made.folds = {{"device h100-sxm", 4, 17}};
    made.beside = {{"roofline", "a citation", made.scores}};
    return made;
  }();
  return v;
}

TEST(ValidationText, TheTableGivesPerCentAndVerdicts) {
  const std::string text = validation_text(validation());
  EXPECT_THAT(text, HasSubstr("17 fitted parameters, each device left out in turn (1 fits)"));
  EXPECT_THAT(text, AllOf(HasSubstr("single"), HasSubstr("A,B"), HasSubstr("20 %"), HasSubstr("4.00")));
  EXPECT_THAT(text,
              AllOf(HasSubstr("8.0 % / 35 %"), HasSubstr("missed: median 20 % above 8 %"), HasSubstr("roofline")));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(ValidationText, TheDocumentKeepsItsContract) {
  const auto document = nlohmann::json::parse(validation_json(validation()));
  EXPECT_EQ(document.at("parameters"), 17);
  ASSERT_EQ(document.at("groups").size(), 1u) << "one entry for a group, whatever trust its rows have";
  const auto& group = document["groups"][0];
  EXPECT_EQ(group.at("name"), "single");
  EXPECT_EQ(group.at("n"), 3);
  EXPECT_EQ(group.at("refused"), 1);
  EXPECT_NEAR(group.at("median_ape").get<double>(), 0.2, 1e-12);
  for (const char* key : {"p90_ape", "bias", "coverage90", "median_width"}) {
    EXPECT_TRUE(group.at(key).is_number()) << key;
    EXPECT_TRUE(group.at("trust_c").contains(key)) << key;
  }
  EXPECT_EQ(group["trust_c"].at("n"), 1);
  ASSERT_EQ(document.at("cases").size(), 4u);
  const auto& refused = document["cases"][2];
  EXPECT_EQ(refused.at("status"), "refused");
  EXPECT_TRUE(refused.at("predicted").is_null());
  EXPECT_EQ(refused.at("reason"), "no model 'x', \"y\"");
  for (const char* key : {"id", "group", "low", "high", "measured"}) EXPECT_TRUE(refused.contains(key)) << key;
  EXPECT_FALSE(document.at("targets")[0].at("reached").get<bool>());
}

TEST(ValidationText, AGroupWithUncuratedRowsOnlyHasNoFigures) {
  Outcomes o;
  o.add(2);
  o.cases.back().trust = "C";
  const auto document = nlohmann::json::parse(validation_json(judged(o.list, example::catalogue(), 1)));
  EXPECT_EQ(document.at("groups")[0].at("n"), 0);
  EXPECT_TRUE(document["groups"][0].at("median_ape").is_null());
  EXPECT_EQ(document["groups"][0].at("trust_c").at("n"), 1);
}

TEST(ValidationText, TheTableOfCasesReadsBack) {
  const auto table = results::parse_csv(cases_csv(validation().outcomes), "cases.csv");
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_NEAR(table.number(0, "predicted"), 1.2 * 120, 1e-9);
  EXPECT_EQ(table.cell(0, "unit"), "1/s");
  EXPECT_EQ(table.cell(0, "family"), "llama.cpp CUDA");
  EXPECT_EQ(table.cell(0, "transfer"), "T2");
  EXPECT_EQ(table.cell(0, "basis"), "5 other devices");
  EXPECT_EQ(table.cell(2, "predicted"), "");
  EXPECT_EQ(table.cell(2, "transfer"), "");
  EXPECT_EQ(table.cell(2, "reason"), "no model 'x', \"y\"");
}

TEST(ValidationView, HoldsWhatThePagesDraw) {
  const ValidationView view = view_of(validation(), example::catalogue());
  ASSERT_EQ(view.groups.size(), 2u);
  EXPECT_THAT(view.groups[0].verdict, HasSubstr("missed"));
  EXPECT_EQ(view.groups[1].verdict, "") << "nothing is asked of uncurated rows";
  ASSERT_EQ(view.cases.size(), 4u);
  EXPECT_EQ(view.cases[0].memory, "HBM3");
  EXPECT_EQ(view.cases[0].unit, results::Unit::per_second);
  EXPECT_EQ(view.cases[0].reason, "learnt from 5 other devices; bound by memory bandwidth");
  EXPECT_TRUE(std::isnan(view.cases[2].predicted));
  EXPECT_EQ(view.cases[2].reason, "no model 'x', \"y\"");
  ASSERT_EQ(view.beside.size(), 1u);
  EXPECT_EQ(view.beside[0].model, "roofline");
  EXPECT_EQ(view.left_out, "device");
}

}  // namespace
}  // namespace sextant::analysis
