// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/uncertainty/projection_text.hpp"
#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "bench/projections.hpp"

namespace sextant::bench {

void add_project(CLI::App& app, int& exit_code) {
  struct Options {
    ProjectionRequest request;
    std::string profile, output;
    bool force = false, json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("project", "Project LLM decode onto designs, with an interval and what decides it");
  command
      ->add_option("--workload", options->request.workloads,
                   "name from the catalogue or TOML file (default: all shipped)")
      ->allow_extra_args(false);
  command
      ->add_option("--design", options->request.designs, "name from the catalogue or TOML file (default: all shipped)")
      ->allow_extra_args(false);
  command->add_option("--profile", options->profile,
                      "profile folder, or a reference profile such as h100-sxm (default: the newest of this machine)");
  command
      ->add_option("--set", options->request.overrides, "one figure: \"design.memory.bandwidth=8 TB/s\", workload.load.batch=4; it is an assumption of class T6 and spreads like one (a sweep holds its axis fixed)")
      ->allow_extra_args(false);
  command->add_flag("--explain", options->request.explain,
                    "print every term: equation, bytes, bandwidth, parameter, source, class");
  command->add_option("--output", options->output, "CSV file to write");
  command->add_option("--seed", options->request.seed, "seed of the draws");
  command->add_flag("--force", options->force, "replace the file");
  command->add_flag("--json", options->json, "one JSON document on stdout");
  command->callback([options, &exit_code] {
    if (!options->output.empty()) claim_file(options->output, options->force);  // before the work, not after it
    const auto projections = project_all(options->request, profile_for(options->profile));
    if (!options->output.empty()) analysis::write_projection_csv(options->output, projections);
    if (options->json) {
      print(analysis::projections_json(projections));
    } else {
      print(analysis::table_text(projections));
      for (const auto& projection : projections) {
        if (options->request.explain) print("\n" + analysis::explain_text(projection));
      }
    }
    exit_code = done;
  });
}

}  // namespace sextant::bench
