// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/argonne.hpp"

#include <algorithm>
#include <cmath>

#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

constexpr const char* role_names[] = {"calibration", "held out", "left out", "refused"};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

struct Row {
  const Case* measured;
  Model model;
};

Machine machine_from(std::span<const double> parameters, double link_bandwidth) {
  Machine m;
  m.bandwidth = 1 / parameters[0];
  m.per_layer = parameters[1];
  m.per_sequence = parameters[2];
  m.cache_bandwidth = parameters.size() > 3 ? 1 / parameters[3] : 0;
  m.link_bandwidth = link_bandwidth;
  return m;
}

RelativeFit fit(const std::vector<Row>& rows, bool cache_apart, double link_bandwidth, StepFunction step) {
  std::vector<double> measured;
  for (const Row& row : rows) measured.push_back(row.measured->measured);
  const double guess = 1 / (0.8 * rows.front().measured->bandwidth);
  std::vector<double> start{guess, 50e-6, 1e-6};
  std::vector<std::string> names{"time per byte", "time per layer", "time per sequence and layer"};
  if (cache_apart) {
    start.push_back(guess);
    names.emplace_back("time per byte of the cache");
  }
  return fit_relative(measured, start, names, [&](std::span<const double> parameters, std::size_t i) {
    return predicted_latency(*rows[i].measured, rows[i].model, machine_from(parameters, link_bandwidth), step);
  });
}

// The latency of an all-reduce with which a row is predicted as measured, by bisection: the fastest algorithm may change
// on the way.
double latency_that_explains(const Row& row, Machine machine, StepFunction step) {
  double low = 0, high = 1e-3;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    machine.latency[row.measured->decoding().shared_by] = middle;
    (predicted_latency(*row.measured, row.model, machine, step) < row.measured->measured ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

Transfer transfer(const std::vector<Case>& cases, const Catalogue& catalogue,
                  const std::vector<std::string>& calibration, double capacity, double link_bandwidth,
                  StepFunction step) {
  Transfer result;
  std::vector<Row> fitted, rows;
  std::map<double, std::vector<Row>> single;  // batch 1 of the first model, by accelerators
  for (const Case& c : cases) {
    const Decoding& d = c.decoding();
    const Model model = model_shape(find(catalogue, Kind::model, d.model));
    Prediction p;
    p.measured = c;
    if (const auto reason = screened(c, model, capacity)) {
      p.role = RowRole::refused;
      p.reason = *reason;
    } else if (model.experts > 0) {
      p.role = RowRole::left_out;
      p.reason = "like prompts route alike, which the form does not know";
    } else if (std::find(calibration.begin(), calibration.end(), d.model) != calibration.end() && d.shared_by == 1) {
      p.role = RowRole::calibration;
      fitted.push_back({&c, model});
    } else if (d.model == calibration.front() && d.batch == 1.0) {
      p.role = RowRole::calibration;
      single[d.shared_by].push_back({&c, model});
    }
    rows.push_back({&c, model});
    result.predictions.push_back(std::move(p));
  }
  result.fit = fit(fitted, false, link_bandwidth, step);
  result.separate = fit(fitted, true, link_bandwidth, step);
  result.machine = machine_from(result.fit.parameters, link_bandwidth);
  for (const auto& [accelerators, group] : single) {
    std::vector<double> latencies;
    for (const Row& row : group) latencies.push_back(latency_that_explains(row, result.machine, step));
    result.machine.latency[accelerators] = median(latencies);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (result.predictions[i].role == RowRole::refused) continue;
    result.predictions[i].predicted = predicted_latency(*rows[i].measured, rows[i].model, result.machine, step);
  }
  return result;
}

Score score(const std::vector<Prediction>& predictions) {
  Score s;
  std::vector<double> sizes;
  for (const Prediction& p : predictions) {
    sizes.push_back(std::abs(p.error()));
    s.bias += p.error() / double(predictions.size());
    s.mean += std::abs(p.error()) / double(predictions.size());
  }
  s.rows = sizes.size();
  if (sizes.empty()) return s;
  s.median = median(sizes);
  std::sort(sizes.begin(), sizes.end());
  s.p95 = sizes[static_cast<std::size_t>(0.95 * double(sizes.size() - 1) + 0.5)];
  return s;
}

std::vector<Prediction> only(const std::vector<Prediction>& predictions, RowRole role, std::string_view model) {
  std::vector<Prediction> kept;
  std::copy_if(predictions.begin(), predictions.end(), std::back_inserter(kept), [&](const Prediction& p) {
    return p.role == role && (model.empty() || p.measured.decoding().model == model);
  });
  return kept;
}

std::string csv(const std::vector<Prediction>& predictions) {
  using results::number_text;
  std::string text = results::csv_line({"id", "model", "accelerators", "batch", "output_tokens", "measured_s",
                                        "predicted_s", "error", "role", "reason"});
  for (const Prediction& p : predictions) {
    const bool made = p.role != RowRole::refused;
    const Decoding& d = p.measured.decoding();
    text += results::csv_line({p.measured.id, d.model, number_text(d.shared_by), number_text(d.batch.value_or(NAN)),
                               number_text(d.output.value_or(NAN)), number_text(p.measured.measured),
                               made ? number_text(p.predicted) : "", made ? number_text(p.error()) : "",
                               role_names[static_cast<std::size_t>(p.role)], p.reason});
  }
  return text;
}

}  // namespace sextant::analysis
