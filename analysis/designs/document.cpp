// SPDX-License-Identifier: Apache-2.0
#include "analysis/designs/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <tuple>

#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using results::InvalidInput;

std::string place(const std::string& file, int line, int column) {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line) + ":" + std::to_string(column);
  return text;
}

std::string as_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  std::ostringstream out;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_value<decltype(value)>) out << value;
  });
  return out.str();
}

void flatten(Document& document, const std::string& path, const toml::node& node) {
  if (const auto* table = node.as_table()) {
    for (const auto& [key, child] : *table) {
      flatten(document, path.empty() ? std::string(key.str()) : path + "." + std::string(key.str()), child);
    }
  } else if (const auto* array = node.as_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) flatten(document, path + "." + std::to_string(i), *array->get(i));
  } else {
    const auto begin = node.source().begin;
    document.leaves.push_back(
        {path, as_text(node), node.is_string(), static_cast<int>(begin.line), static_cast<int>(begin.column)});
  }
}

}  // namespace

Document parse_document(std::string_view text, std::string file) {
  Document document{std::move(file), {}};
  try {
    flatten(document, "", toml::parse(text));
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw InvalidInput(place(document.file, static_cast<int>(at.line), static_cast<int>(at.column)) +
                       ": not TOML: " + std::string(error.description()));
  }
  std::sort(document.leaves.begin(), document.leaves.end(), [](const Leaf& a, const Leaf& b) {
    return std::tie(a.line, a.column, a.path) < std::tie(b.line, b.column, b.path);  // errors in the order of the file
  });
  return document;
}

Document read_document(const std::filesystem::path& file) {
  return parse_document(results::read_text(file), file.string());
}

namespace {

// A figure may be a value, a reference or a table: "memory.capacity", "memory.capacity.value" and "memory.capacity.class"
// are one thing and replaced together. Sub-keys of a figure are the last name of a path, or "times" and a number.
std::string figure_of(const std::string& path) {
  constexpr std::array parts{"value", "low", "high", "times", "source", "class", "assumption"};
  std::string whole = path;
  if (const auto times = whole.rfind(".times."); times != std::string::npos) whole.resize(times + 6);
  const auto dot = whole.rfind('.');
  if (dot == std::string::npos) return whole;
  const bool part = std::find(parts.begin(), parts.end(), whole.substr(dot + 1)) != parts.end();
  return part ? whole.substr(0, dot) : whole;
}

}  // namespace

Document inherit(const Document& base, const Document& document) {
  std::set<std::string> given;
  for (const Leaf& leaf : document.leaves) given.insert(figure_of(leaf.path));
  Document merged{document.file, {}};
  for (Leaf leaf : base.leaves) {
    if (given.contains(figure_of(leaf.path))) continue;
    if (leaf.file.empty()) leaf.file = base.file;
    merged.leaves.push_back(std::move(leaf));
  }
  merged.leaves.insert(merged.leaves.end(), document.leaves.begin(), document.leaves.end());
  return merged;
}

const Leaf* find_leaf(const Document& document, std::string_view path) {
  const auto at =
      std::find_if(document.leaves.begin(), document.leaves.end(), [&](const Leaf& leaf) { return leaf.path == path; });
  return at == document.leaves.end() ? nullptr : &*at;
}

std::string text_at(const Document& document, std::string_view path) {
  const Leaf* leaf = find_leaf(document, path);
  return leaf ? leaf->text : std::string();
}

void refuse(const Document& document, const Leaf& leaf, std::string_view fix) {
  throw InvalidInput(place(leaf.file.empty() ? document.file : leaf.file, leaf.line, leaf.column) + ": '" + leaf.path +
                     "' = '" + leaf.text + "': " + std::string(fix));
}

void refuse_missing(const Document& document, std::string_view path, std::string_view fix) {
  throw InvalidInput(document.file + ": '" + std::string(path) + "' is missing: " + std::string(fix));
}

Override parse_override(std::string_view text) {
  const auto equals = text.find('=');
  const auto dot = text.find('.');
  if (equals == std::string_view::npos || dot == std::string_view::npos || dot > equals || equals + 1 == text.size()) {
    throw InvalidInput("--set '" + std::string(text) +
                       "': write design.KEY=VALUE or workload.KEY=VALUE, for example "
                       "\"design.memory.bandwidth=8 TB/s\"");
  }
  Override result{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1, equals - dot - 1)),
                  std::string(text.substr(equals + 1))};
  if (result.target != "design" && result.target != "workload") {
    throw InvalidInput("--set '" + std::string(text) + "': '" + result.target + "' is neither design nor workload");
  }
  return result;
}

std::vector<Override> overrides_for(const std::vector<Override>& overrides, std::string_view target,
                                    std::string_view name, const std::vector<std::string>& names) {
  std::vector<Override> mine;
  for (Override item : overrides) {
    if (item.target != target) continue;
    const auto named = std::find_if(names.begin(), names.end(),
                                    [&](const std::string& known) { return item.path.starts_with(known + "."); });
    if (named != names.end()) {
      if (*named != name) continue;
      item.path.erase(0, named->size() + 1);
    }
    mine.push_back(std::move(item));
  }
  return mine;
}

}  // namespace sextant::analysis
