// SPDX-License-Identifier: Apache-2.0
#include "bench/validations.hpp"

#include <CLI/CLI.hpp>

#include "analysis/validation/case_reader.hpp"
#include "bench/locations.hpp"

namespace sextant::bench {
namespace {

// "published" and "components" stand for the tables that come with the program, wherever the user stands.
std::vector<std::filesystem::path> paths_of(const std::vector<std::string>& named) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : named) {
    const std::filesystem::path shipped = reference_folder() / name;
    const bool ours = name == "published" || name == "components";
    paths.push_back(ours && !std::filesystem::exists(name) ? shipped : std::filesystem::path(name));
  }
  return paths;
}

std::vector<std::filesystem::path> shipped_rows() {
  return {reference_folder() / "components", reference_folder() / "published"};
}

}  // namespace

CLI::Option* add_validation_options(CLI::App& command, ValidationOptions& options) {
  CLI::Option* cases = command.add_option(
      "--cases", options.cases,
      "tables of published measurements (files or folders) to predict; published and components come "
      "with the program");
  command.add_option("--fit", options.fit, "tables to fit on (default: those that come with the program)");
  command
      .add_option("--leave-out", options.leave_out,
                  "predict each case from a fit without its device, family, memory_class, engine, model_size or "
                  "alternate_size")
      ->check(CLI::IsMember({"nothing", "device", "family", "memory_class", "engine", "model_size", "alternate_size"}));
  return cases;
}

ValidatedCases validated(const ValidationOptions& options) {
  ValidatedCases result;
  result.catalogue = analysis::load_catalogue(data_folder() / "catalogue");
  result.cases = analysis::read_cases(paths_of(options.cases), result.catalogue);
  const auto fit = analysis::read_cases(options.fit.empty() ? shipped_rows() : paths_of(options.fit), result.catalogue);
  result.validation = analysis::validate(result.cases, fit, result.catalogue,
                                         {.leave_out = analysis::leave_out_from_name(options.leave_out).value()});
  return result;
}

}  // namespace sextant::bench
