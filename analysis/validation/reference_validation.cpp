// SPDX-License-Identifier: Apache-2.0
// Makes what results/reference keeps of the validation:
//   reference_validation FOLDER    reads FOLDER/components and FOLDER/published, writes FOLDER/validation.csv,
//                                  FOLDER/validation_beside.csv and FOLDER/discrepancy.csv
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "analysis/validation/case_reader.hpp"
#include "analysis/validation/reference_tables.hpp"
#include "results/record/write_file.hpp"

using namespace sextant;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: reference_validation FOLDER   (for example results/reference)\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    const analysis::Catalogue catalogue = analysis::load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
    const auto rows = analysis::read_cases({folder / "components", folder / "published"}, catalogue);
    const auto validations = analysis::all_validations(rows, catalogue);
    results::replace_file(folder / "validation.csv", analysis::score_table(validations));
    results::replace_file(folder / "validation_beside.csv", analysis::beside_table(validations));
    results::replace_file(folder / "discrepancy.csv", analysis::discrepancy_table(validations));
  } catch (const std::exception& error) {
    std::fputs(fmt::format("reference_validation: {}\n", error.what()).c_str(), stderr);
    return 3;
  }
  return 0;
}
