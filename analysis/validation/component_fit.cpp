// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/component_fit.hpp"

#include <optional>
#include <stdexcept>
#include <vector>

#include "analysis/validation/near_memory.hpp"

namespace sextant::analysis {
namespace {

std::optional<std::size_t> index_of(Group group) {
  if (group == Group::gemm) return 0;
  if (group == Group::attention) return 1;
  if (group == Group::collectives) return 2;
  return std::nullopt;
}

}  // namespace

ComponentFit fit_components(std::span<const Case* const> rows, const Catalogue& catalogue, const Equations& equations) {
  ComponentFit fit{catalogue, {}, {}};
  std::array<std::vector<Call>, 3> calls;
  std::vector<const Case*> memory;
  for (const Case* row : rows) {
    if (!row->refused.empty()) continue;
    if (row->group == Group::memory && row->metric != Metric::speedup) memory.push_back(row);
    const auto index = index_of(row->group);
    if (!index) continue;
    CallOrRefusal made = call_of(*row, catalogue);
    if (made.refused.empty()) calls[*index].push_back(std::move(made.call));
  }
  for (std::size_t i = 0; i < calls.size(); ++i) fit.calls[i] = fit_calls(calls[i], equations);
  fit.memory = fit_memory(memory);
  return fit;
}

Predicted predict(const ComponentFit& fit, const Case& one) {
  if (one.metric == Metric::speedup) return near_memory_speedup(one, fit.catalogue);
  if (one.group == Group::memory) return predict(fit.memory, one);
  const auto index = index_of(one.group);
  if (!index)
    throw std::invalid_argument(std::string("no component: a case of group ") + group_names[std::size_t(one.group)]);
  const CallOrRefusal made = call_of(one, fit.catalogue);
  if (made.refused.empty()) return predict(fit.calls[*index], made.call);
  Predicted refused;
  refused.refused = made.refused;
  return refused;
}

std::size_t parameters(const ComponentFit& fit) {
  std::size_t count = parameters(fit.memory);
  for (const CallFit& group : fit.calls) count += parameters(group);
  return count;
}

}  // namespace sextant::analysis
