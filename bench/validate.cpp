// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "bench/validations.hpp"
#include "results/record/write_file.hpp"

namespace sextant::bench {
namespace {

struct Options {
  ValidationOptions validation;
  std::string output;
  bool force = false, json = false;
};

void validate(const Options& options) {
  if (!options.output.empty()) claim_file(options.output, options.force);  // before the work, not after it
  const ValidatedCases done = validated(options.validation);
  if (!options.output.empty()) results::replace_file(options.output, analysis::cases_csv(done.validation.outcomes));
  print(options.json ? analysis::validation_json(done.validation) : analysis::validation_text(done.validation));
}

}  // namespace

void add_validate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("validate", "Predict published measurements of devices and compare: how wrong is the model?");
  add_validation_options(*command, options->validation)->required();
  command->add_option("--output", options->output, "CSV file of all cases to write");
  command->add_flag("--force", options->force, "replace the file");
  command->add_flag("--json", options->json, "one JSON document on stdout");
  command->callback([options, &exit_code] {
    validate(*options);
    exit_code = done;
  });
}

}  // namespace sextant::bench
