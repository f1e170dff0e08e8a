// SPDX-License-Identifier: Apache-2.0
#include "analysis/comparison/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/comparison/notes.hpp"
#include "analysis/comparison/same_runs.hpp"
#include "analysis/comparison/units.hpp"
#include "results/record/csv.hpp"
#include "results/record/summary.hpp"

namespace sextant::analysis {
namespace {

using results::InvalidInput;
using results::Measurement;
using results::Run;
using results::Verdict;

std::string place_of(const Measurement& measurement) {
  return measurement.probe + " " + results::to_text(measurement.point);
}

std::set<std::string> probes_of(const Run& run) {
  std::set<std::string> probes;
  for (const Measurement& measurement : run.measurements) probes.insert(measurement.probe);
  return probes;
}

void require_measured(const Named& side) {
  const auto& all = side.run.measurements;
  if (std::none_of(all.begin(), all.end(), [](const Measurement& m) { return !m.samples.empty(); }))
    throw InvalidInput(side.name + ": holds no measured point: give a run that measured something");
}

void require_comparable(const Named& a, const Named& b, bool any_version) {
  require_measured(a);
  require_measured(b);
  const std::string from = version_of(a.run), to = version_of(b.run);
  if (!any_version && !from.empty() && !to.empty() && from != to) {
    throw InvalidInput(
        fmt::format("{} was measured by Sextant {} and {} by Sextant {}: measure both with one version, or say "
                    "--any-version",
                    a.name, from, b.name, to));
  }
  const auto probes = probes_of(a.run), others = probes_of(b.run);
  if (std::none_of(probes.begin(), probes.end(), [&](const auto& probe) { return others.contains(probe); })) {
    throw InvalidInput(fmt::format("{} and {} have no probe in common: A has {}, B has {}", a.name, b.name,
                                   fmt::join(probes, ", "), fmt::join(others, ", ")));
  }
}

void require_same_quantity(const Named& a, const Measurement& base, const Named& b, const Measurement& fresh) {
  const results::Quantity &x = base.quantity, &y = fresh.quantity;
  if (x == y) return;
  throw InvalidInput(fmt::format("{} is {} in {} in {} and {} in {} in {}: compare runs of the same quantity",
                                 place_of(base), x.name, results::code(x.unit), a.name, y.name, results::code(y.unit),
                                 b.name));
}

// As `sextant run` and the report tell it.
Side side_of(const Measurement& measurement, const results::Units& units) {
  const results::Summary summary = results::summarise(measurement);
  return {{summary.median, summary.low, summary.high}, int(units.size()), summary.n};
}

class Judge {
 public:
  explicit Judge(const ComparisonOptions& options) : options_(options) {}

  Row row(const Measurement& base, const Measurement& fresh) {
    Row row;
    row.probe = base.probe;
    row.point = base.point;
    row.quantity = base.quantity;
    row.marks = marks_of(base, fresh);
    const Independent a = independent_units(base), b = independent_units(fresh);
    if (!a.refused.empty() || !b.refused.empty()) {
      row.refused = a.refused.empty() ? "B " + b.refused : "A " + a.refused;
      return row;
    }
    repetitions = repetitions || a.repetitions || b.repetitions;
    const results::Pool pool_a = results::pool(a.units), pool_b = results::pool(b.units);
    row.a = side_of(base, a.units);
    row.b = side_of(fresh, b.units);
    row.ratio = results::ratio_of_medians(a.units, b.units);
    row.superiority = results::superiority(pool_a.values, pool_b.values);
    row.margin = margin(row.probe, a.units, b.units);
    row.verdict = results::judge(row.ratio, row.margin.value);
    return row;
  }

  bool repetitions = false;  // some units were single repetitions

 private:
  Margin margin(const std::string& probe, const results::Units& a, const results::Units& b) {
    if (options_.margin) return {*options_.margin, "--margin"};
    if (options_.same.empty()) return margin_from_halves(a, b);
    const auto known = by_probe_.find(probe);
    if (known != by_probe_.end()) return known->second;
    return by_probe_[probe] = margin_from_same_runs(options_.same, probe);
  }

  const ComparisonOptions& options_;
  std::map<std::string, Margin> by_probe_;
};

// Among many rows some look different by chance: Holm's correction over all of them takes those back.
void correct(Comparison& comparison) {
  std::vector<double> p;
  for (const Row& row : comparison.rows) {
    if (row.refused.empty()) p.push_back(row.ratio.p);
  }
  comparison.compared = int(p.size());
  const std::vector<double> adjusted = results::holm(p);
  std::size_t next = 0;
  for (Row& row : comparison.rows) {
    if (!row.refused.empty()) continue;
    row.adjusted_p = adjusted[next++];
    row.verdict = confirmed(row.verdict, row.adjusted_p);
    if (row.verdict == Verdict::inconclusive) row.needed = results::deciding_units(row.ratio, row.margin.value);
  }
}

}  // namespace

Comparison compare(const Named& a, const Named& b, const ComparisonOptions& options) {
  require_comparable(a, b, options.any_version);
  std::map<std::string, const Measurement*> in_b;
  for (const Measurement& measurement : b.run.measurements) in_b.emplace(place_of(measurement), &measurement);
  std::vector<std::pair<const Measurement*, const Measurement*>> common;
  Comparison comparison;
  for (const Measurement& measurement : a.run.measurements) {
    const auto found = in_b.find(place_of(measurement));
    if (found == in_b.end()) {
      comparison.only_in_a.push_back(place_of(measurement));
      continue;
    }
    require_same_quantity(a, measurement, b, *found->second);
    common.emplace_back(&measurement, found->second);
    in_b.erase(found);
  }
  for (const Measurement& measurement : b.run.measurements) {
    if (in_b.contains(place_of(measurement))) comparison.only_in_b.push_back(place_of(measurement));
  }
  if (common.empty()) {
    throw InvalidInput(fmt::format("{} and {} have no point in common: A has {}, B has {}", a.name, b.name,
                                   comparison.only_in_a.front(), comparison.only_in_b.front()));
  }
  Judge judge(options);
  for (const auto& [base, fresh] : common) comparison.rows.push_back(judge.row(*base, *fresh));
  correct(comparison);
  if (comparison.compared == 0) {
    const Row& first = comparison.rows.front();
    throw InvalidInput(fmt::format("{} and {}: no point can be compared: {} {}: {}", a.name, b.name, first.probe,
                                   results::to_text(first.point), first.refused));
  }
  comparison.notes = notes_on(a, b);
  if (judge.repetitions) {
    comparison.notes.push_back(
        "Points of a single process: their repetitions are counted, and what differs from launch to launch is not in "
        "the intervals.");
  }
  return comparison;
}

Verdict confirmed(Verdict verdict, double p) {
  const bool difference = verdict == Verdict::faster || verdict == Verdict::slower;
  return difference && !(p <= 0.05) ? Verdict::inconclusive : verdict;
}

}  // namespace sextant::analysis
