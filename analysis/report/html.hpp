// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sextant::analysis {

// Text for an HTML element or a quoted attribute. Everything that comes from a file or a machine goes through it.
std::string escape(std::string_view text);

// Lower-case letters, digits and hyphens: usable as an id and as a file name.
std::string slug(std::string_view text);

// JavaScript or JSON that stands inside a <script> element must not be able to end it.
std::string inside_script(std::string_view code);

struct Cell {
  std::string text;
  std::string badge = {};  // class of a badge around the text; empty: plain
};

struct HtmlTable {
  std::string caption;
  std::vector<std::string> header;
  std::vector<bool> numeric;  // right-aligned, tabular figures; one per column
  std::vector<std::vector<Cell>> rows;
};

std::string table_html(const HtmlTable& table);

// <details> around a table; `summary` is what is read while it is closed.
std::string details_html(std::string_view summary, const HtmlTable& table, bool open);

}  // namespace sextant::analysis
