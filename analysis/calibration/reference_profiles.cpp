// SPDX-License-Identifier: Apache-2.0
// Makes the profiles of results/reference anew from its component tables:
//   reference_profiles FOLDER     reads FOLDER/components, writes FOLDER/<accelerator> and FOLDER/held_out.csv
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include "analysis/calibration/reference.hpp"
#include "results/record/csv.hpp"
#include "results/record/write_file.hpp"

namespace {

using namespace sextant;

std::string readme(const analysis::Accelerator& accelerator, const results::Profile& profile) {
  std::size_t rows = 0, left_out = 0, refused = 0;
  std::string sources;
  for (const results::Run& run : accelerator.runs) {
    sources += fmt::format("- `{}`: {}; {}\n", run.provenance.run_id, run.provenance.source, run.provenance.licence);
    for (const results::Measurement& measurement : run.measurements) {
      rows += measurement.samples.size();
      if (measurement.status == results::Status::failed) left_out += measurement.samples.size();
    }
  }
  for (const results::Parameter& parameter : profile.parameters) refused += parameter.refused.empty() ? 0 : 1;
  return fmt::format(
      "# {}\n\nReference profile from {} published component rows, {} of which are not fitted (faster than the memory, "
      "or timed\nwith the host). {} parameters, {} of them refused with a reason. Nobody of this project measured "
      "these "
      "rows, and no decode\nrun is among them.\n\nTables, sources and the licences of the figures:\n\n{}\nHow it is "
      "made "
      "anew, and what it is good for: [../README.md](../README.md).\n",
      accelerator.machine, rows, left_out, profile.parameters.size(), refused, sources);
}

void make(const std::filesystem::path& folder) {
  std::string table = results::csv_line({"accelerator", "curve", "fitted", "predicted", "median", "largest"});
  for (const analysis::Accelerator& accelerator : analysis::read_components(folder / "components")) {
    const results::Profile profile = analysis::calibrate(accelerator.runs, analysis::reference_options());
    results::write_profile(folder / accelerator.machine, profile);
    results::replace_file(folder / accelerator.machine / "README.md", readme(accelerator, profile));
    for (const analysis::HeldOut& one : analysis::held_out(accelerator.runs)) {
      table += results::csv_line({accelerator.machine, one.what, fmt::format("{}", one.fitted),
                                  fmt::format("{}", one.predicted), fmt::format("{:.3g}", one.median),
                                  fmt::format("{:.3g}", one.largest)});
    }
    std::fputs(fmt::format("{}: {} parameters\n", accelerator.machine, profile.parameters.size()).c_str(), stderr);
  }
  results::replace_file(folder / "held_out.csv", table);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: reference_profiles FOLDER   (for example results/reference)\n", stderr);
    return 2;
  }
  try {
    make(argv[1]);
  } catch (const std::exception& error) {
    std::fputs(fmt::format("reference_profiles: {}\n", error.what()).c_str(), stderr);
    return 3;
  }
  return 0;
}
