// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/reference_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {
namespace {

std::string number(double value) { return std::isnan(value) ? "" : fmt::format("{:.3g}", value); }

std::string figures(const ErrorFigures& f) {
  return fmt::format("{},{},{},{},{},{},{},{}", f.n, f.refused, f.impossible, number(f.median_ape), number(f.p90_ape),
                     number(f.bias), number(f.coverage90), number(f.median_width));
}

struct Carried {
  results::TransferClass transfer;
  LeaveOut what;
};
constexpr Carried carried[] = {{results::TransferClass::T0, LeaveOut::alternate_size},
                               {results::TransferClass::T1, LeaveOut::model_size},
                               {results::TransferClass::T2, LeaveOut::device},
                               {results::TransferClass::T3, LeaveOut::engine},
                               {results::TransferClass::T4, LeaveOut::memory_class}};

constexpr double student_quantile = 2.132;  // of 95 % with four degrees

}  // namespace

std::vector<Validation> all_validations(const std::vector<Case>& rows, const Catalogue& catalogue) {
  std::vector<Validation> all;
  for (int what = 1; what < 7; ++what) all.push_back(validate(rows, rows, catalogue, {static_cast<LeaveOut>(what)}));
  return all;
}

std::string score_table(const std::vector<Validation>& validations) {
  std::string text =
      "left_out,group,judged,trust,n,refused,impossible,median_ape,p90_ape,bias,coverage90,median_width\n";
  for (const Validation& v : validations) {
    for (const GroupScore& s : v.scores) {
      const std::string start = v.left_out + "," + group_names[static_cast<int>(s.group)];
      text += fmt::format("{},all,\"{}\",{}\n", start, s.trust, figures(s.all));
      if (s.judged.n > 0 && s.judged.n != s.all.n)
        text += fmt::format("{},borrowing from three devices and more,\"{}\",{}\n", start, s.trust, figures(s.judged));
    }
  }
  return text;
}

std::string beside_table(const std::vector<Validation>& validations) {
  std::string text = "left_out,model,group,trust,n,median_ape,p90_ape,bias\n";
  for (const Validation& v : validations) {
    for (const Beside& b : v.beside) {
      for (const GroupScore& s : b.scores)
        text +=
            fmt::format("{},{},{},\"{}\",{},{},{},{}\n", v.left_out, b.model, group_names[static_cast<int>(s.group)],
                        s.trust, s.all.n, number(s.all.median_ape), number(s.all.p90_ape), number(s.all.bias));
    }
  }
  return text;
}

std::string discrepancy_table(const std::vector<Validation>& validations) {
  std::string text = "transfer_class,spread[1],freedom[1],cases[1],left_out\n";
  double widest = 0;
  for (const Carried& one : carried) {
    const std::string left_out = leave_out_names[static_cast<int>(one.what)];
    const auto found = std::find_if(validations.begin(), validations.end(),
                                    [&](const Validation& v) { return v.left_out == left_out; });
    if (found == validations.end()) continue;
    std::vector<double> errors;
    for (const Outcome& o : found->outcomes) {
      const bool known = o.measured->group == Group::single || o.measured->group == Group::batched;
      if (!known || o.measured->trust == "C" || o.status != OutcomeStatus::predicted) continue;
      errors.push_back(std::abs(std::log(o.ratio())));
    }
    if (errors.empty()) continue;
    std::sort(errors.begin(), errors.end());
    widest = std::max(widest, results::quantile(errors, 0.9) / student_quantile);
    text += fmt::format("{},{},4,{},{}\n", results::name(one.transfer), number(widest), errors.size(), left_out);
  }
  return text;
}

}  // namespace sextant::analysis
