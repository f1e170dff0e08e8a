// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/surface_fit.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>

#include "analysis/model/tier.hpp"
#include "results/record/summary.hpp"
#include "results/record/unit.hpp"
#include "results/statistics/interval.hpp"

namespace sextant::analysis {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// As logarithms: bandwidth and latency, then rate and queueing where they are.
VectorXd logarithms(const FlashSurface& surface, const SurfaceForm& form) {
  std::vector<double> list{std::log(surface.bandwidth), std::log(surface.latency)};
  if (form.with_rate) list.push_back(std::log(surface.rate));
  if (form.with_queueing) list.push_back(std::log(surface.queueing));
  return Eigen::Map<VectorXd>(list.data(), Index(list.size()));
}

FlashSurface from(const VectorXd& x, const SurfaceForm& form) {
  FlashSurface surface{.bandwidth = std::exp(x[0]), .latency = std::exp(x[1]), .page = form.page};
  Index i = 2;
  if (form.with_rate) surface.rate = std::exp(x[i++]);
  if (form.with_queueing) surface.queueing = std::exp(x[i]);
  return surface;
}

double bandwidth_at(const FlashSurface& surface, const Observation& point) {
  return read_bandwidth(surface, point.number("block"), point.number("depth"));
}

// log(measured / fitted)
VectorXd residuals(const FlashSurface& surface, const Observations& points) {
  VectorXd list(Index(points.size()));
  for (std::size_t i = 0; i < points.size(); ++i)
    list[Index(i)] = std::log(points[i].value / bandwidth_at(surface, points[i]));
  return list;
}

MatrixXd slopes(const VectorXd& x, const SurfaceForm& form, const Observations& points) {
  constexpr double step = 1e-4;
  MatrixXd list(Index(points.size()), x.size());
  for (Index j = 0; j < x.size(); ++j) {
    VectorXd up = x, down = x;
    up[j] += step;
    down[j] -= step;
    list.col(j) = (residuals(from(up, form), points) - residuals(from(down, form), points)) / (2 * step);
  }
  return list;
}

double robust_scale(const VectorXd& list) {
  std::vector<double> sizes(list.data(), list.data() + list.size());
  for (double& size : sizes) size = std::abs(size);
  std::nth_element(sizes.begin(), sizes.begin() + std::ptrdiff_t(sizes.size() / 2), sizes.end());
  return std::max(1.4826 * sizes[sizes.size() / 2], 1e-4);
}

double huber(const VectorXd& list, double limit) {
  double sum = 0;
  for (const double r : list) sum += std::abs(r) <= limit ? r * r : 2 * limit * std::abs(r) - limit * limit;
  return sum;
}

// Seconds of one request at the smallest depth, and the most that any point moved.
FlashSurface first_guess(const Observations& points, const SurfaceForm& form) {
  FlashSurface guess{.bandwidth = 0, .latency = std::numeric_limits<double>::infinity(), .page = form.page};
  for (const Observation& point : points) {
    const double moved = moved_bytes(guess, point.number("block")) / point.number("block");
    guess.bandwidth = std::max(guess.bandwidth, point.value * moved);
    guess.latency = std::min(guess.latency, point.number("depth") * point.number("block") / point.value);
  }
  if (form.with_rate) guess.rate = guess.bandwidth;
  if (form.with_queueing) guess.queueing = 0.2;
  return guess;
}

// How much the others inflate the variance of each coefficient (line_fit.hpp); infinite where nothing depends on it.
VectorXd inflations(const MatrixXd& jacobian) {
  const MatrixXd normal = jacobian.transpose() * jacobian;
  VectorXd list = VectorXd::Constant(normal.rows(), std::numeric_limits<double>::infinity());
  if (normal.diagonal().minCoeff() < 1e-6) return list;
  const VectorXd lengths = normal.diagonal().cwiseSqrt();
  const MatrixXd scaled = lengths.cwiseInverse().asDiagonal() * normal * lengths.cwiseInverse().asDiagonal();
  return scaled.ldlt().solve(MatrixXd::Identity(normal.rows(), normal.rows())).diagonal();
}

std::size_t coefficients(const SurfaceForm& form) {
  return 2 + std::size_t(form.with_rate) + std::size_t(form.with_queueing);
}

// Standard errors of the logarithms of the points' medians, by their launches, and how many launches that took.
struct Scattering {
  double mean_square = 0, freedom = 0;
};

Scattering scattering(const Observations& points) {
  Scattering scattering;
  for (const Observation& point : points) {
    results::Units units = results::launches_of(*point.measurement);
    if (units.size() == 1) units = results::stretches(units[0], std::min(10, int(units[0].size())));
    if (units.size() < 2) continue;  // one value says nothing
    const double freedom = double(units.size()) - 1;
    const double error = results::log_standard_error(results::pool(std::move(units)), 400);
    scattering.mean_square += freedom * error * error;
    scattering.freedom += freedom;
  }
  if (scattering.freedom > 0) scattering.mean_square /= scattering.freedom;
  return scattering;
}

LackOfFit lack_of_fit(const Observations& points, const SurfaceForm& form, const Scattering& scattering) {
  LackOfFit lack;
  const VectorXd left = residuals(form.start, points);
  const double freedom = double(points.size() - coefficients(form));
  lack.residual = std::sqrt(left.squaredNorm() / freedom);
  lack.scatter = std::sqrt(scattering.mean_square);
  Index worst = 0;
  left.cwiseAbs().maxCoeff(&worst);
  lack.farthest = fmt::format("block={} depth={}: {:+.0f} %", points[std::size_t(worst)].number("block"),
                              points[std::size_t(worst)].number("depth"), 100 * std::expm1(left[worst]));
  if (scattering.mean_square <= 0) return lack;
  lack.ratio = lack.residual * lack.residual / scattering.mean_square;
  lack.limit = boost::math::quantile(boost::math::fisher_f(freedom, scattering.freedom), 0.95);
  return lack;
}

// Bayes' information criterion, with the points' own scatter under every residual: a smaller misfit is no evidence.
double score(const Observations& points, const SurfaceForm& form, const Scattering& scattering) {
  const VectorXd left = residuals(form.start, points);
  const double limit = 3 * std::max(robust_scale(left), std::sqrt(scattering.mean_square)), n = double(points.size());
  const double sum = huber(left, limit) + n * std::max(scattering.mean_square, 1e-6);
  return n * std::log(sum / n) + double(coefficients(form) + std::size_t(form.page > 0)) * std::log(n);
}

SurfaceForm fitted(const Observations& points, SurfaceForm form) {
  form.start = first_guess(points, form);
  form.start = fit_surface(points, form);
  return form;
}

// A coefficient is told apart when the others do not inflate its variance, and some point depends on it.
constexpr double inflation_limit = 30;

bool tells_all(const Observations& points, const SurfaceForm& form) {
  return inflations(slopes(logarithms(form.start, form), form, points)).maxCoeff() <= inflation_limit;
}

// Larger than every block but the largest: then a smaller block shows it. 0: none.
std::vector<double> pages(const Observations& points) {
  std::vector<double> list{0};
  const std::vector<double> blocks = values_of(points, "block");
  for (double page = 1024; page <= blocks.back(); page *= 2)
    if (page > blocks.front()) list.push_back(page);
  return list;
}

SurfaceForm best_form(const Observations& points, const Scattering& scattering) {
  SurfaceForm best;
  double lowest = std::numeric_limits<double>::infinity();
  for (const double page : pages(points)) {
    for (const bool with_rate : {false, true}) {
      for (const bool with_queueing : {false, true}) {
        SurfaceForm form;
        form.with_rate = with_rate;
        form.with_queueing = with_queueing;
        form.page = page;
        if (points.size() <= coefficients(form)) continue;
        form = fitted(points, form);
        if (coefficients(form) > 2 && !tells_all(points, form)) continue;
        const double at = score(points, form, scattering);
        if (at >= lowest) continue;
        lowest = at;
        best = form;
      }
    }
  }
  return best;
}

std::string remedy(const char* axis) { return std::string("; measure more with --set storage.read.") + axis + "="; }

// Whether a limit shows at all: a device half as fast again would be seen.
bool limited(const Observations& points, const SurfaceForm& form, const Scattering& scattering) {
  FlashSurface faster = form.start;
  faster.bandwidth *= 1.5;
  const double now = residuals(form.start, points).squaredNorm(), then = residuals(faster, points).squaredNorm();
  return then - now > 9 * std::max({now / double(points.size()), scattering.mean_square, 1e-6});
}

// What no point shows has no figure, however well the rest is fitted.
void refuse_unseen(const Observations& points, const Scattering& scattering, SurfaceForm& form) {
  double most_waiting = 0;
  for (const Observation& point : points) {
    const double moved = bandwidth_at(form.start, point) / page_use(point.number("block"), form.page);
    if (moved < 0.9 * form.start.bandwidth)
      most_waiting = std::max(most_waiting, form.start.latency / lone_latency(form.start, point.number("block")));
  }
  if (!limited(points, form, scattering)) {
    form.no_bandwidth = "not identified: no point comes near a limit" + remedy("depth");
  }
  if (most_waiting < 0.1) form.no_latency = "not identified: no point waits for its latency" + remedy("block") + "4KiB";
  if (!form.with_rate)
    form.no_rate = "not identified: the bytes of one request take no time that shows below the limit";
  if (!form.with_queueing) form.no_queueing = "no queueing shows: the bandwidth bends as sharply as min() does";
  if (form.page == 0) {
    form.no_page =
        fmt::format("not identified: reads of {} cost no more than their bytes{}",
                    results::format(values_of(points, "block").front(), results::Unit::byte), remedy("block"));
  }
}

}  // namespace

FlashSurface fit_surface(const Observations& points, const SurfaceForm& form) {
  VectorXd x = logarithms(form.start, form);
  double damping = 1e-2;
  for (int pass = 0; pass < 40; ++pass) {
    const VectorXd now = residuals(from(x, form), points);
    const double limit = 1.345 * robust_scale(now);
    const VectorXd weights = now.unaryExpr([&](double r) { return std::abs(r) <= limit ? 1.0 : limit / std::abs(r); });
    const MatrixXd jacobian = slopes(x, form, points);
    const MatrixXd normal = jacobian.transpose() * weights.asDiagonal() * jacobian;
    const VectorXd gradient = jacobian.transpose() * weights.asDiagonal() * now;
    const double cost = huber(now, limit);
    bool better = false;
    VectorXd step;
    for (int attempt = 0; attempt < 12 && !better; ++attempt) {
      MatrixXd damped = normal;
      damped.diagonal() += damping * (normal.diagonal().array() + 1e-9).matrix();
      step = -damped.ldlt().solve(gradient).cwiseMax(-1).cwiseMin(1);  // at most a factor e at once
      better = huber(residuals(from(x + step, form), points), limit) <= cost;
      damping = better ? damping / 3 : damping * 4;
    }
    if (!better) break;
    x += step;
    if (step.cwiseAbs().maxCoeff() < 1e-6) break;
  }
  return from(x, form);
}

SurfaceForm find_surface(const Observations& points) {
  SurfaceForm none;
  if (points.empty()) return none;
  if (points.size() < 5 || values_of(points, "depth").size() < 2 || values_of(points, "block").size() < 2) {
    none.refused = fmt::format("{} points: the form needs at least 5, of several blocks and depths{}", points.size(),
                               remedy("depth"));
    return none;
  }
  const Scattering own = scattering(points);
  SurfaceForm form = best_form(points, own);
  form.fitted = true;
  form.lack = lack_of_fit(points, form, own);
  refuse_unseen(points, own, form);
  return form;
}

}  // namespace sextant::analysis
