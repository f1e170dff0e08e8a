// SPDX-License-Identifier: Apache-2.0
#include "results/import/json_place.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "results/record/csv.hpp"

namespace sextant::results {

using Json = nlohmann::json;

struct JsonPlace::Held {
  std::shared_ptr<const Json> document;
  const Json* here;
  std::string file;
  std::string path;  // empty for the document
};

JsonPlace JsonPlace::parse(std::string_view text, const std::string& named, std::string_view fix) {
  try {
    auto document = std::make_shared<const Json>(Json::parse(text));
    const Json* here = document.get();
    return JsonPlace(std::make_shared<const Held>(Held{std::move(document), here, named, ""}));
  } catch (const Json::exception& error) {
    // Its message says where, after a prefix in brackets that only its authors can read. It may quote what is no text.
    std::string what(error.what());
    if (const auto prefix = what.find("] "); prefix != std::string::npos) what.erase(0, prefix + 2);
    for (char& c : what) {
      if (c < ' ' || c > '~') c = '?';
    }
    throw InvalidInput(fmt::format("{}: not whole JSON: {}: {}", named, what, fix));
  }
}

bool JsonPlace::has(const std::string& key) const {
  const Json& here = *held_->here;
  return here.is_object() && here.contains(key) && !here[key].is_null();
}

JsonPlace JsonPlace::member(const std::string& key) const {
  const std::string path = held_->path.empty() ? key : held_->path + "." + key;
  if (!has(key)) throw InvalidInput(fmt::format("{}: {}: is missing: write the file again", held_->file, path));
  return JsonPlace(std::make_shared<const Held>(Held{held_->document, &(*held_->here)[key], held_->file, path}));
}

std::vector<JsonPlace> JsonPlace::elements() const {
  if (!held_->here->is_array()) fail("write a list");
  std::vector<JsonPlace> list;
  for (std::size_t i = 0; i < held_->here->size(); ++i) {
    list.push_back(JsonPlace(std::make_shared<const Held>(
        Held{held_->document, &(*held_->here)[i], held_->file, fmt::format("{}[{}]", held_->path, i)})));
  }
  return list;
}

bool JsonPlace::is_word() const { return held_->here->is_string(); }

std::string JsonPlace::word() const {
  if (!is_word()) fail("write a text");
  return held_->here->get<std::string>();
}

std::string JsonPlace::text() const {
  return is_word() ? held_->here->get<std::string>()
                   : held_->here->dump(-1, ' ', false, Json::error_handler_t::replace);
}

double JsonPlace::number() const {
  const Json& here = *held_->here;
  if (!here.is_number() || !std::isfinite(here.get<double>())) fail("write a number");
  return here.get<double>();
}

double JsonPlace::positive() const {
  const double value = number();
  if (!(value > 0)) fail("measure this again: it must be above zero");
  return value;
}

void JsonPlace::fail(std::string_view fix) const {
  std::string value = text();
  constexpr std::size_t enough = 60;
  if (value.size() > enough) value = value.substr(0, enough) + "...";
  throw InvalidInput(
      fmt::format("{}: {}: value '{}': {}", held_->file, held_->path.empty() ? "document" : held_->path, value, fix));
}

std::string JsonPlace::text_or(const std::string& key, std::string otherwise) const {
  return has(key) ? member(key).text() : std::move(otherwise);
}

double JsonPlace::number_or(const std::string& key, double otherwise) const {
  return has(key) ? member(key).number() : otherwise;
}

}  // namespace sextant::results
