// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>

#include "bench/all_probes.hpp"
#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "bench/plan.hpp"

namespace sextant::bench {

namespace {

std::string axes_text(const results::Table& table) {
  std::string text;
  for (const auto& axis : table.axes) text += (text.empty() ? "" : ", ") + axis.name;
  return text;
}

std::string as_table(const std::vector<PlannedProbe>& plan) {
  std::string text;
  for (const PlannedProbe& planned : plan) {
    text += fmt::format("{}\n    {}\n    axes: {} ({} points)\n", planned.probe.name, planned.probe.summary,
                        axes_text(planned.table), planned.points.size());
    text += planned.availability.ready ? "    can run here\n"
                                       : "    cannot run here: " + planned.availability.reason + "\n";
  }
  return text;
}

// Without what depends on the machine, so that documentation can be checked against it.
std::string as_markdown(const std::vector<PlannedProbe>& plan) {
  std::string text = "| probe | what the number means | quantity | axes |\n|---|---|---|---|\n";
  for (const PlannedProbe& planned : plan) {
    text +=
        fmt::format("| `{}` | {} | {} ({}) | {} |\n", planned.probe.name, planned.probe.summary,
                    planned.probe.quantity.name, results::code(planned.probe.quantity.unit), axes_text(planned.table));
  }
  return text;
}

std::string as_json(const std::vector<PlannedProbe>& plan) {
  auto all = nlohmann::ordered_json::array();
  for (const PlannedProbe& planned : plan) {
    auto axes = nlohmann::ordered_json::array();
    for (const auto& axis : planned.table.axes)
      axes.push_back({{"name", axis.name}, {"unit", results::code(axis.unit)}});
    all.push_back({{"name", planned.probe.name},
                   {"summary", planned.probe.summary},
                   {"quantity", planned.probe.quantity.name},
                   {"unit", results::code(planned.probe.quantity.unit)},
                   {"axes", axes},
                   {"points", planned.points.size()},
                   {"available", planned.availability.ready},
                   {"reason", planned.availability.reason}});
  }
  return nlohmann::ordered_json{{"probes", all}}.dump(2) + "\n";
}

std::string as_names(const std::vector<PlannedProbe>& plan) {
  std::string text;
  for (const PlannedProbe& planned : plan) text += planned.probe.name + "\n";
  return text;
}

}  // namespace

void add_list(CLI::App& app, int& exit_code) {
  struct Options {
    std::string filter, format = "table";
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* list = app.add_subcommand("list", "Every probe, its sentence, and whether it can run here");
  list->add_option("--filter", options->filter, "regular expression on probe names");
  list->add_option("--format", options->format, "table, markdown, json or names")
      ->check(CLI::IsMember({"table", "markdown", "json", "names"}));
  list->add_flag("--json", options->json, "the same as --format json");
  list->callback([options, &exit_code] {
    probes::Machine machine = probes::detect_machine();
    machine.libexec = libexec_folder();
    Request request;
    request.filter = options->filter;
    const auto plan = make_plan(all_probes(), machine, request);
    const std::string format = options->json ? "json" : options->format;
    print(format == "json"       ? as_json(plan)
          : format == "markdown" ? as_markdown(plan)
          : format == "names"    ? as_names(plan)
                                 : as_table(plan));
    exit_code = done;
  });
}

}  // namespace sextant::bench
