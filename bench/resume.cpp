// SPDX-License-Identifier: Apache-2.0
#include "bench/resume.hpp"

#include <algorithm>
#include <tuple>

#include "results/record/csv.hpp"

namespace sextant::bench {

namespace {

// What a process of this program would write must fit the table that was begun.
void require_same_columns(const probes::Probe& probe, const probes::Machine& machine, const results::Table& begun) {
  const results::Table ours = probes::table_of(probe, machine, false);
  const auto names = [](const std::vector<results::Column>& columns) {
    std::string text;
    for (const auto& column : columns) text += " " + column.name;
    return text.empty() ? " none" : text;
  };
  for (const auto& [what, theirs, now] : {std::tuple("axes", names(begun.axes), names(ours.axes)),
                                          std::tuple("extra columns", names(begun.extras), names(ours.extras))}) {
    if (theirs == now) continue;
    throw results::InvalidInput("datapackage.json: " + probe.name + " was begun with the " + what + theirs +
                                " and this program has" + now + ": resume with the version that began the run");
  }
}

}  // namespace

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
      if (table) require_same_columns(*probe, machine, *table);
      plan.push_back({*probe, probe->available(machine), table ? *table : results::Table{}, {}});
    }
    plan.back().points.push_back(measurement.point);
  }
  return plan;
}

std::string other_build(const results::Provenance& begun, const probes::Environment& now) {
  const auto build = [](const auto& facts) {
    std::string text;
    for (const auto& [key, value] : facts) {
      if (key.starts_with("build.")) text += (text.empty() ? "" : ", ") + value;
    }
    return text;
  };
  const std::string before = build(begun.environment), after = build(now.facts);
  if (before == after) return {};
  return "the run was begun by another build (" + before + ") than finishes it (" + after +
         "): measure anew what is to be published";
}

}  // namespace sextant::bench
