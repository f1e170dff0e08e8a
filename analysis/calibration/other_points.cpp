// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "analysis/calibration/fits.hpp"
#include "results/record/point.hpp"

namespace sextant::analysis {

void take_other_points(const Observations& data, std::vector<Parameter>& into) {
  const std::size_t fitted_count = into.size();
  const auto fitted_already = [&](const std::string& probe) {
    return std::any_of(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(fitted_count),
                       [&](const Parameter& parameter) { return parameter.name.rfind(probe, 0) == 0; });
  };
  for (const Observation& observation : data) {
    const results::Measurement& m = *observation.measurement;
    // What published tables hold beside the probes has units of its own and feeds nothing (results/import/published.hpp).
    if (fitted_already(m.probe) || m.probe.rfind("published.", 0) == 0) continue;
    into.push_back(measured(m.probe + "." + m.quantity.name, observation.value, m.quantity.unit, to_text(m.point),
                            "a point of a probe that nothing is fitted to"));
  }
}

}  // namespace sextant::analysis
