// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/line_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

namespace sextant::analysis {

namespace {

// Median absolute residual, scaled to a standard deviation.
double robust_scale(const Eigen::VectorXd& residuals) {
  std::vector<double> sizes(residuals.data(), residuals.data() + residuals.size());
  for (double& size : sizes) size = std::abs(size);
  std::nth_element(sizes.begin(), sizes.begin() + sizes.size() / 2, sizes.end());
  return 1.4826 * sizes[sizes.size() / 2];
}

// Sum of squared relative residuals of one piece, with a floor of 3 % an equation: medians of a shared machine are no
// better, so a smaller misfit is no evidence of another protocol.
double misfit(std::span<const double> n, std::span<const double> t) {
  const LineFit fit = fit_line(n, t);
  double sum = 0;
  for (std::size_t i = 0; i < n.size(); ++i) {
    const double relative = (fit.intercept + fit.slope * n[i]) / t[i] - 1;
    sum += relative * relative + 9e-4;
  }
  return sum;
}

}  // namespace

LineFit fit_line(std::span<const double> n, std::span<const double> t) {
  const auto rows = Eigen::Index(n.size());
  Eigen::MatrixXd design(rows, 2);
  for (Eigen::Index i = 0; i < rows; ++i) design.row(i) << 1 / t[std::size_t(i)], n[std::size_t(i)] / t[std::size_t(i)];
  // Columns scaled to unit length: seconds and seconds per byte differ by nine orders of magnitude.
  const Eigen::RowVector2d lengths = design.colwise().norm();
  Eigen::MatrixXd scaled = design.array().rowwise() / lengths.array();
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(rows);
  Eigen::VectorXd weights = ones;
  Eigen::VectorXd residuals;
  Eigen::Vector2d solution;
  for (int pass = 0; pass < 8; ++pass) {
    const Eigen::VectorXd roots = weights.cwiseSqrt();
    solution = (roots.asDiagonal() * scaled).colPivHouseholderQr().solve(roots.asDiagonal() * ones);
    residuals = scaled * solution - ones;
    const double limit =
        1.345 * std::max(robust_scale(residuals), 1e-12);  // Huber's constant: 95 % efficient on normal errors
    weights = residuals.unaryExpr([&](double r) { return std::abs(r) <= limit ? 1.0 : limit / std::abs(r); });
  }
  const double correlation = scaled.col(0).dot(scaled.col(1));
  LineFit fit;
  fit.intercept = solution[0] / lengths[0];
  fit.slope = solution[1] / lengths[1];
  fit.inflation = 1 / std::max(1 - correlation * correlation, 1e-300);
  fit.residual = std::sqrt(residuals.squaredNorm() / double(rows));
  return fit;
}

Breaks choose_breaks(std::span<const double> n, std::span<const double> t, std::size_t least, std::size_t most) {
  constexpr double narrowest = 4;  // last over first size of a piece: less is a cluster of points and no regime
  const std::size_t size = n.size();
  Breaks best{0};
  double best_score = std::numeric_limits<double>::infinity();
  const auto consider = [&](const Breaks& breaks) {
    double sum = 0;
    for (std::size_t k = 0; k < breaks.size(); ++k) {
      const std::size_t begin = breaks[k], end = k + 1 < breaks.size() ? breaks[k + 1] : size;
      if (end - begin < least || (breaks.size() > 1 && n[end - 1] < narrowest * n[begin])) return;
      sum += misfit(n.subspan(begin, end - begin), t.subspan(begin, end - begin));
    }
    const double parameters = 3.0 * double(breaks.size()) - 1;  // two coefficients a piece, and the breaks
    const double score = double(size) * std::log(sum / double(size)) + parameters * std::log(double(size));
    if (score < best_score) {
      best_score = score;
      best = breaks;
    }
  };
  const auto may_break = [&](std::size_t at) { return n[at - 1] < n[at]; };
  consider({0});
  for (std::size_t i = least; most > 1 && i + least <= size; ++i) {
    if (!may_break(i)) continue;
    consider({0, i});
    for (std::size_t j = i + least; most > 2 && j + least <= size; ++j) {
      if (may_break(j)) consider({0, i, j});
    }
  }
  return best;
}

std::vector<Piece> fit_pieces(std::span<const double> n, std::span<const double> t, const Breaks& breaks) {
  std::vector<Piece> pieces;
  for (std::size_t k = 0; k < breaks.size(); ++k) {
    const std::size_t begin = breaks[k], end = k + 1 < breaks.size() ? breaks[k + 1] : n.size();
    pieces.push_back({n[begin], n[end - 1], fit_line(n.subspan(begin, end - begin), t.subspan(begin, end - begin))});
  }
  return pieces;
}

double time_at(std::span<const Piece> pieces, double n) {
  const auto on = [](const Piece& piece, double size) { return piece.line.intercept + piece.line.slope * size; };
  std::size_t k = 0;
  while (k + 1 < pieces.size() && n > pieces[k].last) ++k;
  if (k == 0 || n >= pieces[k].first) return on(pieces[k], n);
  const Piece &before = pieces[k - 1], &after = pieces[k];
  const double share = std::log(n / before.last) / std::log(after.first / before.last);
  return std::exp((1 - share) * std::log(on(before, before.last)) + share * std::log(on(after, after.first)));
}

}  // namespace sextant::analysis
