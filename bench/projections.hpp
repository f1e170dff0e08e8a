// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/model/projection.hpp"
#include "analysis/uncertainty/discrepancy.hpp"
#include "results/record/profile.hpp"

namespace sextant::bench {

// What `project` and `report` are asked for: names from the catalogue or paths of TOML files; empty = all that are
// shipped.
struct ProjectionRequest {
  std::vector<std::string> workloads, designs;
  std::vector<std::string> overrides;  // "design.tier.bandwidth=2 TB/s", "workload.load.batch=4"
  bool explain = false;
  std::uint64_t seed = 1;
};

// Every workload on every design. Throws UsageError for an unknown name (with the nearest), results::InvalidInput for
// what a file says.
std::vector<analysis::Projection> project_all(const ProjectionRequest& request, const results::Profile& profile);

// The TOML file of a shipped name, or the path of a file of the user's. Throws UsageError with the nearest name.
std::filesystem::path workload_file(const std::string& name);
std::filesystem::path design_file(const std::string& name);
std::filesystem::path sweep_file(const std::string& name);

// The profile named, or the newest one of this machine, and which it was is said. Without any, designs that need
// nothing measured can still be projected; the others name what they miss.
results::Profile profile_for(const std::string& named);

// What the model's form misses by transfer class, as it is shipped: results/reference/discrepancy.csv.
analysis::Discrepancies shipped_discrepancies();

}  // namespace sextant::bench
