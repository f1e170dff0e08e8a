// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "results/import/formats.hpp"
#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string format, file, output;
  results::Label label;
  std::vector<std::string> settings;
  bool force = false, json = false;
};

const results::Format& format_named(const std::string& name) {
  if (const results::Format* format = results::find_format(name)) return *format;
  std::vector<std::string> names;
  for (const results::Format& format : results::formats()) names.emplace_back(format.name);
  throw UsageError(
      fmt::format("no format '{}'{}: write one of {}", name, results::suggestion(name, names), fmt::join(names, ", ")));
}

std::map<std::string, std::string> parse_settings(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> settings;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw UsageError("--set '" + text + "': write for example ranks=16");
    settings[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return settings;
}

std::string last_change(const std::string& file) {
  struct stat status = {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(status.st_mtime));
}

struct Stored {
  fs::path folder;
  const results::Run* run;
};

// One run becomes the folder; several become a folder each in it, named by their machines.
std::vector<Stored> store(const std::vector<results::Run>& runs, const fs::path& output, bool force) {
  std::vector<Stored> stored;
  for (const results::Run& run : runs) {
    const fs::path folder = runs.size() == 1 ? output : output / run.provenance.machine;
    claim_folder(folder, force);
    results::write_run(folder, run);
    stored.push_back({folder, &run});
  }
  return stored;
}

void say(const std::vector<Stored>& stored, bool json) {
  auto document = nlohmann::ordered_json::array();
  for (const auto& [folder, run] : stored) {
    const results::Provenance& p = run->provenance;
    for (const std::string& warning : p.warnings) talk("sextant: " + folder.string() + ": " + warning);
    std::vector<std::string> probes;
    for (const results::Table& table : run->tables) probes.push_back(table.probe);
    document.push_back({{"folder", folder.string()},
                        {"machine", p.machine},
                        {"run_id", p.run_id},
                        {"source", p.source},
                        {"licence", p.licence},
                        {"started", p.started},
                        {"probes", probes},
                        {"points", run->measurements.size()},
                        {"warnings", p.warnings}});
    if (!json)
      print(fmt::format("{}: {} points of {}, machine {}\n", folder.string(), run->measurements.size(),
                        fmt::join(probes, ", "), p.machine));
  }
  if (json) print(nlohmann::ordered_json{{"runs", document}}.dump(2) + "\n");
}

std::string format_lines() {
  std::vector<std::vector<std::string>> rows;
  for (const results::Format& format : results::formats()) {
    rows.push_back({"  " + std::string(format.name), std::string(format.sentence),
                    format.settings.empty() ? "" : "--set " + std::string(format.settings)});
  }
  return "FORMAT is one of:\n" + text_table(rows);
}

}  // namespace

void add_import(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* import = app.add_subcommand("import", "Make a run folder of another tool's output");
  import->add_option("format", options->format, "which tool wrote it (the list is below)")->required();
  import->add_option("file", options->file, "the tool's output")->required();
  import->add_option("--output", options->output, "run folder to create")->required();
  import->add_option("--source", options->label.source, "where the figures come from: an address or a citation");
  import->add_option("--licence", options->label.licence, "licence of the figures");
  import->add_option("--date", options->label.date, "when they were measured: 2026-01-31");
  import->add_option("--machine", options->label.machine,
                     "public name of the machine, where the file does not name it");
  import->add_option("--set", options->settings, "what the file does not say: ranks=16")
      ->take_all()
      ->allow_extra_args(false);
  import->add_flag("--force", options->force, "replace a run that is in the way");
  import->add_flag("--json", options->json, "one JSON document on stdout");
  import->footer(format_lines());
  import->callback([options, &exit_code] {
    const results::Format& format = format_named(options->format);
  auto settings = parse_settings(options->settings);
  const results::ToolFile file{results::read_text(options->file), options->file, std::move(settings)};
  const auto runs = results::import_file(format, file, options->label, last_change(options->file));
  say(store(runs, options->output, options->force), options->json);
  exit_code = done;
});
}  // namespace sextant::bench

}  // namespace sextant::bench
