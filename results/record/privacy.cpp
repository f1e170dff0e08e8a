// SPDX-License-Identifier: Apache-2.0
#include "results/record/privacy.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sextant::results {
namespace {

bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-' || c == '~';
}

std::size_t hex_run(std::string_view text, std::size_t at) {
  std::size_t size = 0;
  while (at + size < text.size() && is_hex(text[at + size])) ++size;
  return size;
}

// Length of pairs of hexadecimal digits joined by one separator, six pairs at least; 0 when there is none at `at`.
std::size_t address_at(std::string_view text, std::size_t at) {
  char separator = 0;
  std::size_t pairs = 0;
  std::size_t end = at;
  while (hex_run(text, end) == 2) {
    ++pairs;
    end += 2;
    if (end == text.size() || (text[end] != ':' && text[end] != '-') || (separator != 0 && text[end] != separator))
      break;
    separator = text[end];
    ++end;
  }
  return pairs >= 6 ? end - at : 0;
}

std::size_t uuid_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  for (const std::size_t digits : {8, 4, 4, 4, 12}) {
    if (end != at) {
      if (end >= text.size() || text[end] != '-') return 0;
      ++end;
    }
    if (hex_run(text, end) != digits) return 0;
    end += digits;
  }
  return end - at;
}

std::size_t path_at(std::string_view text, std::size_t at) {
  if (text[at] != '/' || at + 1 == text.size() || !is_word(text[at + 1])) return 0;
  if (at > 0 && std::string_view(" \t\n\"'`=:,;([{<>|").find(text[at - 1]) == std::string_view::npos) return 0;
  const auto rest = text.substr(at);
  const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c != '/' && !is_word(c); });
  const auto path = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  for (const std::string_view allowed : {"/proc", "/sys", "/dev"}) {
    if (path == allowed || (path.starts_with(allowed) && path[allowed.size()] == '/')) return 0;
  }
  return path.size();
}

template <class Matcher>
std::optional<std::string> first_match(std::string_view text, Matcher match) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const std::size_t size = match(text, at)) return std::string(text.substr(at, size));
  }
  return std::nullopt;
}

std::size_t hardware_at(std::string_view text, std::size_t at) {
  if (!is_hex(text[at]) || (at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])))) return 0;
  return std::max(address_at(text, at), uuid_at(text, at));
}

}  // namespace

std::optional<std::string> hardware_address(std::string_view text) { return first_match(text, hardware_at); }

std::optional<std::string> private_piece(std::string_view text) {
  if (const auto scheme = text.find("file://"); scheme != std::string_view::npos) {
    return std::string(text.substr(scheme, text.find_first_of(" \"'", scheme) - scheme));
  }
  return first_match(
      text, [](std::string_view all, std::size_t at) { return std::max(hardware_at(all, at), path_at(all, at)); });
}

}  // namespace sextant::results
