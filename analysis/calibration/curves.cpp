// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "analysis/calibration/fits.hpp"
#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {

namespace {

struct Family {
  std::size_t least, most;  // points a piece, pieces
  bool is_kernel;           // its slope is a bandwidth, which a few sizes without a start still give
};

bool is_collective(std::string_view probe) { return probe.starts_with("net.") || probe.starts_with("gpu.collective."); }

// The axes that tell the curves of a probe apart; nothing where it has no curves.
std::optional<std::vector<std::string_view>> curve_axes(const results::Measurement& measurement) {
  if (measurement.quantity.unit != results::Unit::second) return std::nullopt;
  if (measurement.probe == "gpu.attention") return {{"type", "library"}};
  if (measurement.probe == "gpu.gemv" && measurement.point.has("rows")) return {{"type", "library", "rows"}};
  if (!is_collective(measurement.probe) || !measurement.point.has("bytes")) return std::nullopt;
  std::vector<std::string_view> axes;
  for (const auto& [name, value] : measurement.point.coordinates()) {
    if (name != "bytes") axes.push_back(name);
  }
  return axes;
}

Family family_of(std::string_view probe) {
  if (probe == "gpu.attention") return {8, 2, true};
  if (probe == "gpu.gemv") return {4, 1, true};  // matrices are few
  return {4, 3, false};
}

// Two coefficients are told apart when the variance of neither is inflated more than so by the other.
constexpr double inflation_limit = 30;

Stretch judged(const Family& family, const std::string& remedy, std::size_t begin, std::size_t end,
               std::span<const double> n, std::span<const double> t) {
  const std::span<const double> sizes = n.subspan(begin, end - begin);
  if (sizes.size() < 4) {
    const Form form = family.is_kernel && sizes.size() > 1 ? Form::rate : Form::none;
    return {begin, end, form, fmt::format("{} sizes: a line needs at least 4; measure more{}", sizes.size(), remedy)};
  }
  if (sizes.front() == sizes.back()) return {begin, end, Form::rate, "not identified: all sizes are the same"};
  const LineFit line = fit_line(sizes, t.subspan(begin, end - begin));
  if (family.is_kernel && line.intercept <= 0) {
    return {begin, end, Form::rate,
            fmt::format("the fit gives {:.3g} s, which is not positive: the sizes do not show a fixed cost",
                        line.intercept)};
  }
  if (line.inflation <= inflation_limit) return {begin, end, Form::line, {}};
  return {begin, end, Form::rate,
          fmt::format("not identified: variance inflation {:.0f}, the sizes do not tell start from slope apart",
                      line.inflation)};
}

std::vector<double> sizes(const Observations& points) {
  std::vector<double> list;
  for (const Observation& point : points) list.push_back(size_of(point));
  return list;
}

std::vector<double> times(const Observations& points) {
  std::vector<double> list;
  for (const Observation& point : points) list.push_back(point.value);
  return list;
}

Curve found(std::string probe, results::Point at, const Observations& data) {
  const Family family = family_of(probe);
  Curve curve{std::move(probe), std::move(at), {}};
  const Observations points = points_of(data, curve);
  const std::vector<double> n = sizes(points), t = times(points);
  const bool ours = !points.front().measurement->flags.imported;
  const std::string remedy = ours ? " with --set " + curve.probe + ".bytes=" : "";
  const Breaks breaks = choose_breaks(n, t, family.least, family.most);
  for (std::size_t k = 0; k < breaks.size(); ++k) {
    const std::size_t end = k + 1 < breaks.size() ? breaks[k + 1] : n.size();
    curve.stretches.push_back(judged(family, remedy, breaks[k], end, n, t));
  }
  return curve;
}

// Seconds a byte, the typical of the points.
LineFit proportional(std::span<const double> n, std::span<const double> t) {
  LineFit fit;
  std::vector<double> slopes;
  for (std::size_t i = 0; i < n.size(); ++i) slopes.push_back(t[i] / n[i]);
  fit.slope = results::median_of(slopes);
  fit.inflation = std::numeric_limits<double>::infinity();
  double squares = 0;
  for (std::size_t i = 0; i < n.size(); ++i) squares += std::pow(fit.slope * n[i] / t[i] - 1, 2);
  fit.residual = std::sqrt(squares / double(n.size()));
  return fit;
}

}  // namespace

double size_of(const Observation& observation) {
  if (observation.measurement->point.has("bytes")) return observation.number("bytes");
  const results::Sample& sample = observation.measurement->samples.front();
  return sample.bytes / sample.operations;
}

Observations points_of(const Observations& data, const Curve& curve) {
  Observations points;
  // Each goes behind its equals, as in select().
  const auto before = [](const Observation& a, const Observation& b) { return size_of(a) < size_of(b); };
  for (const Observation& observation : data) {
    if (observation.measurement->probe != curve.probe || !shares(observation, curve.at)) continue;
    points.insert(std::upper_bound(points.begin(), points.end(), observation, before), observation);
  }
  return points;
}

std::vector<Curve> find_curves(const Observations& data) {
  std::vector<Curve> curves;
  std::set<std::string> probes;
  for (const Observation& observation : data) {
    const std::string& probe = observation.measurement->probe;
    const auto axes = curve_axes(*observation.measurement);
    if (!axes || !probes.insert(probe).second) continue;
    for (results::Point& at : choices(data, probe, *axes)) {
      if (probe == "gpu.gemv" && at.number("rows") != 1) continue;  // products.hpp
      curves.push_back(found(probe, std::move(at), data));
    }
  }
  return curves;
}

std::vector<Piece> fit_curve(const Observations& points, const Curve& curve) {
  const std::vector<double> n = sizes(points), t = times(points);
  std::vector<Piece> pieces;
  for (const Stretch& stretch : curve.stretches) {
    const auto some_n = std::span(n).subspan(stretch.begin, stretch.end - stretch.begin);
    const auto some_t = std::span(t).subspan(stretch.begin, stretch.end - stretch.begin);
    Piece piece{some_n.front(), some_n.back(), {}};
    if (stretch.form != Form::none)
      piece.line = stretch.form == Form::line ? fit_line(some_n, some_t) : proportional(some_n, some_t);
    pieces.push_back(piece);
  }
  return pieces;
}

std::string validity_of(const Curve& curve, const Piece& piece) {
  if (curve.probe == "gpu.gemv") return results::to_text(curve.at);  // meant for matrices of every size
  results::Point before, after;  // "ranks=8 bytes=512..8192 library=nccl": the bytes before the words of a collective
  for (const auto& [axis, value] : curve.at.coordinates())
    (axis == "library" && is_collective(curve.probe) ? after : before).set(axis, value);
  std::string text = results::to_text(before);
  text += fmt::format("{}bytes={}..{}", text.empty() ? "" : " ", piece.first, piece.last);
  return after.coordinates().empty() ? text : text + " " + results::to_text(after);
}

void add_pieces(const Observations& data, const Curve& curve, const Naming& naming, std::vector<Parameter>& into) {
  using results::Unit;
  const Observations points = points_of(data, curve);
  const std::vector<Piece> pieces = fit_curve(points, curve);
  for (std::size_t k = 0; k < pieces.size(); ++k) {
    const Stretch& stretch = curve.stretches[k];
    const LineFit& line = pieces[k].line;
    std::string assumption = naming.assumption;
    if (assumption.empty()) {
      assumption =
          fmt::format("residual {:.1f} % rms over {} points", 100 * line.residual, stretch.end - stretch.begin);
    }
    Parameter start = fitted(naming.start, line.intercept, Unit::second, validity_of(curve, pieces[k]), assumption);
    Parameter slope =
        fitted(naming.slope, naming.slope_is_rate ? 1 / line.slope : line.slope,
               naming.slope_is_rate ? Unit::byte_per_second : Unit::second_per_byte, start.validity, start.assumption);
    if (stretch.form != Form::line) start.refused = stretch.refused;
    if (stretch.form == Form::none) slope.refused = stretch.refused;
    if (stretch.form == Form::rate) {
      if (naming.slope_is_rate) {
        slope.assumption += "; the fixed cost of a call is in it";
      } else {
        slope.refused = stretch.refused;
      }
    }
    into.push_back(std::move(start));
    into.push_back(std::move(slope));
  }
}

void fit_collectives(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Curve& curve : structure.curves) {
    if (!is_collective(curve.probe)) continue;
    const bool ours = !points_of(data, curve).front().measurement->flags.imported;
    const std::string assumption =
        ours && curve.probe == "net.allreduce" ? "ranks on one node: a memory test of the MPI library" : "";
    add_pieces(data, curve, {curve.probe + ".alpha", curve.probe + ".gap", false, assumption}, into);
  }
}

}  // namespace sextant::analysis
