// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/reference.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/calibration/fits.hpp"
#include "results/import/published.hpp"
#include "results/record/csv.hpp"
#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {

using results::Run;

std::vector<Accelerator> read_components(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Accelerator> all;
  for (const auto& file : files) {
    for (Run& run : results::read_published(file)) {
      auto found = std::find_if(all.begin(), all.end(),
                                [&](const Accelerator& one) { return one.machine == run.provenance.machine; });
      if (found == all.end()) found = all.insert(all.end(), {run.provenance.machine, {}});
      found->runs.push_back(std::move(run));
    }
  }
  if (all.empty())
    throw results::InvalidInput(folder.string() + ": holds no component table (*.csv): give their folder");
  return all;
}

CalibrationOptions reference_options() { return {.draws = 200, .seed = 1}; }

namespace {

// What tells the points of a curve apart when every other one is left out.
double place(const Observation& point) {
  return point.measurement->probe == "gpu.gemv" ? size_of(point) + point.number("n") : size_of(point);
}

// Those whose place is the first, third, ... of all places (or the second, fourth, ...).
Observations every_other(const Observations& points, bool even) {
  std::set<double> places;
  for (const Observation& point : points) places.insert(place(point));
  Observations chosen;
  for (const Observation& point : points) {
    const auto rank = std::distance(places.begin(), places.find(place(point)));
    if ((rank % 2 == 0) == even) chosen.push_back(point);
  }
  return chosen;
}

void append(const Observations& from, Observations& to) { to.insert(to.end(), from.begin(), from.end()); }

template <class Predict>
HeldOut judged(std::string what, const Observations& fitted, const Observations& rest, Predict predict) {
  std::vector<double> errors;
  for (const Observation& point : rest) errors.push_back(std::abs(predict(point) / point.value - 1));
  HeldOut result{std::move(what), fitted.size(), rest.size(), 0, 0};
  if (errors.empty()) return result;
  result.median = results::median_of(errors);
  result.largest = *std::max_element(errors.begin(), errors.end());
  return result;
}

std::string words(const std::string& probe, const results::Point& at, const char* more = "") {
  return probe + "[" + results::to_text(at) + more + "]";
}

}  // namespace

std::vector<HeldOut> held_out(const std::vector<Run>& runs) {
  std::vector<const results::Measurement*> fit_for;
  for (const Run& run : runs) {
    for (const results::Measurement& measurement : run.measurements) {
      if (measurement.status > results::Status::skipped) fit_for.push_back(&measurement);
    }
  }
  const Observations data = medians(fit_for);
  const Structure whole = find_structure(data);
  Observations half;
  for (const Curve& curve : whole.curves) append(every_other(points_of(data, curve), true), half);
  for (const Products& products : whole.products) append(every_other(points_of(data, products), true), half);
  const Structure structure = find_structure(half);
  std::vector<HeldOut> all;
  for (const Curve& curve : structure.curves) {
    const Observations fitted = points_of(half, curve);
    const std::vector<Piece> pieces = fit_curve(fitted, curve);
    const bool fits = std::all_of(curve.stretches.begin(), curve.stretches.end(),
                                  [](const Stretch& stretch) { return stretch.form != Form::none; });
    if (!fits) continue;
    all.push_back(judged(words(curve.probe, curve.at), fitted, every_other(points_of(data, curve), false),
                         [&](const Observation& point) { return time_at(pieces, size_of(point)); }));
  }
  for (const Products& products : structure.products) {
    all.push_back(judged(words("gpu.gemv", products.at, " rows=2.."), points_of(half, products),
                         every_other(points_of(data, products), false),
                         [&](const Observation& point) { return time_of(products.start, point); }));
  }
  return all;
}

}  // namespace sextant::analysis
