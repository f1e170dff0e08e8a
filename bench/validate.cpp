// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/validation/case_reader.hpp"
#include "analysis/validation/cross_validation.hpp"
#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "results/record/write_file.hpp"

namespace sextant::bench {
namespace {

struct Options {
  std::vector<std::string> cases, fit;
  std::string leave_out = "nothing", output;
  bool force = false, json = false;
};

std::vector<std::filesystem::path> shipped_rows() {
  return {reference_folder() / "components", reference_folder() / "published"};
}

void validate_cases(const Options& options) {
  const auto left_out = analysis::leave_out_from_name(options.leave_out);
  if (!options.output.empty()) claim_file(options.output, options.force);  // before the work, not after it
  const analysis::Catalogue catalogue = analysis::load_catalogue(data_folder() / "catalogue");
  const auto cases = analysis::read_cases({options.cases.begin(), options.cases.end()}, catalogue);
  const auto fit = analysis::read_cases(
      options.fit.empty() ? shipped_rows() : std::vector<std::filesystem::path>(options.fit.begin(), options.fit.end()),
      catalogue);
  const analysis::Validation validation =
      analysis::validate(cases, fit, catalogue, {.leave_out = left_out.value(), .beside = true});
  if (!options.output.empty()) results::replace_file(options.output, analysis::cases_csv(validation.outcomes));
  print(options.json ? analysis::validation_json(validation) : analysis::validation_text(validation));
}

}  // namespace

void add_validate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("validate", "Predict published measurements of devices and compare: how wrong is the model?");
  command->add_option("--cases", options->cases, "tables of published measurements (files or folders) to predict")
      ->required();
  command->add_option("--fit", options->fit, "tables to fit on (default: those that come with the program)");
  command
      ->add_option("--leave-out", options->leave_out,
                   "predict each case from a fit without its device, family, memory_class, engine, model_size or "
                   "alternate_size")
      ->check(CLI::IsMember({"nothing", "device", "family", "memory_class", "engine", "model_size", "alternate_size"}));
  command->add_option("--output", options->output, "CSV file of all cases to write");
  command->add_flag("--force", options->force, "replace the file");
  command->add_flag("--json", options->json, "one JSON document on stdout");
  command->callback([options, &exit_code] {
    validate_cases(*options);
    exit_code = done;
  });
}

}  // namespace sextant::bench
