// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/decode_case.hpp"

#include <algorithm>
#include <map>

#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

// Bytes of an element, scales left out. A type that is not here has a size of its own and must be added with it.
const std::map<std::string, double, std::less<>> type_bytes = {
    {"FP32", 4}, {"FP16", 2}, {"BF16", 2}, {"FP8", 1}, {"INT8", 1}};

struct Unit {
  std::string_view metric, unit;
  double factor;
};
// A value in another unit than its metric has is a mistake of the table, not a conversion.
constexpr Unit units[] = {{"e2e_latency", "s", 1},
                          {"tpot_mean", "ms", 1e-3},
                          {"tpot_median", "ms", 1e-3},
                          {"decode_tok_s", "tok/s", 1},
                          {"decode_tok_s_per_user", "tok/s", 1},
                          {"output_tok_s_total", "tok/s", 1},
                          {"output_tok_s_per_accel", "tok/s", 1},
                          {"power_W", "W", 1},
                          {"energy_per_output_token", "J/tok", 1}};

class RowReader {
 public:
  RowReader(const results::CsvTable& table, std::size_t row) : table_(table), row_(row) {}

  const std::string& text(std::string_view column) const {
    if (table_.cell(row_, column).empty()) table_.fail(row_, column, "is empty: write it, or leave the row out");
    return table_.cell(row_, column);
  }
  double positive(std::string_view column) const {
    text(column);
    const double value = table_.number(row_, column);
    if (!(value > 0)) table_.fail(row_, column, "must be above 0");
    return value;
  }
  double bytes(std::string_view column) const {
    const auto found = type_bytes.find(text(column));
    if (found == type_bytes.end())
      table_.fail(row_, column, "is a type of unknown size; known: FP32, FP16, BF16, FP8, INT8");
    return found->second;
  }
  std::optional<double> batch() const {
    const std::string& text = this->text("batch");
    if (text == "max" || text == "dynamic") return std::nullopt;
    return positive("batch");
  }
  double value() const {
    const std::string& metric = text("metric");
    const auto* unit =
        std::find_if(std::begin(units), std::end(units), [&](const Unit& u) { return u.metric == metric; });
    if (unit == std::end(units))
      table_.fail(row_, "metric", "is not a metric that is read; docs/decode-model.md lists them");
    if (text("unit") != unit->unit)
      table_.fail(row_, "unit", "must be " + std::string(unit->unit) + " for this metric");
    return positive("value") * unit->factor;
  }

 private:
  const results::CsvTable& table_;
  std::size_t row_;
};

}  // namespace

std::vector<DecodeCase> read_decode_cases(const std::filesystem::path& file) {
  const results::CsvTable table = results::read_csv(file);
  std::vector<DecodeCase> cases;
  cases.reserve(table.rows.size());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const RowReader row(table, i);
    DecodeCase c;
    c.id = row.text("id");
    c.source = row.text("source");
    c.accelerator = row.text("accelerator");
    c.model = row.text("model");
    c.engine = row.text("engine");
    c.metric = row.text("metric");
    c.use = row.text("use");
    c.trust = row.text("trust");
    c.accelerators = row.positive("n_accel");
    c.shared_by = row.positive("tp");
    c.bandwidth = row.positive("mem_bw_GBps_peak") * 1e9;
    c.arithmetic = row.positive("peak_tflops") * 1e12;
    c.weight_bytes = row.bytes("weight_dtype");
    c.cache_bytes = row.bytes("kv_dtype");
    c.batch = row.batch();
    c.input = row.positive("input_len");
    c.output = row.positive("output_len");
    c.value = row.value();
    c.line = table.lines[i];
    if (c.shared_by > c.accelerators) table.fail(i, "tp", "must not exceed n_accel");
    cases.push_back(std::move(c));
  }
  return cases;
}

std::vector<DecodeCase> with_metric(const std::vector<DecodeCase>& cases, std::string_view metric) {
  std::vector<DecodeCase> kept;
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(kept),
               [&](const DecodeCase& c) { return c.metric == metric; });
  return kept;
}

}  // namespace sextant::analysis
