// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/memory_peak.hpp"

#include <cmath>
#include <set>
#include <string_view>

#include "analysis/calibration/origin.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {

using results::not_available;
using results::Parameter;

namespace {

constexpr std::string_view bandwidth = ".bandwidth";

bool is_bandwidth(const Parameter& parameter) {
  return parameter.name.starts_with("gpu.") && parameter.name.ends_with(bandwidth);
}

}  // namespace

void refuse(Parameter& parameter, const std::string& why) {
  if (parameter.refused.empty()) parameter.refused = why;
  parameter.estimate = {not_available, not_available, not_available};
}

double memory_peak(const std::vector<results::Run>& runs) {
  for (const results::Run& run : runs) {
    if (const std::string* peak = fact(run, "device.memory.bandwidth")) return results::number_from_text(*peak);
  }
  return not_available;
}

void refuse_faster_than_memory(double peak, results::Profile& profile) {
  std::set<std::string> impossible;  // validities
  for (const Parameter& parameter : profile.parameters) {
    if (is_bandwidth(parameter) && parameter.estimate.value > peak) impossible.insert(parameter.validity);
  }
  for (Parameter& parameter : profile.parameters) {
    const bool rate = is_bandwidth(parameter) || parameter.name == "gpu.gemv.flops";
    if (rate && impossible.contains(parameter.validity))
      refuse(
          parameter,
          "faster than the stated peak of the memory: something else than bytes decides these times, or they come from "
          "a cache");
  }
}

void refuse_faster_than_reads(results::Profile& profile) {
  constexpr double most = 1.02;
  for (Parameter& parameter : profile.parameters) {
    const bool share =
        parameter.name == "near_data.gemv.efficiency" || parameter.name == "near_data.attention.efficiency";
    if (share && parameter.estimate.low > most)
      refuse(parameter,
             "faster than memory is read: it ran from a cache, or the machine was in a faster state than when it was "
             "read; "
             "measure larger ones, and both anew");
  }
}

void add_efficiencies(double peak, results::Profile& profile) {
  if (std::isnan(peak)) return;
  const std::size_t count = profile.parameters.size();
  for (std::size_t j = 0; j < count; ++j) {
    Parameter share = profile.parameters[j];
    if (!is_bandwidth(share) || !share.refused.empty()) continue;
    share.name.replace(share.name.size() - bandwidth.size(), bandwidth.size(), ".efficiency");
    share.estimate = {share.estimate.value / peak, share.estimate.low / peak, share.estimate.high / peak};
    share.unit = results::Unit::one;
    share.assumption += "; over the stated peak of " + results::format(peak, results::Unit::byte_per_second);
    profile.draws.columns.push_back(results::key(share));
    for (auto& row : profile.draws.rows) row.push_back(row[j] / peak);
    profile.parameters.push_back(std::move(share));
  }
}

}  // namespace sextant::analysis
