// SPDX-License-Identifier: Apache-2.0
#include "bench/resume.hpp"

#include <algorithm>

#include "results/record/csv.hpp"

namespace sextant::bench {

std::vector<PlannedProbe> plan_of(const results::Run& run, const std::vector<probes::Probe>& all,
                                  const probes::Machine& machine) {
  std::vector<PlannedProbe> plan;
  for (const results::Measurement& measurement : run.measurements) {
    if (plan.empty() || plan.back().table.probe != measurement.probe) {
      const auto probe =
          std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.name == measurement.probe; });
      if (probe == all.end()) {
        throw results::InvalidInput("summary.csv: this program has no probe " + measurement.probe +
                                    ": resume with the version that began the run");
      }
      const results::Table* table = results::find_table(run, measurement.probe);
      plan.push_back({*probe, probe->available(machine), table ? *table : results::Table{}, {}});
    }
    plan.back().points.push_back(measurement.point);
  }
  return plan;
}

}  // namespace sextant::bench
