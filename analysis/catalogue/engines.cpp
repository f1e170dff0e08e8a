// SPDX-License-Identifier: Apache-2.0
#include "analysis/catalogue/engines.hpp"

#include <algorithm>
#include <map>

#include "analysis/catalogue/catalogue.hpp"
#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"

namespace sextant::analysis {

using results::folded;
namespace {

using results::CsvTable;

std::vector<std::string> parts(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    if (end > 0) found.push_back(folded(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

// "cuda", or "nvidia cuda;amd rocm;cpu cpu".
std::vector<std::pair<std::string, std::string>> backends_of(const CsvTable& table, std::size_t row) {
  std::vector<std::pair<std::string, std::string>> backends;
  const std::vector<std::string> list = parts(table.cell(row, "backend"));
  if (list.size() == 1 && list.front().find(' ') == std::string::npos) return {{"", list.front()}};
  for (const std::string& pair : list) {
    const auto blank = pair.find(' ');
    if (blank == 0 || blank == std::string::npos || blank + 1 == pair.size())
      table.fail(row, "backend", "write one backend, or pairs such as 'NVIDIA cuda;AMD rocm;cpu cpu'");
    backends.emplace_back(pair.substr(0, blank), pair.substr(blank + 1));
  }
  return backends;
}

bool may_follow(std::string_view rest) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (rest.empty() || digit(rest[0])) return true;
  if (rest[0] == '-') return rest.size() > 1 && digit(rest[1]);
  return std::string_view(" ,/(").find(rest[0]) != std::string_view::npos;
}

// Of the class before the vendor: a processor of any vendor runs what processors run.
const std::string* backend_on(const Engine& engine, const Entry& device) {
  for (const std::string& key : {std::string(), folded(word(device, "class")), folded(word(device, "vendor"))}) {
    for (const auto& [of, backend] : engine.backends) {
      if (of == key) return &backend;
    }
  }
  return nullptr;
}

}  // namespace

Engines load_engines(const std::filesystem::path& file) {
  const CsvTable table = results::read_csv(file);
  Engines engines;
  std::map<std::string, std::string> names;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto filled = [&](const char* column) {
      if (table.cell(row, column).empty()) table.fail(row, column, "must not be empty");
      return table.cell(row, column);
    };
    Engine engine{filled("id"),     filled("program"), parts(filled("aliases")), {},
                  filled("launch"), filled("source"),  table.cell(row, "note")};
    filled("backend");
    engine.backends = backends_of(table, row);
    for (const Engine& other : engines) {
      if (other.id == engine.id) table.fail(row, "id", "stands twice: keep one row");
    }
    for (const std::string& alias : engine.aliases) {
      const auto [at, fresh] = names.emplace(alias, engine.id);
      if (!fresh) table.fail(row, "aliases", "'" + alias + "' stands for '" + at->second + "' too: remove it from one");
    }
    engines.push_back(std::move(engine));
  }
  return engines;
}

const Engine* lookup(const Engines& engines, std::string_view name) {
  const std::string text = folded(name);
  const Engine* best = nullptr;
  std::size_t length = 0;
  for (const Engine& engine : engines) {
    for (const std::string& alias : engine.aliases) {
      if (alias.size() <= length || !text.starts_with(alias)) continue;
      if (!may_follow(std::string_view(text).substr(alias.size()))) continue;
      best = &engine;
      length = alias.size();
    }
  }
  return best;
}

std::optional<EngineFamily> engine_family(const Engines& engines, std::string_view name, const Entry& device) {
  const Engine* engine = lookup(engines, name);
  if (!engine) return std::nullopt;
  const std::string* backend = backend_on(*engine, device);
  if (!backend) return std::nullopt;
  const bool fixed = engine->backends.front().first.empty();
  return EngineFamily{fixed ? engine->id : engine->program + "-" + *backend, engine->program, *backend, engine->launch};
}

std::string unknown_engine(const Engines& engines, std::string_view name, const Entry& device) {
  if (lookup(engines, name)) {
    return "engine '" + std::string(name) + "' has no backend for '" + device.id + "' in engines.csv: name the backend";
  }
  std::vector<std::string> known;
  for (const Engine& engine : engines) known.insert(known.end(), engine.aliases.begin(), engine.aliases.end());
  // A version says nothing about which engine was meant.
  std::string_view bare = name.substr(0, name.find_first_of(",(0123456789"));
  while (bare.ends_with(' ')) bare.remove_suffix(1);
  return "no engine '" + std::string(name) + "' in engines.csv" + results::suggestion(bare, known);
}

}  // namespace sextant::analysis
