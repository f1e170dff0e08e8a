// SPDX-License-Identifier: Apache-2.0
#include "results/record/profile.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "results/record/csv.hpp"
#include "results/record/run.hpp"
#include "results/record/write_file.hpp"

namespace sextant::results {
namespace {

constexpr std::array<std::string_view, 5> sources{"measured", "fitted", "datasheet", "published", "assumed"};
constexpr std::array<std::string_view, 7> transfers{"T0", "T1", "T2", "T3", "T4", "T5", "T6"};

template <class Enum, std::size_t n>
Enum from_name(const std::array<std::string_view, n>& names, std::string_view name, const char* what) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Enum>(found - names.begin());
  std::string list;
  for (const auto known : names) list += (list.empty() ? "" : ", ") + std::string(known);
  throw std::invalid_argument("'" + std::string(name) + "' is no " + what + ": write one of " + list);
}

const std::vector<std::string>& columns() {
  static const std::vector<std::string> list{"parameter",      "value",    "low",        "high",     "unit",   "source",
                                             "transfer_class", "validity", "assumption", "evidence", "refused"};
  return list;
}

constexpr const char* contention_column = "contention";  // since version 2

std::string parameters_text(const Profile& profile) {
  std::vector<std::string> header = columns();
  header.push_back(contention_column);
  std::string text = csv_line(header);
  for (const Parameter& p : profile.parameters) {
    text += csv_line({p.name, number_text(p.estimate.value), number_text(p.estimate.low), number_text(p.estimate.high),
                      std::string(code(p.unit)), std::string(name(p.source)), std::string(name(p.transfer)), p.validity,
                      p.assumption, p.evidence, p.refused, number_text(p.contention)});
  }
  return text;
}

std::string draws_text(const Draws& draws) {
  std::string text = csv_line(draws.columns);
  for (const auto& row : draws.rows) {
    if (row.size() != draws.columns.size()) throw std::invalid_argument("a draw without a value for every column");
    std::vector<std::string> cells;
    cells.reserve(row.size());
    for (const double value : row) cells.push_back(number_text(value));
    text += csv_line(cells);
  }
  return text;
}

std::string package_text(const Profile& profile) {
  nlohmann::ordered_json package{{"$schema", "https://datapackage.org/profiles/2.0/datapackage.json"},
                                 {"name", "profile"}};
  package["resources"] = nlohmann::ordered_json::array({{{"name", "profile"}, {"path", "profile.csv"}}});
  if (!profile.draws.columns.empty()) package["resources"].push_back({{"name", "draws"}, {"path", "draws.csv"}});
  package["sextant"] = {{"schema_version", schema_version}, {"machine", profile.machine}};
  return package.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string machine_of(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return {};  // a profile written by hand
  try {
    const auto own = nlohmann::json::parse(read_text(file)).at("sextant");
    if (own.at("schema_version") > schema_version) {
      throw InvalidInput(file.string() + ": schema_version " + own["schema_version"].dump() +
                         ": this program reads profiles up to version " + std::to_string(schema_version) +
                         ": use the newer program, or calibrate again");
    }
    return own.at("machine");
  } catch (const nlohmann::json::exception& error) {
    throw InvalidInput(file.string() + ": " + error.what() + ": restore the file as it was written");
  }
}

Parameter parameter_of(const CsvTable& csv, std::size_t row) {
  Parameter p;
  p.name = csv.cell(row, "parameter");
  p.estimate = {csv.number(row, "value"), csv.number(row, "low"), csv.number(row, "high")};
  p.unit = csv.converted(row, "unit", [](const std::string& text) { return unit_from_code(text); });
  p.source = csv.converted(row, "source", [](const std::string& text) { return source_from_name(text); });
  p.transfer = csv.converted(row, "transfer_class", [](const std::string& text) { return transfer_from_name(text); });
  p.validity = csv.cell(row, "validity");
  p.assumption = csv.cell(row, "assumption");
  p.evidence = csv.cell(row, "evidence");
  p.refused = csv.cell(row, "refused");
  const auto& header = csv.header;
  if (std::find(header.begin(), header.end(), contention_column) != header.end())
    p.contention = csv.number(row, contention_column);
  if (p.name.empty()) csv.fail(row, "parameter", "name the parameter");
  if (p.refused.empty() && p.estimate.value != p.estimate.value) {
    csv.fail(row, "value", "write a number, or say in the column 'refused' why there is none");
  }
  if (p.estimate.low > p.estimate.value || p.estimate.value > p.estimate.high) {
    csv.fail(row, "value", "must lie between low and high");
  }
  return p;
}

Draws read_draws(const std::filesystem::path& file, const Profile& profile) {
  if (!std::filesystem::exists(file)) return {};
  const CsvTable csv = read_csv(file);
  for (const std::string& column : csv.header) {
    if (!find(profile, column)) {
      throw InvalidInput(file.string() + ":1: column '" + column +
                         "': no such parameter in profile.csv: name it there or remove the column");
    }
  }
  Draws draws{csv.header, {}};
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    std::vector<double> values;
    values.reserve(csv.header.size());
    for (const std::string& column : csv.header) values.push_back(csv.number(row, column));
    draws.rows.push_back(std::move(values));
  }
  return draws;
}

}  // namespace

std::string_view name(Source source) { return sources.at(static_cast<std::size_t>(source)); }
Source source_from_name(std::string_view name) { return from_name<Source>(sources, name, "source"); }

std::string_view name(TransferClass transfer) { return transfers.at(static_cast<std::size_t>(transfer)); }
TransferClass transfer_from_name(std::string_view name) {
  return from_name<TransferClass>(transfers, name, "transfer class");
}

std::string key(const Parameter& parameter) {
  return parameter.validity.empty() ? parameter.name : parameter.name + "[" + parameter.validity + "]";
}

const Parameter* find(const Profile& profile, std::string_view wanted) {
  const auto found = std::find_if(profile.parameters.begin(), profile.parameters.end(),
                                  [&](const Parameter& parameter) { return key(parameter) == wanted; });
  return found == profile.parameters.end() ? nullptr : &*found;
}

void write_profile(const std::filesystem::path& folder, const Profile& profile) {
  create_folder(folder);
  replace_file(folder / "profile.csv", parameters_text(profile));
  std::error_code error;
  if (profile.draws.columns.empty()) {
    std::filesystem::remove(folder / "draws.csv", error);  // those of an older profile are not ours
  } else {
    replace_file(folder / "draws.csv", draws_text(profile.draws));
  }
  replace_file(folder / "datapackage.json", package_text(profile));
}

Profile read_profile(const std::filesystem::path& folder) {
  Profile profile;
  profile.machine = machine_of(folder / "datapackage.json");
  const CsvTable csv = read_csv(folder / "profile.csv");
  for (const std::string& column : columns()) static_cast<void>(csv.column(column));
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    Parameter parameter = parameter_of(csv, row);
    if (find(profile, key(parameter)))
      csv.fail(row, "parameter", "stands twice with this validity: remove one of the rows");
    profile.parameters.push_back(std::move(parameter));
  }
  profile.draws = read_draws(folder / "draws.csv", profile);
  return profile;
}

}  // namespace sextant::results
