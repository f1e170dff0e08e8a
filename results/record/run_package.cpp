// SPDX-License-Identifier: Apache-2.0
#include "results/record/run_package.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "results/record/csv.hpp"
#include "results/record/request_rows.hpp"
#include "results/record/run_fields.hpp"

namespace sextant::results {
namespace {

using Json = nlohmann::ordered_json;

// Names in a data package hold letters, digits, point, hyphen and underscore only.
std::string package_name(std::string text) {
  for (char& c : text) {
    const bool allowed =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    if (!allowed) c = '-';
  }
  return text.empty() ? "unnamed" : text;
}

Json licences(const std::string& licence) {
  if (licence == "CC-BY-4.0") {
    return Json::array({{{"name", licence},
                         {"path", "https://creativecommons.org/licenses/by/4.0/"},
                         {"title", "Creative Commons Attribution 4.0 International"}}});
  }
  return Json::array({{{"name", package_name(licence)}, {"title", licence}}});
}

Json schema(const std::vector<Field>& fields, std::vector<std::string> key) {
  static constexpr std::array<const char*, 3> types{"number", "integer", "string"};
  Json list = Json::array();
  for (const Field& field : fields) {
    Json entry{{"name", field.name},
               {"type", types[static_cast<std::size_t>(field.type)]},
               {"description", field.description}};
    if (field.unit != Unit::text) entry["unit"] = code(field.unit);
    if (field.name == "stage") entry["constraints"] = {{"enum", {"warmup", "measure"}}};
    if (field.role != Role::summary) entry["sextant"] = {{"role", name(field.role)}};
    list.push_back(std::move(entry));
  }
  return {{"$schema", "https://datapackage.org/profiles/2.0/tableschema.json"},
          {"fields", std::move(list)},
          {"missingValues", {""}},
          {"primaryKey", std::move(key)}};
}

Json table_resource(const std::string& name, const std::string& description, const std::string& licence,
                    Json table_schema) {
  return {{"name", name},
          {"type", "table"},
          {"path", name + ".csv"},
          {"description", description},
          {"format", "csv"},
          {"mediatype", "text/csv"},
          {"encoding", "utf-8"},
          {"dialect", {{"delimiter", ","}, {"lineTerminator", "\n"}}},
          {"licenses", licences(licence)},
          {"schema", std::move(table_schema)}};
}

Json probe_resource(const Table& table, const std::string& licence) {
  std::vector<std::string> key;
  for (const Column& axis : table.axes) key.push_back(axis.name);
  key.insert(key.end(), {"launch", "repetition", "stage"});
  Json resource = table_resource(table.probe, table.summary, licence, schema(raw_fields(table), std::move(key)));
  for (std::size_t i = 0; i < table.axes.size(); ++i)
    resource["schema"]["fields"][i]["sextant"]["axis"] = table.axes[i].name;
  resource["sextant"] = {{"probe", table.probe},
                         {"summary", table.summary},
                         {"quantity", {{"name", table.quantity.name}, {"unit", code(table.quantity.unit)}}}};
  return resource;
}

// Told from the tables of samples by having no "sextant" of its own, so that programs that know no such tables read on.
Json request_resource(const Table& table, const std::string& licence) {
  std::vector<std::string> key;
  for (const Column& axis : table.axes) key.push_back(axis_column(axis));
  key.insert(key.end(), {"launch", "repetition", "request"});
  Json resource = table_resource(table.probe + ".requests", "Single requests of the samples of " + table.probe, licence,
                                 schema(request_fields(table), std::move(key)));
  resource["requests"] = {{"probe", table.probe}};
  return resource;
}

Json file_resource(const char* file, const char* name, const char* format, const char* mediatype,
                   const char* description, const std::string& licence) {
  return {{"name", name},           {"path", file},        {"description", description},   {"format", format},
          {"mediatype", mediatype}, {"encoding", "utf-8"}, {"licenses", licences(licence)}};
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

double number_or_nan(const Json& value) { return value.is_null() ? not_available : value.get<double>(); }

// The bounds between the levels of each canary, and the levels of each state.
Json states_json(const States& states) {
  const auto& [compute, message, together] = states.bounds;
  return {{"compute", compute}, {"message", message}, {"together", together}, {"levels", states.levels}};
}

States states_of(const Json& json) {
  States states;
  states.bounds = {json.at("compute"), json.at("message"), json.at("together")};
  states.levels = json.at("levels").get<decltype(states.levels)>();
  return states;
}

Json own_properties(const Provenance& provenance, const CanaryMedians& canaries) {
  return {
      {"schema_version", schema_version},
      {"machine", provenance.machine},
      {"run_id", provenance.run_id},
      {"mode", provenance.mode},
      {"seed", fmt::format("{}", provenance.seed)},  // text: 64 bits do not survive readers whose numbers are doubles
      {"state", name(provenance.state)},
      {"started", provenance.started},
      {"licence", provenance.licence},
      {"source", provenance.source},
      {"canaries", {{"compute", number_or_null(canaries.compute)}, {"memory", number_or_null(canaries.memory)}}},
      {"states", states_json(canaries.states)}};
}

Column column_of(const Json& field) {
  const bool word = field.at("type") == "string";
  return {field.at("name"), word ? Unit::text : unit_from_code(field.at("unit").get<std::string>()),
          field.value("description", "")};
}

Table table_of(const Json& resource) {
  const Json& own = resource.at("sextant");
  Table table;
  table.probe = own.at("probe");
  table.summary = own.at("summary");
  table.quantity = {own.at("quantity").at("name"), unit_from_code(own.at("quantity").at("unit").get<std::string>())};
  for (const Json& field : resource.at("schema").at("fields")) {
    const std::string role = field.at("sextant").at("role");
    if (role == "axis") {
      table.axes.push_back(column_of(field));
      table.axes.back().name = field.at("sextant").at("axis");
    }
    if (role == "extra") table.extras.push_back(column_of(field));
  }
  return table;
}

// Adds to the table of its probe what the table of its requests tells of each.
void read_requests(const Json& resource, Run& run) {
  const std::string probe = resource.at("requests").at("probe");
  for (Table& table : run.tables) {
    if (table.probe == probe) table.request = column_of(resource.at("schema").at("fields").back());
  }
}

void read_own(const Json& own, Run& run) {
  Provenance& provenance = run.provenance;
  provenance.machine = own.at("machine");
  provenance.run_id = own.at("run_id");
  provenance.mode = own.at("mode");
  provenance.seed = std::stoull(own.at("seed").get<std::string>());
  provenance.state = state_from_name(own.at("state").get<std::string>());
  provenance.started = own.at("started");
  provenance.licence = own.at("licence");
  provenance.source = own.at("source");
  if (own.contains("canaries")) {  // since version 2
    const Json& canaries = own["canaries"];
    run.canaries = {number_or_nan(canaries.at("compute")), number_or_nan(canaries.at("memory"))};
  }
  if (own.contains("states")) run.canaries.states = states_of(own["states"]);  // since version 3
}

int version_of(const Json& package, const std::string& named) {
  if (!package.is_object() || !package.contains("sextant") || !package["sextant"].is_object()) {
    throw InvalidInput(named + ": this is no run of Sextant (no \"sextant\" object): give the folder of a run");
  }
  const Json version = package["sextant"].value("schema_version", Json());
  if (!version.is_number_integer() || version < 1) {
    throw InvalidInput(fmt::format("{}: schema_version {}: write the version that the folder was written in, 1 to {}",
                                   named, version.dump(), schema_version));
  }
  if (version > schema_version) {
    throw InvalidInput(
        fmt::format("{}: schema_version {}: this program reads schema version {} and earlier ones: use a newer Sextant",
                    named, version.dump(), schema_version));
  }
  return version;
}

}  // namespace

std::string package_text(const Run& run, const CanaryMedians& canaries) {
  const Provenance& p = run.provenance;
  Json resources = Json::array();
  for (const Table& table : run.tables) {
    resources.push_back(probe_resource(table, p.licence));
    if (table.request) resources.push_back(request_resource(table, p.licence));
  }
  resources.push_back(table_resource("summary", "One row per point: status and statistics of the raw samples",
                                     p.licence, schema(summary_fields(), {"probe", "point"})));
  resources.push_back(table_resource("launches", "One row per worker process: when it ran, and what watching it cost",
                                     p.licence, schema(launch_fields(), {"probe", "launch", "start"})));
  resources.push_back(file_resource(environment_file, "environment", "json", "application/json",
                                    "Facts about the machine and the build, and warnings", p.licence));
  if (!run.topology_xml.empty()) {
    resources.push_back(file_resource(topology_file, "topology", "xml", "application/xml",
                                      "Processors, caches and memory as hwloc sees them, without identities",
                                      p.licence));
  }
  Json package{{"$schema", "https://datapackage.org/profiles/2.0/datapackage.json"},
               {"name", package_name("sextant-" + p.machine + "-" + p.run_id)},
               {"title", fmt::format("Sextant run {} on {}", p.run_id, p.machine)},
               {"version", fmt::format("{}.0.0", schema_version)}};
  if (!p.started.empty()) package["created"] = p.started;
  package["licenses"] = licences(p.licence);
  package["sources"] =
      Json::array({{{"title", p.source.empty() ? "Measured by Sextant on the machine " + p.machine : p.source}}});
  package["contributors"] = Json::array({{{"title", "The Sextant project"}, {"roles", {"creator"}}}});
  package["resources"] = std::move(resources);
  package["sextant"] = own_properties(p, canaries);
  return package.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void read_package(const std::string& text, const std::string& named, Run& run) {
  try {
    const Json package = Json::parse(text);
    run.provenance.schema = version_of(package, named);
    read_own(package["sextant"], run);
    for (const Json& resource : package.at("resources")) {
      if (resource.contains("sextant")) run.tables.push_back(table_of(resource));
      if (resource.contains("requests")) read_requests(resource, run);
    }
    check_storable(run);
  } catch (const nlohmann::json::exception& error) {
    throw InvalidInput(fmt::format("{}: {}: restore the file as it was written", named, error.what()));
  } catch (const std::logic_error& error) {  // a unit, state, seed or column name that is none
    throw InvalidInput(fmt::format("{}: {}: restore the file as it was written", named, error.what()));
  }
}

bool is_run_package(const std::string& text) {
  const Json package = Json::parse(text, nullptr, false);
  return package.is_object() && package.contains("sextant") && package["sextant"].is_object() &&
         package["sextant"].contains("run_id");
}

}  // namespace sextant::results
