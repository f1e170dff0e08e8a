// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/states.hpp"

namespace sextant::bench {

void add_check(CLI::App& app, int& exit_code) {
  struct Options {
    std::vector<std::string> folders;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* check = app.add_subcommand("check", "Check every row of run folders against the schema");
  check->add_option("folder", options->folders, "run folders")->required();
  check->add_flag("--json", options->json, "one JSON document on stdout");
  check->callback([options, &exit_code] {
    auto document = nlohmann::ordered_json::array();
    bool sound = true;
    for (const std::string& folder : options->folders) {
      if (!results::is_run_folder(folder))
        throw results::InvalidInput(folder + ": not a run folder (it has no datapackage.json of sextant)");
      const auto complaints = results::check_run(folder);
      sound = sound && complaints.empty();
      // Nothing to mend, but to know.
      const auto remarks = complaints.empty() ? results::state_remarks(folder) : std::vector<std::string>();
      document.push_back({{"folder", folder}, {"complaints", complaints}, {"remarks", remarks}});
      if (options->json) continue;
      for (const std::string& complaint : complaints) print(complaint + "\n");
      if (!remarks.empty()) {
        print(fmt::format(
            "{}: {} points were measured in more than one state of the machine, or while it changed: columns "
            "states, main_share, state_ratio and unsettled of summary.csv, or --json, say which\n",
            folder, remarks.size()));
      }
      print(folder + (complaints.empty() ? ": sound\n" : ": " + std::to_string(complaints.size()) + " complaints\n"));
    }
    if (options->json) print(nlohmann::ordered_json{{"runs", document}}.dump(2) + "\n");
    exit_code = sound ? done : check_failed;
  });
}

}  // namespace sextant::bench
