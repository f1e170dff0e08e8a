// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "results/record/csv_reader.hpp"
#include "results/record/run_fields.hpp"

// The long tables of a run folder, row by row: what reading and checking share. Inside results/record only.
namespace sextant::results {

// A set of whole numbers that mostly come one after the other, kept as intervals.
class NumberSet {
 public:
  bool insert(int number);  // false when it is there already

 private:
  std::map<int, int> last_;  // of each interval, by its first
};

// The measurement that each row of a table belongs to.
class Positions {
 public:
  Positions(const Table& table, const PointIndex& index) : table_(table), index_(index) {}  // both must outlive it

  // Position in the index of the row's point, npos when it is not there. Throws InvalidInput for a cell that holds no
  // coordinate.
  std::size_t of(const CsvReader& row);

 private:
  const Table& table_;
  const PointIndex& index_;
  std::string key_;                                         // the text of the row's axes
  std::unordered_map<std::string, std::size_t> positions_;  // by that text: to parse a point costs more than its row
};

// The samples of <probe>.csv.
class RawRows {
 public:
  // Throws InvalidInput when the file cannot be read or has other columns. `index` and `table` must outlive it.
  RawRows(const std::filesystem::path& file, const Table& table, int version, const PointIndex& index,
          bool partial = false);

  // Goes on to the next row; false when there is none. Throws InvalidInput for a damaged row, which ends the file.
  bool next() { return csv_.next(); }

  std::size_t position() { return positions_.of(csv_); }

  // The row's sample of the measurement at that position. Throws InvalidInput for a cell that cannot be, a sample that
  // stands twice, and a start before that of the sample before it.
  Sample sample(std::size_t position);

  [[noreturn]] void fail_unknown_point() const;

 private:
  struct Seen {  // of one launch at one point
    NumberSet warmup, measured;
    double start = 0;
  };

  CsvReader csv_;
  const Table& table_;
  int version_;
  Positions positions_;
  std::map<std::pair<std::size_t, int>, Seen> seen_;  // by position and launch
};

// The rows of launches.csv.
class LaunchRows {
 public:
  // Throws InvalidInput when the file cannot be read or has other columns. `run` must outlive it.
  LaunchRows(const std::filesystem::path& file, const Run& run, bool partial = false);

  bool next() { return csv_.next(); }  // as RawRows

  // Throws InvalidInput for a cell that cannot be, a probe without a table, and a process that stands twice: a launch
  // that was cut is completed by another process under its number.
  Launch launch();

 private:
  CsvReader csv_;
  const Run& run_;
  std::set<std::tuple<std::string, int, double>> seen_;  // probe, launch, start
};

// Collects samples whose number is not known beforehand. A vector that grows holds its old and its new copy at once, and
// twice what it needs afterwards: too much for ten million samples.
class SampleBlocks {
 public:
  void add(Sample sample);
  std::vector<Sample> take();  // all of them, in order; the blocks are empty afterwards

 private:
  std::vector<std::vector<Sample>> blocks_;
  std::size_t size_ = 0;
};

}  // namespace sextant::results
