// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/draws.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/model/split.hpp"
#include "analysis/uncertainty/distribution.hpp"

namespace sextant::analysis {

DrawShares draw_shares(const BoundDesign& bound, std::size_t draws, std::uint64_t seed) {
  DrawShares shares;
  shares.row = stratified(seed, "profile row", draws);
  for (const BoundFigure& figure : bound.figures) {
    shares.base.push_back(stratified(seed, figure.figure.identity + "|own", draws));
    shares.prior.push_back(stratified(seed, figure.figure.identity + "|class", draws));
  }
  return shares;
}

Values values_in_draw(const BoundDesign& bound, const DrawShares& shares, std::size_t draw) {
  Values values;
  values.fill(std::nan(""));
  for (std::size_t f = 0; f < bound.figures.size(); ++f) {
    const BoundFigure& figure = bound.figures[f];
    const auto row =
        static_cast<std::size_t>(shares.row[draw] * static_cast<double>(std::max<std::size_t>(1, figure.joint.size())));
    values[figure.figure.slot] = value_at(figure, shares.base[f][draw], shares.prior[f][draw], row);
  }
  return values;
}

Workload with_split(const Workload& wanted, const Design& design, const Hardware& hardware) {
  Workload workload = wanted;
  if (wanted.search_split) {
    workload.parallelism = best_split(wanted, hardware).parallelism;
    return workload;
  }
  workload.parallelism = resolved(wanted.parallelism, hardware.devices);
  const std::string why = refusal(wanted.model, workload.parallelism, hardware.devices);
  if (!why.empty()) throw MissingParameter("workload '" + wanted.name + "' on design '" + design.name + "': " + why);
  return workload;
}

}  // namespace sextant::analysis
