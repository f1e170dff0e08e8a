// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/calibration/fits.hpp"
#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {

namespace {

struct Family {
  std::string_view probe;
  std::vector<std::string_view> axes;  // one curve for each choice of these
  std::size_t least, most;             // points a piece, pieces
  bool is_kernel = false;              // its slope is a bandwidth, which a few sizes without a start still give
};

const std::vector<Family>& families() {
  static const std::vector<Family> list{{"net.allreduce", {"ranks"}, 4, 3},
                                        {"gpu.collective.allreduce", {"ranks", "library"}, 4, 3},
                                        {"gpu.collective.allgather", {"ranks", "library"}, 4, 3},
                                        {"gpu.collective.alltoall", {"ranks", "library"}, 4, 3},
                                        {"gpu.attention", {"type", "library"}, 8, 2, true},
                                        {"gpu.gemv", {"type", "library", "rows"}, 4, 1, true}};
  return list;
}

// Two coefficients are told apart when the variance of neither is inflated more than so by the other.
constexpr double inflation_limit = 30;

Stretch judged(const Family& family, std::size_t begin, std::size_t end, std::span<const double> n,
               std::span<const double> t) {
  const std::span<const double> sizes = n.subspan(begin, end - begin);
  if (sizes.size() < 4) {
    const Form form = family.is_kernel && sizes.size() > 1 ? Form::rate : Form::none;
    const std::string how = family.is_kernel ? "" : fmt::format(" with --set {}.bytes=", family.probe);
    return {begin, end, form,
            fmt::format("{} sizes: a line needs at least 4; measure more of them{}", sizes.size(), how)};
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

Curve found(const Family& family, results::Point at, const Observations& data) {
  Curve curve{std::string(family.probe), std::move(at), {}};
  const Observations points = points_of(data, curve);
  const std::vector<double> n = sizes(points), t = times(points);
  const Breaks breaks = choose_breaks(n, t, family.least, family.most);
  for (std::size_t k = 0; k < breaks.size(); ++k)
    curve.stretches.push_back(judged(family, breaks[k], k + 1 < breaks.size() ? breaks[k + 1] : n.size(), n, t));
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
  for (const Family& family : families()) {
    for (results::Point& at : choices(data, family.probe, family.axes)) {
      if (family.probe == "gpu.gemv" && at.number("rows") != 1) continue;  // products.hpp
      curves.push_back(found(family, std::move(at), data));
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
  const std::string bytes = fmt::format("bytes={}..{}", piece.first, piece.last);
  if (curve.probe == "gpu.gemv") return results::to_text(curve.at);  // meant for matrices of every size
  std::string text;
  for (const auto& [axis, value] : curve.at.coordinates()) {
    if (axis == "library" && curve.at.has("ranks")) text += " " + bytes;
    text += (text.empty() ? "" : " ") + results::to_text(results::Point{{axis, value}});
  }
  return curve.at.has("ranks") && curve.at.has("library") ? text : text + " " + bytes;
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
    if (curve.probe == "net.allreduce")
      add_pieces(
          data, curve,
          {curve.probe + ".alpha", curve.probe + ".gap", false, "ranks on one node: a memory test of the MPI library"},
          into);
    if (curve.probe.rfind("gpu.collective.", 0) == 0)
      add_pieces(data, curve, {curve.probe + ".alpha", curve.probe + ".gap", false, {}}, into);
  }
}

}  // namespace sextant::analysis
