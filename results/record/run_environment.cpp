// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "results/record/csv.hpp"
#include "results/record/run_package.hpp"

namespace sextant::results {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& key, const char* why) {
  throw std::invalid_argument("environment fact '" + key + "' " + why);
}

// A key that is a fact and a group at once ("cpu" beside "cpu.model") keeps its own text under "".
void insert(Json& root, const std::string& key, const std::string& text) {
  if (key.empty() || key.ends_with('.') || key == "warnings" || key.starts_with("warnings."))
    refuse(key, "has no name of its own");
  Json* node = &root;
  std::string_view rest = key;
  while (true) {
    const auto dot = rest.find('.');
    Json& child = (*node)[std::string(rest.substr(0, dot))];
    if (dot == std::string_view::npos) {
      if (child.is_object() && !child.contains("")) {
        child[""] = text;
        return;
      }
      if (!child.is_null()) refuse(key, "stands twice");
      child = text;
      return;
    }
    if (child.is_string()) child = Json{{"", child}};
    if (child.is_null()) child = Json::object();
    node = &child;
    rest.remove_prefix(dot + 1);
  }
}

void flatten(const Json& node, const std::string& prefix, std::vector<std::pair<std::string, std::string>>& facts) {
  for (const auto& [key, value] : node.items()) {
    if (prefix.empty() && key == "warnings") continue;
    const std::string whole = prefix.empty() ? key : key.empty() ? prefix : prefix + "." + key;
    if (value.is_object()) {
      flatten(value, whole, facts);
    } else {
      facts.emplace_back(whole, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
}

}  // namespace

std::string environment_text(const Provenance& provenance) {
  Json root = Json::object();
  for (const auto& [key, text] : provenance.environment) insert(root, key, text);
  root["warnings"] = provenance.warnings;
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void read_environment(const std::string& text, const std::string& named, Provenance& provenance) {
  try {
    const Json root = Json::parse(text);
    if (!root.is_object()) throw InvalidInput(named + ": must be one JSON object: restore the file as it was written");
    flatten(root, "", provenance.environment);
    if (root.contains("warnings")) provenance.warnings = root["warnings"].get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception& error) {
    throw InvalidInput(fmt::format("{}: {}: restore the file as it was written", named, error.what()));
  }
}

}  // namespace sextant::results
