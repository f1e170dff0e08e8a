// SPDX-License-Identifier: Apache-2.0
// Whether a group reached what was asked, and which of its rows are to blame where it did not.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "analysis/validation/score.hpp"
#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {
namespace {

using Outcomes = std::vector<const Outcome*>;
using Weight = std::function<double(const Outcome&)>;  // what a row has too much of; 0 = it is as asked

constexpr double telling_lift = 0.10;  // share of the excess above the share of the rows from which a class is named
constexpr std::size_t least_rows = 3;  // one row is an accident, not a class

bool predicted(const Outcome& o) { return o.status == OutcomeStatus::predicted && std::isfinite(o.ratio()); }

std::vector<std::pair<std::string, std::string>> classes_of(const Outcome& o, const Catalogue& catalogue) {
  const Case& c = *o.measured;
  std::vector<std::pair<std::string, std::string>> classes{
      {"software", family_of(c)},          {"devices", device_class_of(c, catalogue)},
      {"memory", memory_of(c, catalogue)}, {"accelerator", c.accelerator},
      {"bound by", o.predicted.bound},     {"source", c.source}};
  if (const auto* run = std::get_if<Decoding>(&c.what)) classes.emplace_back("model", run->model);
  std::erase_if(classes, [](const auto& named) { return named.second.empty(); });
  return classes;
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

struct RowClass {
  double excess = 0;
  Outcomes rows;
};

// "they come out 31 % too high" of what is predicted.
std::string direction(const Outcomes& rows) {
  std::vector<double> logs;
  for (const Outcome* o : rows) {
    if (predicted(*o)) logs.push_back(std::log(o->ratio()));
  }
  if (logs.empty()) return "none of them is predicted";
  const double bias = std::exp(results::median_of(logs)) - 1;
  if (std::abs(bias) < 0.01) return "they scatter about the measured values";
  return fmt::format("they come out {} too {}", percent(std::abs(bias)), bias > 0 ? "high" : "low");
}

// The class that holds more of the excess than its size explains.
std::string cause_of(const Outcomes& rows, const Catalogue& catalogue, const Weight& weight) {
  double excess = 0;
  std::map<std::pair<std::string, std::string>, RowClass> parts;
  for (const Outcome* o : rows) {
    const double w = weight(*o);
    excess += w;
    for (auto& named : classes_of(*o, catalogue)) {
      RowClass& part = parts[std::move(named)];
      part.excess += w;
      part.rows.push_back(o);
    }
  }
  if (!(excess > 0)) return {};
  const auto lift = [&](const RowClass& part) {
    return part.excess / excess - double(part.rows.size()) / double(rows.size());
  };
  const auto worst = std::max_element(parts.begin(), parts.end(),
                                      [&](const auto& a, const auto& b) { return lift(a.second) < lift(b.second); });
  if (worst == parts.end() || lift(worst->second) < telling_lift || worst->second.rows.size() < least_rows)
    return "no class of rows holds more of it than its size explains";
  const RowClass& part = worst->second;
  return fmt::format("{} {}: {} of the rows hold {} of the excess; {}", worst->first.first, worst->first.second,
                     percent(double(part.rows.size()) / double(rows.size())), percent(part.excess / excess),
                     direction(part.rows));
}

std::string most_common_refusal(const Outcomes& rows) {
  std::map<std::string, std::size_t> reasons;
  for (const Outcome* o : rows) {
    if (!predicted(*o)) ++reasons[o->reason];
  }
  const auto most = std::max_element(reasons.begin(), reasons.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == reasons.end() ? "" : fmt::format("{} times: {}", most->second, most->first);
}

// Judges one group: every bound that it misses, and the cause of each kind of miss.
class Judge {
 public:
  Judge(const Target& target, const Outcomes& all, const Catalogue& catalogue)
      : target_(target), all_(all), catalogue_(catalogue) {
    std::copy_if(all.begin(), all.end(), std::back_inserter(judged_), [](const Outcome* o) { return is_judged(*o); });
  }

  Verdict verdict() {
    verdict_.group = target_.group;
    verdict_.judged = std::isnan(target_.median_ape) ||
                      std::any_of(judged_.begin(), judged_.end(), [](const Outcome* o) { return predicted(*o); });
    if (verdict_.judged) errors();
    intervals();
    refusals();
    verdict_.reached = verdict_.judged && misses_.empty();
    verdict_.text = verdict_.reached   ? "reached"
                    : !misses_.empty() ? fmt::format("missed: {}", fmt::join(misses_, "; "))
                                       : fmt::format("not judged: no case of {}", target_.judged);
    verdict_.cause = fmt::format("{}", fmt::join(causes_, "; "));
    return verdict_;
  }

 private:
  // A class that several misses point at is named once.
  void missed(std::string text, std::string cause) {
    misses_.push_back(std::move(text));
    const std::string blamed = cause.substr(0, cause.find(": "));
    const bool named = std::any_of(causes_.begin(), causes_.end(), [&](const std::string& other) {
      return other.substr(0, other.find(": ")) == blamed;
    });
    if (!cause.empty() && !named) causes_.push_back(std::move(cause));
  }

  void errors() {
    const ErrorFigures f = figures_of(judged_);
    const auto bounded = [&](const char* name, double value, double bound) {
      if (!(value > bound)) return;
      // An error counts as much as a refusal at most, so that one wild row is not the cause.
      missed(fmt::format("{} {} above {}", name, percent(value), percent(bound)),
             cause_of(judged_, catalogue_,
                      [bound](const Outcome& o) { return std::max(0.0, std::min(1.0, relative_error(o)) - bound); }));
    };
    bounded("median", f.median_ape, target_.median_ape);
    bounded("90th percentile", f.p90_ape, target_.p90_ape);
  }

  void intervals() {
    const ErrorFigures f = figures_of(all_);
    if (f.coverage90 < least_coverage)
      missed(fmt::format("coverage {} below {}", percent(f.coverage90), percent(least_coverage)),
             cause_of(all_, catalogue_, [](const Outcome& o) {
               const double measured = o.measured->measured;
               return predicted(o) && (measured < o.predicted.low || measured > o.predicted.high) ? 1.0 : 0.0;
             }));
    if (f.coverage90 > most_coverage)
      missed(fmt::format("coverage {} above {}", percent(f.coverage90), percent(most_coverage)),
             "the intervals are wider than the errors");
    if (f.median_width > target_.widest) {
      const double widest = target_.widest;
      missed(fmt::format("width {:.2f} above {:.2f}", f.median_width, widest),
             cause_of(all_, catalogue_, [widest](const Outcome& o) {
               return predicted(o) ? std::max(0.0, std::log(o.predicted.high / o.predicted.low / widest)) : 0.0;
             }));
    }
  }

  void refusals() {
    const ErrorFigures f = figures_of(all_);
    const double share = f.n > 0 ? double(f.refused) / double(f.n) : 0;
    if (share > most_refused)
      missed(fmt::format("{} refused above {}", percent(share), percent(most_refused)), most_common_refusal(all_));
  }

  const Target& target_;
  const Outcomes& all_;
  const Catalogue& catalogue_;
  Outcomes judged_;
  std::vector<std::string> misses_, causes_;
  Verdict verdict_;
};

}  // namespace

std::vector<Verdict> verdicts_of(const std::vector<Outcome>& outcomes, const Catalogue& catalogue) {
  std::vector<Verdict> verdicts;
  for (const Target& target : targets()) {
    Outcomes rows;
    for (const Outcome& o : outcomes) {
      if (o.measured->group == target.group && o.measured->trust != uncurated_trust && !o.impossible &&
          o.status != OutcomeStatus::in_sample)
        rows.push_back(&o);
    }
    if (!rows.empty()) verdicts.push_back(Judge(target, rows, catalogue).verdict());
  }
  return verdicts;
}

}  // namespace sextant::analysis
