// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/report/chart.hpp"

namespace sextant::analysis {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Escape, LeavesNothingThatHtmlWouldRead) {
  EXPECT_EQ(escape("<b a='x' c=\"y\">&amp;</b>"), "&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp;amp;&lt;/b&gt;");
  EXPECT_EQ(escape("12.5 µs"), "12.5 µs");
}

TEST(Slug, IsAnIdAndAFileName) {
  EXPECT_EQ(slug("Llama-3.1-70B, batch 1 / 8k"), "llama-3-1-70b-batch-1-8k");
  EXPECT_EQ(slug("../../etc"), "etc");
  EXPECT_EQ(slug("µ"), "x");
}

TEST(InsideScript, CannotEndTheElement) {
  EXPECT_EQ(inside_script("a='</script>'"), "a='<\\/script>'");
  EXPECT_EQ(inside_script("a='</ScRiPt>'"), "a='<\\/ScRiPt>'");
  EXPECT_EQ(inside_script("a='<!--'"), "a='<\\!--'");
}

TEST(Table, HasCaptionAndHeadingsForScreenReaders) {
  const std::string html = table_html({"A & B", {"name", "value"}, {false, true}, {{{"<x>"}, {"1"}}}});
  EXPECT_THAT(html, HasSubstr("<caption><span>A &amp; B</span></caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">&lt;x&gt;</th>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"n\">1</td>"));
}

TEST(ChartHtml, PictureIsFollowedByItsTable) {
  const Chart chart{"id", "title", "note", "alt", R"({"text":"</script><!--"})", {"caption", {"a"}, {}, {{{"1"}}}}};
  const std::string html = chart_html(chart, true);
  EXPECT_LT(html.find("<figure>"), html.find("<details"));
  EXPECT_LT(html.find("<details"), html.find("<table>"));
  EXPECT_THAT(html, HasSubstr(R"(\u003c/script>\u003c!--)"));
  EXPECT_THAT(chart_html(chart, false), Not(HasSubstr("<figure>")));
  EXPECT_THAT(chart_html(chart, false), HasSubstr("<table>"));
}

}  // namespace
}  // namespace sextant::analysis
