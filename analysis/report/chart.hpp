// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/report/html.hpp"

namespace sextant::analysis {

// A picture and the table it is drawn from. They never go apart: the table is what is read where no picture can be
// drawn.
struct Chart {
  std::string id;  // unique in the page; the file name of the figure
  std::string title;
  std::string note;  // one or two sentences: what is drawn and how to read it
  std::string alt;   // what a screen reader says in place of the picture
  std::string spec;  // Vega-Lite as JSON text; empty: there is only a table
  HtmlTable table;
};

// A <figure> with the specification inside, then the table in <details>, open until a script has drawn the picture.
std::string chart_html(const Chart& chart, bool with_picture);

}  // namespace sextant::analysis
