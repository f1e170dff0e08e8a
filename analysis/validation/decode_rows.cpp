// SPDX-License-Identifier: Apache-2.0
// Rows of decode runs.
#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/validation/case_rows.hpp"
#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"

namespace sextant::analysis {
namespace {

using results::PublishedRow;

struct MetricName {
  std::string_view name;
  Metric metric;
  std::string_view unit, also;  // a value in another unit is a mistake of the table, not a conversion
  double factor;                // to SI
};
constexpr std::array<MetricName, 12> metrics{{
    {"decode_tok_s", Metric::user_rate, "tok/s", "tok/s/user", 1},
    {"decode_tok_s_per_user", Metric::user_rate, "tok/s/user", "tok/s", 1},
    {"output_tok_s_total", Metric::total_rate, "tok/s", "tok/s", 1},
    {"output_tok_s_per_accel", Metric::accelerator_rate, "tok/s/accel", "tok/s", 1},
    {"tpot_mean", Metric::step_time, "ms", "ms", 1e-3},
    {"tpot_median", Metric::step_time, "ms", "ms", 1e-3},
    {"e2e_latency", Metric::batch_time, "s", "s", 1},
    {"power_W", Metric::power, "W", "W", 1},
    {"power_per_accel", Metric::power, "W", "W", 1},
    {"wall_power_peak", Metric::wall_power, "W", "W", 1},
    {"energy_per_output_token", Metric::token_energy, "J/tok", "J", 1},
    {"ssd_read_sequential", Metric::read_rate, "GB/s", "GB/s", 1e9},
}};

const MetricName* metric_of(std::string_view name) {
  const auto found = std::find_if(metrics.begin(), metrics.end(), [&](const MetricName& m) { return m.name == name; });
  return found == metrics.end() ? nullptr : &*found;
}

void read_value(const PublishedRow& row, Case& c, Refusal& refusal) {
  const std::string& name = row.word("metric");
  c.measured = row.positive("value");
  const MetricName* metric = metric_of(name);
  if (!metric) {
    std::vector<std::string> known;
    for (const MetricName& m : metrics) known.emplace_back(m.name);
    refusal.because("no metric '" + name + "' is predicted" + results::suggestion(name, known));
    return;
  }
  const std::string& unit = row.text("unit");
  if (unit != metric->unit && unit != metric->also)
    row.fail("unit", "mixed units: " + name + " is in " + std::string(metric->unit) + ": convert the value");
  c.metric = metric->metric;
  c.measured *= metric->factor;
  c.table_unit = unit;
  c.table_scale = metric->factor;
}

// A count of tokens; nothing where the row has none ("short", "mixed", "~100-1000").
std::optional<double> tokens(const PublishedRow& row, std::string_view column, double least) {
  try {
    const double count = results::number_from_text(row.text(column));
    if (count < least) row.fail(column, "is no count of tokens");
    return count;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::optional<double> batch_of(const PublishedRow& row) {
  const std::string text = results::folded(row.text("batch"));
  if (text.empty() || text == "max" || text == "dynamic") return std::nullopt;
  const double batch = row.positive("batch");
  if (batch < 1) row.fail("batch", "must be at least 1, or max or dynamic");
  return batch;
}

Group group_of(const Case& c, const std::string& use) {
  const bool joules = c.metric == Metric::power || c.metric == Metric::wall_power || c.metric == Metric::token_energy;
  if (use == "energy" || joules) return Group::energy;
  if (use.find('d') != std::string::npos || c.metric == Metric::read_rate) return Group::flash;
  if (!c.decoding().batch) return Group::maxload;
  return *c.decoding().batch > 1 ? Group::batched : Group::single;
}

void read_model(const PublishedRow& row, const Catalogue& catalogue, Decoding& d, Refusal& refusal) {
  if (row.text("model").empty()) return refusal.because("names no model");
  const Entry* model = refusal.known(catalogue, Kind::model, row.text("model"));
  if (!model) return;
  d.model = model->id;
  try {
    model_shape(*model);
  } catch (const results::InvalidInput& error) {
    refusal.because(error.what());
  }
}

void read_types(const PublishedRow& row, const Catalogue& catalogue, Decoding& d, Refusal& refusal) {
  if (row.text("weight_dtype").empty()) {
    refusal.because("names no type of weights");
  } else if (const Entry* type = refusal.known(catalogue, Kind::precision, row.text("weight_dtype"))) {
    d.weight_type = type->id;
    d.weight_bytes = find(*type, "bytes").estimate.value;
    d.file_bytes = file_bytes(catalogue, d.model, d.weight_type);
  }
  // Where a row does not say how the cache is kept, it is 16 bits, the default of every engine; but whoever fills the
  // memory with requests and has weights of 8 bits or fewer keeps the cache in 8 bits too (the rows that say so all do).
  if (row.text("kv_dtype").empty()) {
    if (!d.batch && d.weight_bytes <= 1.1) d.cache_bytes = 1;
    return;
  }
  if (const Entry* type = refusal.known(catalogue, Kind::precision, row.text("kv_dtype")))
    d.cache_bytes = find(*type, "bytes").estimate.value;
}

}  // namespace

Case decode_case_of(const PublishedRow& row, const Catalogue& catalogue) {
  Case c = common_of(row, catalogue);
  Refusal refusal(c.refused);
  if (!row.text("peak_tflops").empty()) c.arithmetic = row.positive("peak_tflops") * 1e12;
  Decoding d;
  d.accelerators = row.whole("n_accel");
  d.split_stated = !row.text("tp").empty();
  if (d.split_stated) d.shared_by = row.whole("tp");
  if (d.shared_by > d.accelerators) row.fail("tp", "must not exceed n_accel");
  d.batch = batch_of(row);
  d.input = tokens(row, "input_len", 0);
  d.output = tokens(row, "output_len", 1);
  if (row.has("notes")) d.notes = row.text("notes");
  read_value(row, c, refusal);
  // A storage device is read by no model.
  if (c.metric != Metric::read_rate) {
    read_model(row, catalogue, d, refusal);
    read_types(row, catalogue, d, refusal);
  }
  d.engine = row.text("engine");
  if (const Entry* device = lookup(catalogue, Kind::device, c.accelerator)) {
    const PublishedFigure* peak = lookup(*device, "bf16");
    if (!(c.arithmetic > 0) && peak) c.arithmetic = peak->estimate.value;
    if (!(c.arithmetic > 0) && c.metric != Metric::read_rate)
      refusal.because("nobody states the 16-bit arithmetic of " + c.accelerator);
    if (const auto family = engine_family(catalogue.engines, d.engine, *device))
      d.family = family->id;
    else
      refusal.because(unknown_engine(catalogue.engines, d.engine, *device));
  }
  c.what = std::move(d);
  c.group = group_of(c, row.text("use"));
  return c;
}

}  // namespace sextant::analysis
