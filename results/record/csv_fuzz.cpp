// SPDX-License-Identifier: Apache-2.0
// Whatever bytes a file holds, the CSV reader either refuses it with InvalidInput or reads cells that survive being
// written and read again; points and numbers found in cells likewise.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "results/record/csv.hpp"
#include "results/record/point.hpp"

namespace {

using namespace sextant::results;

void require(bool holds) {
  if (!holds) std::abort();
}

void round_trip(const CsvTable& table) {
  std::string text = csv_line(table.header);
  for (const auto& row : table.rows) text += csv_line(row);
  const CsvTable again = parse_csv(text, "fuzz");
  require(again.header == table.header && again.rows == table.rows);
}

void read_point(std::string_view text) {
  try {
    const Point point = point_from_text(text);
    require(point_from_text(to_text(point)) == point);
  } catch (const std::invalid_argument&) {  // refused, which is an answer
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_point(text);
  for (const bool whole_only : {false, true}) {
    try {
      round_trip(parse_csv(text, "fuzz", whole_only));
    } catch (const InvalidInput&) {  // refused, which is an answer
    }
  }
  return 0;
}
