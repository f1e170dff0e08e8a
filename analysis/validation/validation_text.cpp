// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/validation_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

using Row = std::vector<std::string>;

std::string percent(double share) {
  if (!std::isfinite(share)) return "-";
  return std::abs(share) < 0.0995 ? fmt::format("{:.1f} %", 100 * share) : fmt::format("{:.0f} %", 100 * share);
}

std::string signed_percent(double share) {
  return std::isfinite(share) && share > 0 ? "+" + percent(share) : percent(share);
}

std::string factor(double value) { return std::isfinite(value) ? fmt::format("{:.2f}", value) : "-"; }

std::string name_of(Group group) { return group_names[static_cast<std::size_t>(group)]; }

// Words to the left, figures to the right; two spaces between.
std::string aligned(const std::vector<Row>& rows, std::size_t words) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += c == 0 ? "" : "  ";
      line += c < words ? fmt::format("{:<{}}", row[c], widths[c]) : fmt::format("{:>{}}", row[c], widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Row cells(const std::string& group, const std::string& trust, const ErrorFigures& f) {
  return {group,
          trust,
          std::to_string(f.n),
          std::to_string(f.refused),
          std::to_string(f.impossible),
          std::to_string(f.in_sample),
          percent(f.median_ape),
          percent(f.p90_ape),
          signed_percent(f.bias),
          percent(f.coverage90),
          factor(f.median_width)};
}

std::string scores_text(const std::vector<GroupScore>& scores) {
  std::vector<Row> rows{
      {"group", "trust", "n", "refused", "impossible", "in sample", "median", "p90", "bias", "coverage", "width"}};
  for (const GroupScore& s : scores) {
    rows.push_back(cells(name_of(s.group), s.trust, s.all));
    const Target& target = targets()[static_cast<std::size_t>(s.group)];
    const bool some = s.judged.n > 0 && s.judged.n < s.all.n;
    if (some) rows.push_back(cells(std::string("  of ") + target.judged, s.trust, s.judged));
  }
  return aligned(rows, 2);
}

std::string asked(const Target& target) {
  std::string text;
  if (std::isfinite(target.median_ape)) text += percent(target.median_ape);
  if (std::isfinite(target.p90_ape)) text += " / " + percent(target.p90_ape);
  return text.empty() ? "-" : text;
}

std::string verdicts_text(const std::vector<Verdict>& verdicts) {
  std::vector<Row> rows{{"group", "asked", "verdict"}};
  for (const Verdict& v : verdicts) {
    rows.push_back({name_of(v.group), asked(targets()[static_cast<std::size_t>(v.group)]), v.text});
    if (!v.cause.empty()) rows.push_back({"", "", "likely cause: " + v.cause});
  }
  return aligned(rows, 3);
}

std::string beside_text(const std::vector<Beside>& beside) {
  std::vector<Row> rows{{"model", "group", "n", "median", "p90", "bias"}};
  for (const Beside& b : beside) {
    for (const GroupScore& s : b.scores) {
      if (s.trust != curated_trust) continue;
      rows.push_back({b.model, name_of(s.group), std::to_string(s.all.n), percent(s.all.median_ape),
                      percent(s.all.p90_ape), signed_percent(s.all.bias)});
    }
  }
  return aligned(rows, 2);
}

}  // namespace

Validation judged(std::vector<Outcome> outcomes, const Catalogue& catalogue, std::size_t parameters) {
  Validation v;
  v.scores = scores_of(outcomes);
  v.verdicts = verdicts_of(outcomes, catalogue);
  v.outcomes = std::move(outcomes);
  v.parameters = parameters;
  return v;
}

std::string validation_text(const Validation& v) {
  std::string text = scores_text(v.scores);
  text += fmt::format("\n{} fitted parameters", v.parameters);
  if (v.parameter_bound > 0)
    text += fmt::format(" of engines and devices (at most {}: devices and three for each family of engines)",
                        v.parameter_bound);
  if (v.other_parameters.components > 0)
    text += fmt::format(", {} of components, {} of power, {} of offload", v.other_parameters.components,
                        v.other_parameters.energy, v.other_parameters.flash);
  if (!v.left_out.empty()) text += fmt::format(", each {} left out in turn ({} fits)", v.left_out, v.folds.size());
  text += fmt::format(
      ".\nError is |predicted/measured - 1|; a refused case counts as 100 %, an impossible one is left out. Bias is "
      "the "
      "median of\npredicted/measured, less 1. Coverage is of the 90 % interval and must lie in {} to {}.\n\n",
      percent(least_coverage), percent(most_coverage));
  text += verdicts_text(v.verdicts);
  if (!v.beside.empty()) text += "\nOther models on the same cases, trust A and B:\n" + beside_text(v.beside);
  return text;
}

}  // namespace sextant::analysis
