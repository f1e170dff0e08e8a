// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/report.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/validation/validation_view.hpp"
#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "bench/projections.hpp"
#include "bench/validations.hpp"
#include "probes/machine/machine.hpp"
#include "probes/probe/version.hpp"
#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::vector<std::string> folders;
  std::string profile, output, figures;
  ProjectionRequest projection;
  ValidationOptions validation{.cases = {}, .fit = {}, .leave_out = "device"};
  bool force = false, json = false;
};

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

// A profile beside the newest run given, else the newest of this machine.
fs::path profile_for(const Options& options) {
  if (!options.profile.empty()) return profile_folder(options.profile);
  for (auto folder = options.folders.rbegin(); folder != options.folders.rend(); ++folder) {
    if (fs::exists(fs::path(*folder) / "profile" / "profile.csv")) return fs::path(*folder) / "profile";
  }
  return {};
}

void write_file(const fs::path& file, const std::string& text) {
  struct Close {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  const std::unique_ptr<std::FILE, Close> out(std::fopen(file.c_str(), "wb"));
  if (!out || std::fwrite(text.data(), 1, text.size(), out.get()) != text.size() || std::fflush(out.get()) != 0) {
    throw results::WriteError(file.string() + ": " + std::strerror(errno) + ": free space or choose another --output");
  }
}

int report(const Options& options) {
  analysis::ReportInput input;
  for (const std::string& folder : options.folders) input.runs.push_back(results::read_run(folder, true));
  if (const fs::path profile = profile_for(options); !profile.empty()) {
    input.profile = results::read_profile(profile);
    input.projections = project_all(options.projection, input.profile);
  }
  if (!options.validation.cases.empty()) {
    const ValidatedCases done = validated(options.validation);
    input.validation = analysis::view_of(done.validation, done.catalogue);
  }
  input.generated = now_utc();
  input.version = probes::build_info().version;
  claim_file(options.output, options.force);
  write_file(options.output, analysis::report_html(input));
  if (!options.figures.empty()) {
    const auto figures = analysis::report_figures(input, options.figures);
    if (!figures.skipped.empty()) talk("sextant: figures: " + figures.skipped);
  }
  if (!analysis::charts_built())
    talk("sextant: this build has no charts (npm was missing): the page holds tables only");
  if (options.json)
    print(nlohmann::ordered_json{{"report", options.output}}.dump() + "\n");
  else
    print(options.output + "\n");
  return done;
}

}  // namespace

void add_report(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("report", "One self-contained HTML page from runs, a profile and projections");
  command->add_option("folder", options->folders, "run folders");
  command->add_option("--profile", options->profile, "profile folder (default: profile/ in the newest run given)");
  command->add_option("--workload", options->projection.workloads, "workloads to project (default: all shipped)")
      ->allow_extra_args(false);
  command->add_option("--design", options->projection.designs, "designs to project onto (default: all shipped)")
      ->allow_extra_args(false);
  add_validation_options(*command, options->validation);
  command->add_option("--output", options->output, "file to write")->required();
  command->add_option("--figures", options->figures, "folder for the charts as SVG");
  command->add_flag("--force", options->force, "replace the file");
  command->add_flag("--json", options->json, "one JSON document on stdout");
  command->callback([options, &exit_code] { exit_code = report(*options); });
}

}  // namespace sextant::bench
