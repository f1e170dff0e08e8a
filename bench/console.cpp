// SPDX-License-Identifier: Apache-2.0
#include "bench/console.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "results/record/run_folder.hpp"

namespace sextant::bench {

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw results::WriteError(std::string("standard output: ") + std::strerror(errno));
  }
}

void talk(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

namespace {

// Characters, not bytes: "µ" and "·" are one column wide.
std::size_t columns(const std::string& text) {
  return std::size_t(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - columns(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace sextant::bench
