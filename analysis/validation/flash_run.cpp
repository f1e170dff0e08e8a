// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/flash_run.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "analysis/calibration/extras.hpp"
#include "analysis/calibration/fits.hpp"
#include "analysis/calibration/resampler.hpp"
#include "analysis/validation/measured_surface.hpp"
#include "results/record/csv.hpp"
#include "results/record/summary.hpp"

namespace sextant::analysis {
namespace {

using results::Measurement;

constexpr const char* surface_probe = "storage.read";
constexpr const char* streamed_probe = "storage.stream_layers";

Together measured_points(const results::Run& run, std::string_view probe) {
  Together points;
  for (const Measurement& measurement : run.measurements) {
    const bool done = measurement.status != results::Status::failed && measurement.status != results::Status::skipped;
    if (measurement.probe == probe && done && !std::isnan(results::summarise(measurement).median))
      points.push_back(&measurement);
  }
  return points;
}

[[noreturn]] void lacks(const results::Run& run, const std::string& what) {
  throw results::InvalidInput(
      "run " + run.provenance.run_id + " has no measured point of " + what +
      ": sextant run storage.read storage.stream_layers --target FOLDER --output RUN makes both, "
      "and sextant validate --flash RUN compares them");
}

// What a streamed point asks.
struct Asked {
  const Measurement* measurement;
  LayerStream stream;
  double layers_per_token;
};

Asked asked(const Measurement& measurement, const ExtraMedians& extras) {
  const results::Point& point = measurement.point;
  const results::Sample& sample = measurement.samples.back();
  const double guessed = extras.of(&measurement, "predicted");
  Asked asked{&measurement, {}, 0};
  asked.stream = {.layer = point.number("layer"),
                  .block = point.number("block"),
                  .depth = point.number("depth"),
                  .prefetch = point.number("prefetch"),
                  .consumed = extras.of(&measurement, "consumed"),
                  .known = point.word("order") == "known",
                  .guessed = std::isnan(guessed) ? 0 : guessed};
  asked.layers_per_token = std::round(sample.bytes / sample.operations / asked.stream.layer);
  return asked;
}

std::vector<Asked> all_asked(const results::Run& run, const Together& streamed, const ExtraMedians& extras) {
  std::vector<Asked> all;
  for (const Measurement* measurement : streamed) all.push_back(asked(*measurement, extras));
  std::erase_if(all, [](const Asked& one) { return std::isnan(one.stream.consumed); });
  if (all.empty()) lacks(run, streamed_probe + std::string(" with the column 'consumed'"));
  return all;
}

double tokens_per_second(const Asked& asked, const MeasuredSurface& surface) {
  return 1 / (asked.layers_per_token * layer_seconds(asked.stream, surface.reads(asked.stream)));
}

// The smallest interval that holds the estimate and the middle 95 % of the draws.
results::Estimate estimate(double value, std::vector<double> draws) {
  std::sort(draws.begin(), draws.end());
  if (draws.empty()) return {value, value, value};
  return {value, std::min(value, results::quantile(draws, 0.025)), std::max(value, results::quantile(draws, 0.975))};
}

FlashSurface fitted_or_flat(const Observations& points, const SurfaceForm& form) {
  if (form.fitted) return fit_surface(points, form);
  return {.bandwidth = 1e30, .latency = 1};  // linear in depth: all is in what was measured over it
}

OrderScore scored(const std::string& order, const std::vector<StreamedPoint>& points) {
  OrderScore score{order};
  std::vector<double> errors;
  for (const StreamedPoint& point : points) {
    if (point.point.word("order") != order) continue;
    errors.push_back(std::abs(point.error()));
    score.inside += point.inside() ? 1 : 0;
  }
  score.points = errors.size();
  if (errors.empty()) return score;
  score.largest_error = *std::max_element(errors.begin(), errors.end());
  score.median_error = results::median_of(std::move(errors));
  return score;
}

}  // namespace

FlashRun predict_flash_run(const results::Run& given, const FlashRunOptions& options) {
  const std::vector<results::Run> runs{given};  // extra columns are found by the place of their measurement
  const results::Run& run = runs.front();
  const Together reads = measured_points(run, surface_probe), streamed = measured_points(run, streamed_probe);
  const Observations points = surface_points(medians(reads));
  if (points.empty()) lacks(run, "storage.read in random order");
  if (streamed.empty()) lacks(run, streamed_probe);
  const std::vector<Asked> all = all_asked(run, streamed, ExtraMedians(runs));
  FlashRun flash{run.provenance.machine, run.provenance.run_id, points.size(), find_surface(points), {}, {}};
  const MeasuredSurface surface(fitted_or_flat(points, flash.form), points);

  std::vector<std::vector<double>> draws(all.size());
  const Resampler resampler({reads});
  std::mt19937_64 random(options.seed);
  for (int draw = 0; draw < options.draws; ++draw) {
    const Observations drawn = surface_points(resampler.draw(random));
    const MeasuredSurface other(fitted_or_flat(drawn, flash.form), drawn);
    for (std::size_t i = 0; i < all.size(); ++i) draws[i].push_back(tokens_per_second(all[i], other));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const LayerStream& stream = all[i].stream;
    const results::Summary summary = results::summarise(*all[i].measurement);
    StreamedPoint point;
    point.point = all[i].measurement->point;
    point.predicted = estimate(tokens_per_second(all[i], surface), std::move(draws[i]));
    point.measured = {summary.median, std::fmin(summary.low, summary.median), std::fmax(summary.high, summary.median)};
    point.exposed = exposed_seconds(stream, surface.reads(stream));
    point.extrapolated = !surface.covers(stream.block, requests_ahead(stream));
    flash.points.push_back(std::move(point));
  }
  for (const char* order : {"known", "dependent"}) {
    OrderScore score = scored(order, flash.points);
    if (score.points > 0) flash.orders.push_back(std::move(score));
  }
  return flash;
}

}  // namespace sextant::analysis
