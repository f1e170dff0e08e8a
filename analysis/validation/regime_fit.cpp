// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/regime_fit.hpp"

#include <limits>
#include <vector>

namespace sextant::analysis {
namespace {

struct Line {
  double intercept = 0, slope = 0, misfit = 0;
};

Line fit_line(std::span<const CurvePoint> points) {
  double aa = 0, ab = 0, bb = 0, a = 0, b = 0;
  for (const auto [n, t] : points) {
    aa += 1 / (t * t);
    ab += n / (t * t);
    bb += n * n / (t * t);
    a += 1 / t;
    b += n / t;
  }
  Line line;
  const double determinant = aa * bb - ab * ab;
  line.intercept = (a * bb - b * ab) / determinant;
  line.slope = (b * aa - a * ab) / determinant;
  if (line.slope < 0) line = {a / aa, 0, 0};
  if (line.intercept < 0) line = {0, b / bb, 0};
  for (const auto [n, t] : points) {
    const double residual = (line.intercept + line.slope * n) / t - 1;
    line.misfit += residual * residual;
  }
  return line;
}

struct Pieces {
  double misfit = std::numeric_limits<double>::infinity();
  std::vector<std::pair<double, Line>> lines;  // up to this size
};

// The first of `ranges` ranges ends after every possible size in turn; the rest is the same question.
Pieces best_pieces(std::span<const CurvePoint> points, int ranges) {
  Pieces best;
  if (points.size() < 2) return best;
  const Line whole = fit_line(points);
  best = {whole.misfit, {{points.back().bytes, whole}}};
  if (ranges <= 1) return best;
  for (std::size_t size = 2; size + 2 <= points.size(); ++size) {
    const Line first = fit_line(points.first(size));
    Pieces rest = best_pieces(points.subspan(size), ranges - 1);
    if (first.misfit + rest.misfit >= best.misfit) continue;
    rest.misfit += first.misfit;
    rest.lines.insert(rest.lines.begin(), {points[size - 1].bytes, first});
    best = std::move(rest);
  }
  return best;
}

}  // namespace

std::optional<Interconnect> fit_regimes(std::span<const CurvePoint> points, double ranks, int ranges) {
  if (points.size() < 2 || ranks < 2) return std::nullopt;
  const Pieces pieces = best_pieces(points, ranges);
  const double steps = 2 * (ranks - 1);
  Interconnect net;
  net.topology = Topology::ring;
  for (std::size_t i = 0; i < pieces.lines.size(); ++i) {
    const auto& [upto, line] = pieces.lines[i];
    const double latency = line.intercept / steps, gap = line.slope * ranks / steps;
    if (i + 1 < pieces.lines.size()) {
      net.smaller[i] = {upto, latency, gap};
    } else {
      net.latency = latency;
      net.gap = gap;
    }
  }
  return net;
}

}  // namespace sextant::analysis
