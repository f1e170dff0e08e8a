// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/validation/flash_run.hpp"
#include "results/record/unit.hpp"

namespace sextant::analysis {
namespace {

using nlohmann::ordered_json;
using results::Unit;
using Row = std::vector<std::string>;

// Words to the left, figures to the right; two spaces between.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += c == 0 ? fmt::format("{:<{}}", row[c], widths[c]) : fmt::format("  {:>{}}", row[c], widths[c]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string interval(const results::Estimate& e) { return fmt::format("{:.4g}..{:.4g}", e.low, e.high); }

std::string bytes(const StreamedPoint& point, const char* axis) {
  return results::format(point.point.number(axis), Unit::byte);
}

Row cells(const StreamedPoint& point) {
  const double consumer = point.point.has("consumer") ? point.point.number("consumer") : 0;
  return {point.point.word("order"),
          fmt::format("{}", point.point.number("prefetch")),
          consumer > 0 ? results::format(consumer, Unit::byte_per_second) : "kernels",
          bytes(point, "layer"),
          bytes(point, "block"),
          fmt::format("{}", point.point.number("depth")),
          fmt::format("{:.4g}", point.predicted.value),
          interval(point.predicted),
          fmt::format("{:.4g}", point.measured.value),
          interval(point.measured),
          fmt::format("{:+.1f} %", 100 * point.error()),
          point.inside() ? "yes" : "no",
          point.extrapolated ? "extrapolated" : ""};
}

std::string surface_text(const FlashRun& flash) {
  std::string text = fmt::format("surface: {} points of storage.read", flash.surface_points);
  if (!flash.form.fitted) return text + ", too few for the closed form: between them by straight lines\n";
  const LackOfFit& lack = flash.form.lack;
  text += fmt::format("; the closed form leaves {:.1f} % of them, their own scatter is {:.1f} %", 100 * lack.residual,
                      100 * lack.scatter);
  if (lack.lacking()) text += " (it does not follow them; what it lacks is interpolated)";
  return text + "\n";
}

ordered_json number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr); }

ordered_json estimate(const results::Estimate& e) {
  return {{"value", number(e.value)}, {"low", number(e.low)}, {"high", number(e.high)}};
}

ordered_json document(const StreamedPoint& point) {
  ordered_json one;
  for (const auto& [axis, value] : point.point.coordinates())
    std::visit([&, name = axis](const auto& coordinate) { one[name] = coordinate; }, value);
  one["predicted"] = estimate(point.predicted);
  one["measured"] = estimate(point.measured);
  one["error"] = number(point.error());
  one["inside"] = point.inside();
  one["exposed"] = number(point.exposed);
  one["extrapolated"] = point.extrapolated;
  return one;
}

}  // namespace

std::string flash_run_text(const FlashRun& flash) {
  std::vector<Row> rows{{"order", "prefetch", "consumer", "layer", "block", "depth", "predicted", "interval",
                         "measured", "interval", "error", "inside", ""}};
  for (const StreamedPoint& point : flash.points) rows.push_back(cells(point));
  std::string text = "tokens/s of storage.stream_layers, from the bandwidth of storage.read alone\n";
  text += surface_text(flash) + "\n" + aligned(rows) + "\n";
  for (const OrderScore& order : flash.orders) {
    text += fmt::format("{}: median error {:.1f} %, largest {:.1f} %, {} of {} inside\n", order.order,
                        100 * order.median_error, 100 * order.largest_error, order.inside, order.points);
  }
  return text;
}

std::string flash_run_json(const FlashRun& flash) {
  ordered_json all;
  all["machine"] = flash.machine;
  all["run"] = flash.run_id;
  const LackOfFit& lack = flash.form.lack;
  all["surface"] = {{"points", flash.surface_points},    {"fitted", flash.form.fitted},
                    {"residual", number(lack.residual)}, {"scatter", number(lack.scatter)},
                    {"lack_of_fit", number(lack.ratio)}, {"limit", number(lack.limit)},
                    {"lacking", lack.lacking()}};
  all["points"] = ordered_json::array();
  for (const StreamedPoint& point : flash.points) all["points"].push_back(document(point));
  all["orders"] = ordered_json::array();
  for (const OrderScore& order : flash.orders) {
    all["orders"].push_back({{"order", order.order},
                             {"n", order.points},
                             {"inside", order.inside},
                             {"median_error", number(order.median_error)},
                             {"largest_error", number(order.largest_error)}});
  }
  return all.dump(2) + "\n";
}

}  // namespace sextant::analysis
