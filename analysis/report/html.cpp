// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace sextant::analysis {
namespace {

std::string cell_html(const Cell& cell, bool numeric, bool heading) {
  const std::string_view tag = heading ? "th scope=\"row\"" : "td";
  const std::string text = cell.badge.empty()
                               ? escape(cell.text)
                               : fmt::format("<span class=\"badge {}\">{}</span>", slug(cell.badge), escape(cell.text));
  return fmt::format("<{}{}>{}</{}>", tag, numeric ? " class=\"n\"" : "", text, heading ? "th" : "td");
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string slug(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) && byte < 128) {
      out += static_cast<char>(std::tolower(byte));
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "x" : out;
}

std::string inside_script(std::string_view code) {
  // "<\/script" and "<\!--" mean the same inside JavaScript strings and regular expressions, where alone they can
  // stand. HTML reads the name in any case.
  constexpr std::string_view end = "</script";
  std::string out;
  out.reserve(code.size());
  for (std::size_t i = 0; i < code.size(); ++i) {
    out += code[i];
    const std::string_view rest = code.substr(i, end.size());
    const bool ends = rest.size() == end.size() && std::equal(end.begin(), end.end(), rest.begin(), [](char a, char b) {
                        return a == std::tolower(static_cast<unsigned char>(b));
                      });
    if (ends || rest.starts_with("<!--")) out += '\\';
  }
  return out;
}

std::string table_html(const HtmlTable& table) {
  const auto numeric = [&table](std::size_t column) { return column < table.numeric.size() && table.numeric[column]; };
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escape(table.caption) +
                    "\"><table><caption><span>" + escape(table.caption) + "</span></caption><thead><tr>";
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    out += fmt::format("<th scope=\"col\"{}>{}</th>", numeric(i) ? " class=\"n\"" : "", escape(table.header[i]));
  }
  out += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) out += cell_html(row[i], numeric(i), i == 0);
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string details_html(std::string_view summary, const HtmlTable& table, bool open) {
  return fmt::format("<details{}><summary>{}</summary>{}</details>\n", open ? " open" : "", escape(summary),
                     table_html(table));
}

}  // namespace sextant::analysis
