// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/record/csv.hpp"
#include "results/record/run.hpp"

// What the readers of published tables share.
namespace sextant::results {

// One row of a published table, which can say where it stands.
class PublishedRow {
 public:
  PublishedRow(const CsvTable& csv, std::size_t row) : csv_(csv), row_(row) {}

  bool has(std::string_view column) const { return csv_.has_column(column); }
  const std::string& text(std::string_view column) const { return csv_.cell(row_, column); }
  const std::string& word(std::string_view column) const;  // not empty
  double positive(std::string_view column) const;
  double whole(std::string_view column) const;             // a whole number from 1 on
  double positive_or_none(std::string_view column) const;  // an empty cell is not available
  [[noreturn]] void fail(std::string_view column, std::string_view fix) const { csv_.fail(row_, column, fix); }

 private:
  const CsvTable& csv_;
  std::size_t row_;
};

// What a reader makes of a row.
struct Component {
  Table table;
  Point point;
  Sample sample;
  std::string origin;           // library or source: what one citation covers
  std::string reason;           // not empty: the row is kept and must not be fitted, and why
  bool skipped = false;         // no measurement of a probe at all
  double peak = not_available;  // stated bandwidth of the accelerator's memory, byte/s
};

// A table without extra columns.
Table component_table(std::string probe, std::string summary, Quantity quantity, std::vector<Column> axes);

// "trtllm 1.0.0" -> "trtllm"; with a mode, that where it names the library ("vllm_graph"), else both ("nccl-profiler").
std::string library_word(const std::string& library, const std::string& mode = {});

// "bfloat16" -> "bf16": the names of number formats that the probes use.
std::string type_word(const std::string& dtype);

// The sample of one call of `microseconds` that moves `bytes`.
Sample one_call(double microseconds, double bytes);

// Throws when a rate that the row prints is not its bytes over its time, to the last printed digit or 2 %.
void check_rate(const PublishedRow& row, std::string_view column, const Sample& sample);

Component collective_of(const PublishedRow& row);
Component gemv_of(const PublishedRow& row);
Component attention_of(const PublishedRow& row);
Component memory_of(const PublishedRow& row);

}  // namespace sextant::results
