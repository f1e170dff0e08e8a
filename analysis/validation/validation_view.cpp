// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/validation_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sextant::analysis {
namespace {

std::string name_of(Group group) { return group_names[static_cast<std::size_t>(group)]; }

std::string why(const Predicted& p) {
  std::string text = p.basis.empty() ? "" : "learnt from " + p.basis;
  if (!p.bound.empty()) text += (text.empty() ? "" : "; ") + ("bound by " + p.bound);
  return text;
}

ValidatedCase case_of(const Outcome& o, const Catalogue& catalogue) {
  const Case& c = *o.measured;
  ValidatedCase v;
  v.id = c.id;
  v.group = name_of(c.group);
  v.device = c.device.empty() ? c.accelerator : c.device;
  v.family = family_of(c);
  v.memory = memory_of(c, catalogue);
  v.trust = c.trust;
  v.unit = unit_of(c.metric);
  v.measured = c.measured;
  v.reason = o.reason;
  if (o.status != OutcomeStatus::predicted) return v;
  v.predicted = o.predicted.value;
  v.low = o.predicted.low;
  v.high = o.predicted.high;
  v.transfer_class = results::name(o.predicted.transfer);
  if (v.reason.empty()) v.reason = why(o.predicted);
  return v;
}

ValidatedGroup group_of(const GroupScore& s, const std::vector<Verdict>& verdicts) {
  const ErrorFigures& f = s.all;
  ValidatedGroup g;
  g.name = name_of(s.group);
  g.trust = s.trust;
  g.n = f.n;
  g.refused = f.refused;
  g.impossible = f.impossible;
  g.median_ape = f.median_ape;
  g.p90_ape = f.p90_ape;
  g.bias = f.bias;
  g.coverage90 = f.coverage90;
  g.median_width = f.median_width;
  if (s.trust == uncurated_trust) return g;
  const auto verdict =
      std::find_if(verdicts.begin(), verdicts.end(), [&](const Verdict& v) { return v.group == s.group; });
  if (verdict == verdicts.end()) return g;
  g.verdict = verdict->text;
  g.cause = verdict->cause;
  g.reached = verdict->reached;
  return g;
}

}  // namespace

ValidationView view_of(const Validation& validation, const Catalogue& catalogue) {
  ValidationView view;
  for (const GroupScore& s : validation.scores) view.groups.push_back(group_of(s, validation.verdicts));
  for (const Outcome& o : validation.outcomes) view.cases.push_back(case_of(o, catalogue));
  for (const Beside& b : validation.beside) {
    for (const GroupScore& s : b.scores) {
      if (s.trust == curated_trust)
        view.beside.push_back({b.model, name_of(s.group), s.all.n, s.all.median_ape, s.all.p90_ape});
    }
  }
  view.parameters = validation.parameters;
  view.left_out = validation.left_out;
  view.least_coverage = least_coverage;
  view.most_coverage = most_coverage;
  return view;
}

}  // namespace sextant::analysis
