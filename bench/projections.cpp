// SPDX-License-Identifier: Apache-2.0
#include "bench/projections.hpp"

#include <algorithm>
#include <filesystem>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/designs/design.hpp"
#include "analysis/uncertainty/project.hpp"
#include "analysis/workloads/workload_reader.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "probes/machine/machine.hpp"
#include "results/record/nearest.hpp"

namespace sextant::bench {

namespace fs = std::filesystem;

namespace {

// Names of the TOML files in a shipped folder, sorted.
std::vector<std::string> shipped(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A shipped name, or the path of a file of the user's. Variants are found by name too, but only when they are named.
fs::path file_of(const std::string& wanted, const fs::path& folder, const char* what) {
  std::vector<std::string> names;
  for (const fs::path& in : {folder, folder / "variants"}) {
    if (!fs::is_directory(in)) continue;
    const auto found = shipped(in);
    if (std::find(found.begin(), found.end(), wanted) != found.end()) return in / (wanted + ".toml");
    names.insert(names.end(), found.begin(), found.end());
  }
  if (fs::is_regular_file(wanted)) return wanted;
  if (fs::is_directory(wanted))
    throw UsageError(wanted + " is a folder: a " + std::string(what) + " is a name or a TOML file");
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw UsageError("no " + std::string(what) + " is named '" + wanted + "' and no such file exists" +
                   results::suggestion(wanted, names) + " (shipped: " + all + ")");
}

std::vector<std::string> or_all(const std::vector<std::string>& wanted, const fs::path& folder) {
  return wanted.empty() ? shipped(folder) : wanted;
}

std::vector<std::string> stems(const std::vector<fs::path>& files) {
  std::vector<std::string> names;
  for (const fs::path& file : files) names.push_back(file.stem().string());
  return names;
}

}  // namespace

fs::path workload_file(const std::string& name) { return file_of(name, data_folder() / "workloads", "workload"); }

fs::path design_file(const std::string& name) { return file_of(name, data_folder() / "designs", "design"); }

fs::path sweep_file(const std::string& name) { return file_of(name, data_folder() / "sweeps", "sweep"); }

results::Profile profile_for(const std::string& named) {
  if (!named.empty()) return results::read_profile(profile_folder(named));
  const auto newest = newest_profile(probes::machine_hash(probes::detect_machine(), probes::capture_environment()));
  if (!newest) {
    talk(
        "sextant: no --profile given and none of this machine below sextant-out: only what needs nothing measured can "
        "be projected");
    return {};
  }
  talk("sextant: profile " + newest->string());
  return results::read_profile(*newest);
}

analysis::Discrepancies shipped_discrepancies() {
  return analysis::read_discrepancies(reference_folder() / "discrepancy.csv");
}

std::vector<analysis::Projection> project_all(const ProjectionRequest& request, const results::Profile& profile) {
  const fs::path data = data_folder();
  const analysis::Catalogue catalogue = analysis::load_catalogue(data / "catalogue");
  std::vector<analysis::Override> overrides;
  for (const std::string& text : request.overrides) overrides.push_back(analysis::parse_override(text));

  std::vector<fs::path> workload_files, design_files;
  for (const auto& name : or_all(request.workloads, data / "workloads")) workload_files.push_back(workload_file(name));
  for (const auto& name : or_all(request.designs, data / "designs")) design_files.push_back(design_file(name));

  std::vector<analysis::Design> designs;
  for (const fs::path& file : design_files) {
    designs.push_back(analysis::read_design(
        file, catalogue, analysis::overrides_for(overrides, "design", file.stem().string(), stems(design_files)),
        data / "designs"));
  }
  const analysis::ProjectionOptions options{.seed = request.seed, .discrepancies = shipped_discrepancies()};
  std::vector<analysis::Projection> projections;
  for (const fs::path& file : workload_files) {
    const auto workload = analysis::read_workload(
        file, catalogue, analysis::overrides_for(overrides, "workload", file.stem().string(), stems(workload_files)));
    for (const analysis::Design& design : designs)
      projections.push_back(analysis::project_or_refuse(workload, design, profile, options));
  }
  return projections;
}

}  // namespace sextant::bench
