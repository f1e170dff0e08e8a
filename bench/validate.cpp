// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/validation/flash_run.hpp"
#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "bench/validations.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/write_file.hpp"

namespace sextant::bench {
namespace {

struct Options {
  ValidationOptions validation;
  std::string flash, output;
  bool force = false, json = false;
};

void validate(const Options& options) {
  if (!options.output.empty()) claim_file(options.output, options.force);  // before the work, not after it
  const ValidatedCases done = validated(options.validation);
  if (!options.output.empty()) results::replace_file(options.output, analysis::cases_csv(done.validation.outcomes));
  print(options.json ? analysis::validation_json(done.validation) : analysis::validation_text(done.validation));
}

// This machine's own flash: a run predicts its streams of layers from its bandwidth of blocks.
void validate_flash(const Options& options) {
  const analysis::FlashRun flash = analysis::predict_flash_run(results::read_run(options.flash));
  print(options.json ? analysis::flash_run_json(flash) : analysis::flash_run_text(flash));
}

}  // namespace

void add_validate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "validate",
      "Predict what was measured and compare: how wrong is the model? Published rows, or this machine's flash");
  CLI::Option* cases = add_validation_options(*command, options->validation);
  CLI::Option* flash = command->add_option("--flash", options->flash,
                                           "folder of a run with storage.read and storage.stream_layers: predict the "
                                           "streams from the bandwidth of blocks alone");
  for (const char* other : {"--cases", "--fit", "--leave-out"}) flash->excludes(command->get_option(other));
  command->add_option("--output", options->output, "CSV file of all cases to write")->excludes(flash);
  command->add_flag("--force", options->force, "replace the file");
  command->add_flag("--json", options->json, "one JSON document on stdout");
  command->callback([=, &exit_code] {
    if (flash->count() == 0 && cases->count() == 0) {
      throw UsageError(
          "validate needs --cases PATH... (published measurements) or --flash DIR (a run of this machine)");
    }
    if (flash->count() > 0) {
      validate_flash(*options);
    } else {
      validate(*options);
    }
    exit_code = done;
  });
}

}  // namespace sextant::bench
