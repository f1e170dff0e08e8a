// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/catalogue/engines.hpp"
#include "analysis/catalogue/weight_files.hpp"
#include "analysis/model/workload.hpp"
#include "results/record/estimate.hpp"
#include "results/record/unit.hpp"

// What others published about devices, memory technologies, links, models and number formats: facts with their source.
namespace sextant::analysis {

enum class Kind { technology, device, model, interconnect, precision };
std::string_view name(Kind kind);

struct PublishedFigure {
  std::string name;            // "read_bandwidth", "capacity", "layers"
  results::Estimate estimate;  // SI; NaN where the table is empty. Sources that disagree span low to high
  results::Unit unit = results::Unit::one;
  std::string unit_text;  // as in the file
  bool usable = true;     // false: the unit is one the model has no use for (USD/GB, bumps/mm2)
  std::string evidence;   // read, secondary, recalled, derived
  std::string source;
  std::string note;
};

// One row of a wide table, or all rows of one technology.
struct Entry {
  Kind kind = Kind::technology;
  std::string id;
  std::string name;
  std::vector<std::string> aliases;
  std::vector<std::pair<std::string, std::string>>
      words;  // columns whose cells are words: vendor, memory, attention ...
  std::vector<PublishedFigure> figures;
  std::string place;  // "models.csv:12", for errors
};

// One source that differs from the table by more than 1 %.
struct Conflict {
  Kind kind;
  std::string entity, field;
  double value;  // SI
  results::Unit unit;
  std::string source;
};

struct Catalogue {
  std::vector<Entry> entries;
  std::vector<Conflict> conflicts;
  std::map<std::pair<Kind, std::string>, std::size_t> index;  // lower-case id, name or alias
  Engines engines;
  std::vector<WeightFile> weight_files;
};

// Reads technologies.csv, devices.csv, models.csv, interconnects.csv, precisions.csv, conflicts.csv, engines.csv and
// weight_files.csv. A column with numbers but no unit ("capacity" instead of "capacity[GB]"), a row without one, a name
// that stands for two entries and a conflict about an unknown figure are InvalidInput.
Catalogue load_catalogue(const std::filesystem::path& folder);

const Entry* lookup(const Catalogue& catalogue, Kind kind, std::string_view name);  // by id, name or alias; nullptr
const Entry& find(const Catalogue& catalogue, Kind kind, std::string_view name);    // throws InvalidInput, nearest name

const PublishedFigure* lookup(const Entry& entry, std::string_view figure);  // nullptr when absent or empty
const PublishedFigure& find(const Entry& entry, std::string_view figure);    // throws InvalidInput, nearest figure

std::string word(const Entry& entry, std::string_view column);  // empty when absent

std::vector<std::string> names(const Catalogue& catalogue, Kind kind);  // ids

// The shape of a catalogued model. Throws InvalidInput naming the fields that the catalogue does not know.
Model model_shape(const Entry& entry);

// "fp8" -> Arithmetic::fp8. Throws InvalidInput.
Arithmetic arithmetic_from_name(std::string_view name);

}  // namespace sextant::analysis
