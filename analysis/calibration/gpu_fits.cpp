// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "analysis/calibration/fits.hpp"

namespace sextant::analysis {

using results::Unit;

void fit_gpu_memory(const Observations& data, std::vector<Parameter>& into) {
  for (const Observation& point : data) {
    const std::string& probe = point.measurement->probe;
    if (probe.rfind("gpu.memory.", 0) != 0) continue;
    const std::string validity = results::to_text(point.measurement->point);
    if (point.measurement->quantity.unit == Unit::byte_per_second)
      into.push_back(measured(probe + ".bandwidth", point.value, Unit::byte_per_second, validity));
    else
      into.push_back(measured(probe, point.value, Unit::second, validity));
  }
}

namespace {

void add_products(const Observations& data, const Products& products, std::vector<Parameter>& into) {
  const Observations points = points_of(data, products);
  const ProductFit fit = fit_products(points, products);
  const std::string validity =
      fmt::format("{} rows={}..{}", results::to_text(products.at), products.least_rows, products.most_rows);
  std::string assumption =
      fmt::format("t = overhead + (t_memory^{0} + t_compute^{0})^(1/{0}), residual {1:.1f} % rms over {2} points",
                  overlap, 100 * fit.residual, points.size());
  Parameter overhead = fitted("gpu.gemv.overhead", fit.overhead, Unit::second, validity, assumption);
  Parameter rate = fitted("gpu.gemv.flops", fit.rate, Unit::flop_per_second, validity, assumption);
  if (!products.with_overhead) {
    overhead.refused = "not identified: the matrices are too few or too alike to tell it from the bandwidth";
    assumption += "; the fixed cost of a call is in it";
  }
  if (!products.with_rate) rate.refused = "not identified: arithmetic shows in no row, memory hides it";
  into.push_back(std::move(overhead));
  into.push_back(fitted("gpu.gemv.bandwidth", fit.bandwidth, Unit::byte_per_second, validity, assumption));
  into.push_back(std::move(rate));
}

}  // namespace

void fit_gpu_kernels(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Curve& curve : structure.curves) {
    if (curve.probe == "gpu.gemv" || curve.probe == "gpu.attention")
      add_pieces(data, curve, {curve.probe + ".overhead", curve.probe + ".bandwidth", true, {}}, into);
  }
  for (const Products& products : structure.products) add_products(data, products, into);
}

}  // namespace sextant::analysis
