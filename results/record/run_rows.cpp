// SPDX-License-Identifier: Apache-2.0
#include "results/record/run_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sextant::results {

bool NumberSet::insert(int number) {
  auto after = last_.upper_bound(number);
  if (after != last_.begin()) {
    const auto before = std::prev(after);
    if (before->second >= number) return false;
    if (before->second == number - 1) {
      ++before->second;
      if (after != last_.end() && after->first - 1 == number) {
        before->second = after->second;
        last_.erase(after);
      }
      return true;
    }
  }
  int last = number;
  if (after != last_.end() && after->first - 1 == number) {
    last = after->second;
    last_.erase(after);
  }
  last_.emplace(number, last);
  return true;
}

RawRows::RawRows(const std::filesystem::path& file, const Table& table, int version, const PointIndex& index,
                 bool partial)
    : csv_(file, partial), table_(table), version_(version), positions_(table, index) {
  require_header(csv_.header(), csv_.file(), raw_fields(table, version));
}

std::size_t Positions::of(const CsvReader& row) {
  key_.clear();
  for (std::size_t column = 0; column < table_.axes.size(); ++column) {
    const std::string_view cell = row.cell(column);
    key_ += std::to_string(cell.size());  // before the cell, so that no two points have one key
    key_ += ':';
    key_ += cell;
  }
  const auto known = positions_.find(key_);
  if (known != positions_.end()) return known->second;
  return positions_.emplace(key_, index_.find(table_.probe, point_of(table_, row))).first->second;
}

Sample RawRows::sample(std::size_t position) {
  Sample sample = sample_of(table_, version_, csv_);
  const auto column = [&](std::string_view name) {
    const auto& header = csv_.header();
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
  };
  Seen& seen = seen_[{position, sample.launch}];
  NumberSet& numbers = sample.stage == Stage::warmup ? seen.warmup : seen.measured;
  if (!numbers.insert(sample.repetition))
    csv_.fail(column("repetition"), "this sample stands twice: remove one of the rows");
  // Rows of one launch and point stand in the order they were taken, whatever else stands between them.
  if (sample.start < seen.start) {
    csv_.fail(column("start"),
              fmt::format("earlier than the sample before it in launch {}, at {}: the clock was set back or the rows "
                          "were sorted; restore their order, or measure again",
                          sample.launch, number_text(seen.start)));
  }
  seen.start = sample.start;
  return sample;
}

void RawRows::fail_unknown_point() const {
  csv_.fail(0, "the point '" + to_text(point_of(table_, csv_)) + "' is not in summary.csv: restore its row there");
}

LaunchRows::LaunchRows(const std::filesystem::path& file, const Run& run, bool partial)
    : csv_(file, partial), run_(run) {
  require_header(csv_.header(), csv_.file(), launch_fields());
}

Launch LaunchRows::launch() {
  Launch launch = launch_of(csv_);
  constexpr std::size_t probe = 0, number = 1;
  if (!find_table(run_, launch.probe))
    csv_.fail(probe, "has no table in datapackage.json: restore it, or remove the row");
  if (!seen_.emplace(launch.probe, launch.launch, launch.start).second)
    csv_.fail(number, "this process stands twice: remove one of the rows");
  return launch;
}

void SampleBlocks::add(Sample sample) {
  // Large blocks go back to the system one by one when they are taken: malloc maps what is larger than 32 MiB.
  constexpr std::size_t least = 16, most = std::size_t{1} << 18;
  if (blocks_.empty() || blocks_.back().size() == blocks_.back().capacity())
    blocks_.emplace_back().reserve(std::clamp(size_, least, most));
  blocks_.back().push_back(std::move(sample));
  ++size_;
}

std::vector<Sample> SampleBlocks::take() {
  std::vector<Sample> samples;
  samples.reserve(size_);
  for (auto& block : blocks_) {
    samples.insert(samples.end(), std::make_move_iterator(block.begin()), std::make_move_iterator(block.end()));
    std::vector<Sample>().swap(block);
  }
  blocks_.clear();
  size_ = 0;
  return samples;
}

}  // namespace sextant::results
