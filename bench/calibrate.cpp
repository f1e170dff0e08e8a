// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/calibration/calibration.hpp"
#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {

namespace {

void print_profile(const results::Profile& profile) {
  std::vector<std::vector<std::string>> rows{{"parameter", "value", "95 % interval", "source", "class", "contention"}};
  std::string refused;
  for (const results::Parameter& parameter : profile.parameters) {
    if (!parameter.refused.empty()) {
      refused += results::key(parameter) + ": refused: " + parameter.refused + "\n";
      continue;
    }
    const auto text = [&](double value) { return results::format(value, parameter.unit); };
    rows.push_back({results::key(parameter), text(parameter.estimate.value),
                    text(parameter.estimate.low) + " .. " + text(parameter.estimate.high),
                    std::string(results::name(parameter.source)), std::string(results::name(parameter.transfer)),
                    std::isnan(parameter.contention) ? "-" : fmt::format("{:.3f}", parameter.contention)});
  }
  print(text_table(rows) + refused);
}

}  // namespace

void add_calibrate(CLI::App& app, int& exit_code) {
  struct Options {
    std::vector<std::string> folders;
    std::string output;
    int draws = 1000;
    std::uint64_t seed = 1;
    int state = 1;
    bool force = false, json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* calibrate = app.add_subcommand("calibrate", "Fit the parameters of a machine from its runs");
  calibrate->add_option("folder", options->folders, "run folders, measured or imported")->required();
  calibrate->add_option("--output", options->output,
                        "profile folder to create (default: profile/ in the last run given)");
  calibrate->add_option("--draws", options->draws, "joint resamples kept")->check(CLI::Range(50, 100000));
  calibrate->add_option("--seed", options->seed, "seed of the resampling");
  calibrate
      ->add_option("--state", options->state,
                   "state of the machine to fit where a run saw several: 1 is that with most measured time")
      ->check(CLI::Range(1, 3));
  calibrate->add_flag("--force", options->force, "replace a profile that is in the way");
  calibrate->add_flag("--json", options->json, "one JSON document on stdout");
  calibrate->callback([options, &exit_code] {
    std::vector<results::Run> runs;
    for (const std::string& folder : options->folders) runs.push_back(results::read_run(folder, true));
    const results::Profile profile = analysis::calibrate(runs, {options->draws, options->seed, options->state - 1});
    const std::filesystem::path output = options->output.empty()
                                             ? std::filesystem::path(options->folders.back()) / "profile"
                                             : std::filesystem::path(options->output);
    claim_folder(output, options->force);
    results::write_profile(output, profile);
    if (options->json) {
      print(nlohmann::ordered_json{{"profile", output.string()}, {"parameters", profile.parameters.size()}}.dump() +
            "\n");
    } else {
      print_profile(profile);
      print(fmt::format("\n{} parameters, {} joint draws\n{}\n", profile.parameters.size(), profile.draws.rows.size(),
                        output.string()));
    }
    exit_code = done;
  });
}

}  // namespace sextant::bench
