// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "results/record/run_rows.hpp"

// <probe>.requests.csv: one row a request, of probes whose table says what is told of each. Inside results/record only.
namespace sextant::results {

// Columns: axes, launch and repetition of the sample, number of the request in it, its value. Of a table with requests.
std::vector<Field> request_fields(const Table& table);
std::string request_file(const Table& table);  // "storage.latency.requests.csv"

// The rows of a sample's requests, newlines included. Throws std::invalid_argument as raw_line does.
std::string request_lines(const Table& table, const Point& point, const Sample& sample);

class RequestRows {
 public:
  // As RawRows.
  RequestRows(const std::filesystem::path& file, const Table& table, const PointIndex& index, bool partial = false);

  bool next() { return csv_.next(); }
  std::size_t position() { return positions_.of(csv_); }

  struct Row {
    int launch;
    int repetition;
    double value;
  };
  // The row's request of the measurement at that position. Throws InvalidInput for a cell that cannot be, a value that is
  // none or negative, and a request whose number does not follow from that of the row before it of the same sample.
  Row row(std::size_t position);

  [[noreturn]] void fail_unknown_sample() const;

 private:
  CsvReader csv_;
  std::size_t first_;  // column after the axes
  Positions positions_;
  std::map<std::pair<std::size_t, int>, std::pair<int, int>> last_;  // by position and launch: repetition and request
};

}  // namespace sextant::results
