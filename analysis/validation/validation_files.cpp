// SPDX-License-Identifier: Apache-2.0
// A validation for programs: JSON and CSV, in SI units.
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/validation/validation_text.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using Json = nlohmann::ordered_json;

std::string unit_text(const Case& c) { return std::string(results::code(unit_of(c.metric))); }

const char* name_of(Group group) { return group_names[static_cast<std::size_t>(group)]; }

const char* name_of(OutcomeStatus status) { return outcome_status_names[static_cast<std::size_t>(status)]; }

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json(const ErrorFigures& f) {
  return {{"n", f.n},
          {"refused", f.refused},
          {"median_ape", number(f.median_ape)},
          {"p90_ape", number(f.p90_ape)},
          {"bias", number(f.bias)},
          {"coverage90", number(f.coverage90)},
          {"median_width", number(f.median_width)},
          {"impossible", f.impossible},
          {"in_sample", f.in_sample}};
}

// One entry a group: rows that somebody stood up for, and the others inside it.
Json groups_json(const std::vector<GroupScore>& scores) {
  Json groups = Json::array();
  for (std::size_t g = 0; g < group_count; ++g) {
    Json group;
    for (const GroupScore& s : scores) {
      if (static_cast<std::size_t>(s.group) != g) continue;
      if (group.is_null()) {
        group = {{"name", group_names[g]}};
        group.update(json(s.trust == curated_trust ? s.all : ErrorFigures{}));
      }
      if (s.trust == curated_trust) {
        group["judged"] = json(s.judged);
      } else {
        group["trust_c"] = json(s.all);
      }
    }
    if (!group.is_null()) groups.push_back(std::move(group));
  }
  return groups;
}

Json targets_json(const std::vector<Verdict>& verdicts) {
  Json list = Json::array();
  for (const Verdict& v : verdicts) {
    const Target& t = targets()[static_cast<std::size_t>(v.group)];
    list.push_back({{"group", name_of(v.group)},
                    {"median_ape", number(t.median_ape)},
                    {"p90_ape", number(t.p90_ape)},
                    {"median_width", number(t.widest)},
                    {"judged", t.judged},
                    {"reached", v.reached},
                    {"verdict", v.text},
                    {"cause", v.cause}});
  }
  return list;
}

// In the unit of the row's own table, so that it is compared with the row as it is.
Json case_json(const Outcome& o) {
  const Case& c = *o.measured;
  return {{"id", c.id},
          {"group", name_of(c.group)},
          {"predicted", number(o.predicted.value / c.table_scale)},
          {"low", number(o.predicted.low / c.table_scale)},
          {"high", number(o.predicted.high / c.table_scale)},
          {"measured", number(c.measured / c.table_scale)},
          {"status", name_of(o.status)},
          {"reason", o.reason},
          {"unit", c.table_unit},
          {"trust", c.trust}};
}

}  // namespace

std::string validation_json(const Validation& v) {
  Json cases = Json::array(), folds = Json::array(), beside = Json::array();
  for (const Outcome& o : v.outcomes) cases.push_back(case_json(o));
  for (const Fold& f : v.folds)
    folds.push_back({{"left_out", f.left_out}, {"cases", f.cases}, {"parameters", f.parameters}});
  for (const Beside& b : v.beside)
    beside.push_back({{"model", b.model}, {"citation", b.citation}, {"groups", groups_json(b.scores)}});
  const Json document{{"groups", groups_json(v.scores)},
                      {"parameters", v.parameters},
                      {"parameter_bound", v.parameter_bound},
                      {"other_parameters",
                       {{"components", v.other_parameters.components},
                        {"energy", v.other_parameters.energy},
                        {"flash", v.other_parameters.flash}}},
                      {"cases", std::move(cases)},
                      {"targets", targets_json(v.verdicts)},
                      {"leave_out", v.left_out},
                      {"folds", std::move(folds)},
                      {"beside", std::move(beside)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string cases_csv(const std::vector<Outcome>& outcomes) {
  using results::number_text;
  std::string text = results::csv_line({"id", "group", "device", "family", "trust", "measured", "predicted", "low",
                                        "high", "unit", "status", "transfer", "basis", "reason"});
  for (const Outcome& o : outcomes) {
    const Case& c = *o.measured;
    const Predicted& p = o.predicted;
    const bool made = std::isfinite(p.value);
    text += results::csv_line({c.id, name_of(c.group), c.device.empty() ? c.accelerator : c.device, family_of(c),
                               c.trust, number_text(c.measured), number_text(p.value), number_text(p.low),
                               number_text(p.high), unit_text(c), name_of(o.status),
                               made ? std::string(results::name(p.transfer)) : "", p.basis, o.reason});
  }
  return text;
}

}  // namespace sextant::analysis
