// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "analysis/report/example_input.hpp"
#include "analysis/report/report.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::analysis {
namespace {

using testing::HasSubstr;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class FiguresTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "sextant-figures-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(FiguresTest, WithoutNodeTheSpecificationsAreWrittenAndASentenceSaysWhy) {
  const Figures figures = report_figures(example::input(), folder_ / "new", "/nonexistent/node");
  EXPECT_EQ(figures.files.size(), 5u);
  for (const auto& file : figures.files) EXPECT_EQ(file.extension(), ".json") << file;
  EXPECT_THAT(figures.skipped, HasSubstr("SVG was not drawn"));
  const auto spec = nlohmann::json::parse(text_of(folder_ / "new" / "memory-read.vl.json"));
  EXPECT_EQ(spec.at("width"), 640);  // on paper there is no container
  EXPECT_THAT(spec.at("$schema").get<std::string>(), HasSubstr("vega-lite/v6"));
}

TEST_F(FiguresTest, DrawsSvgWithNode) {
  if (!charts_built()) GTEST_SKIP() << "the chart bundles were not built into this program";
  if (std::system("node --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "node is not installed";
  const Figures figures = report_figures(example::input(), folder_);
  EXPECT_EQ(figures.skipped, "");
  ASSERT_EQ(figures.files.size(), 10u);
  const std::string svg = text_of(folder_ / "memory-read.svg");
  EXPECT_THAT(svg, HasSubstr("<svg"));
  EXPECT_THAT(svg, HasSubstr("64 KiB"));
  EXPECT_THAT(svg, HasSubstr("L2 as stated"));
}

TEST_F(FiguresTest, NodeThatFailsIsAnError) {
  if (!charts_built()) GTEST_SKIP() << "the chart bundles were not built into this program";
  EXPECT_THROW(report_figures(example::input(), folder_, "false"), results::WriteError);
}

TEST_F(FiguresTest, NothingToDrawIsSaid) {
  const Figures figures = report_figures({}, folder_);
  EXPECT_TRUE(figures.files.empty());
  EXPECT_THAT(figures.skipped, HasSubstr("nothing"));
}

TEST_F(FiguresTest, AFolderThatCannotBeMadeIsAnError) {
  std::ofstream(folder_ / "file") << "x";
  EXPECT_THROW(report_figures(example::input(), folder_ / "file" / "below"), results::WriteError);
}

TEST(LockFile, PinsVersionsAndNamesNoRegistry) {
  const std::string lock = text_of(std::filesystem::path(SEXTANT_SOURCE_DIR) / "analysis/report/package-lock.json");
  const auto json = nlohmann::json::parse(lock);
  EXPECT_EQ(json.at("packages").at("node_modules/vega").at("version"), "6.4.0");
  EXPECT_EQ(lock.find("\"resolved\""), std::string::npos);
  for (const auto& [name, package] : json.at("packages").items()) {
    EXPECT_TRUE(name.empty() || package.contains("integrity")) << name;
  }
}

}  // namespace
}  // namespace sextant::analysis
