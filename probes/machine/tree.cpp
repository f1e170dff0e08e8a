// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/tree.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace sextant::probes {

bool Tree::has(std::string_view path) const {
  std::error_code ignored;
  return std::filesystem::exists(root_ / path, ignored);
}

std::string Tree::text(std::string_view path) const {
  // Plain C++ streams: sysfs files report a size of 4096 or 0, so the size cannot be trusted, and reads may fail.
  std::ifstream file(root_ / path, std::ios::binary);
  if (!file) return {};
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return std::string(trimmed(content));
}

std::optional<double> Tree::number(std::string_view path) const { return leading_number(text(path)); }

std::vector<std::string> Tree::names(std::string_view folder) const {
  std::error_code error;
  std::vector<std::string> found;
  std::filesystem::directory_iterator at(root_ / folder, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    found.push_back(at->path().filename().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

namespace {

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find_first_of(separators, at), text.size());
    if (end > at) parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

std::vector<std::string> words(std::string_view text) { return split(text, " \t\r\n"); }
std::vector<std::string> lines(std::string_view text) { return split(text, "\n"); }

std::optional<double> leading_number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::vector<int> list_numbers(std::string_view list) {
  std::vector<int> numbers;
  for (const auto& part : split(trimmed(list), ",")) {
    const char* const end = part.data() + part.size();
    int first = 0;
    const auto begun = std::from_chars(part.data(), end, first);
    if (begun.ec != std::errc()) return {};
    int last = first;
    if (begun.ptr != end && *begun.ptr == '-') std::from_chars(begun.ptr + 1, end, last);
    for (int number = first; number <= last; ++number) numbers.push_back(number);
  }
  return numbers;
}

std::string value_of(std::string_view text, std::string_view key) {
  for (const auto& line : lines(text)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    if (trimmed(std::string_view(line).substr(0, colon)) == key) {
      return std::string(trimmed(std::string_view(line).substr(colon + 1)));
    }
  }
  return {};
}

bool is_virtualised(const Tree& tree) {
  const auto flags = words(value_of(tree.text("proc/cpuinfo"), "flags"));
  return std::find(flags.begin(), flags.end(), "hypervisor") != flags.end();
}

}  // namespace sextant::probes
