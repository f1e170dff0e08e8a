// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/flash_fits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sextant::analysis {

using results::not_available;
using results::Unit;

namespace {

std::string quality_of(const SurfaceForm& form, std::size_t points) {
  const LackOfFit& lack = form.lack;
  std::string text = fmt::format("residual {:.1f} % over {} points, whose own scatter is {:.1f} %", 100 * lack.residual,
                                 points, 100 * lack.scatter);
  if (lack.lacking()) {
    text += fmt::format("; the form does not follow the surface (lack of fit {:.1f}, limit {:.1f}), farthest at {}",
                        lack.ratio, lack.limit, lack.farthest);
  }
  return text;
}

// The figures of the form; of one that does not follow the surface they hold for no other shape without an error of
// their own.
void add_surface(const Observations& points, const SurfaceForm& form, std::vector<Parameter>& into) {
  const FlashSurface surface = form.fitted ? fit_surface(points, form) : FlashSurface{};
  const auto add = [&](const char* name, double value, Unit unit, const std::string& refused, const std::string& said) {
    Parameter parameter = fitted(name, value, unit, {}, said);
    parameter.refused = form.fitted ? refused : form.refused;
    if (form.fitted) parameter.assumption += "; " + quality_of(form, points.size());
    if (form.lack.lacking()) parameter.transfer = results::TransferClass::T1;
    into.push_back(std::move(parameter));
  };
  add("storage.flash.bandwidth", surface.bandwidth, Unit::byte_per_second, form.no_bandwidth,
      "BW_read of the closed form, which no depth exceeds");
  add("storage.flash.latency", surface.latency, Unit::second, form.no_latency,
      "t0 = t_R + t_cmd, with what the host's software takes of it (storage.floor): carried to other flash as relative "
      "depth x = outstanding / (BW latency), of which the software's share is taken off both");
  add("storage.flash.rate", surface.rate, Unit::byte_per_second, form.no_rate, "R, at which one request's bytes come");
  add("storage.flash.page", surface.page, Unit::byte, form.no_page,
      "a power of two: what a smaller read costs; a limit of operations a second looks the same");
  add("storage.flash.queueing", surface.queueing, Unit::one, form.no_queueing, "a of t0 (1 + a rho / (1 - rho))");
}

// The same in every draw: it is a verdict on the data.
void add_lack(const SurfaceForm& form, std::size_t points, std::vector<Parameter>& into) {
  Parameter lack = measured(
      "storage.flash.lack_of_fit", form.lack.ratio, Unit::one, {},
      fmt::format("mean square of the residuals over that of the points' own scatter; a form that holds exceeds "
                  "{:.1f} once in twenty times; {}",
                  form.lack.limit, quality_of(form, points)));
  if (!form.fitted) lack.refused = form.refused;
  if (form.fitted && form.lack.scatter <= 0) lack.refused = "one value a point: their scatter is not known";
  into.push_back(std::move(lack));
}

const Observation* smallest(const Observations& latencies, std::string_view method) {
  const Observation* best = nullptr;
  for (const Observation& o : latencies) {
    if (!o.measurement->point.has("method") || o.word("method") != method) continue;
    const bool smaller =
        best != nullptr && (o.number("depth") < best->number("depth") ||
                            (o.number("depth") == best->number("depth") && o.number("block") < best->number("block")));
    if (best == nullptr || smaller) best = &o;
  }
  return best;
}

// NaN where nothing measured it.
double add_floor(const Observations& data, std::vector<Parameter>& into) {
  const Observations latencies = select(data, "storage.latency", "block");
  const Observation* ring = smallest(latencies, "nop");
  const Observation* stack = smallest(latencies, "page_cache");
  if (ring) {
    into.push_back(measured("storage.floor.ring", ring->value, Unit::second, at(*ring, {"depth"}),
                            "a request that does nothing: the ring's own round trip"));
  }
  if (stack) {
    into.push_back(measured("storage.floor.stack", stack->value, Unit::second, at(*stack, {"block", "depth"}),
                            "a read that the page cache answers: the host's whole stack and a copy, without a device"));
  }
  const Observation* floor = stack ? stack : ring;
  if (!floor) return not_available;
  into.push_back(
      measured("storage.floor", floor->value, Unit::second, {},
               std::string(stack ? "a read that the page cache answers" : "the ring's own round trip: a lower bound") +
                   "; interrupt and driver of the device are not in it. Carried to HBF it is taken off the latency, "
                   "and bandwidth "
                   "x floor off the bytes outstanding (section 5)"));
  return floor->value;
}

void add_floor_cpu(const Observations& points, const Structure& structure, std::vector<Parameter>& into) {
  if (points.empty()) return;
  const Observation* deepest = nullptr;  // of the smallest block: nothing but requests
  for (const Observation& o : points) {
    if (o.number("block") != points.front().number("block")) break;
    if (!deepest || o.number("depth") > deepest->number("depth")) deepest = &o;
  }
  const double seconds = structure.extras.of(deepest->measurement, "cpu_time");
  if (std::isnan(seconds)) return;
  into.push_back(measured("storage.floor_cpu", seconds, Unit::second, at(*deepest, {"block", "depth"}),
                          "processor time of a request, user and system: counted, not drawn anew"));
}

}  // namespace

void fit_flash(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  const Observations points = surface_points(data);
  if (!points.empty()) {
    add_surface(points, structure.surface, into);
    add_lack(structure.surface, points.size(), into);
  }
  const double floor = add_floor(data, into);
  add_floor_cpu(points, structure, into);
  if (points.empty() || std::isnan(floor)) return;
  const auto whole =
      std::find_if(into.begin(), into.end(), [](const Parameter& p) { return p.name == "storage.flash.latency"; });
  Parameter device = fitted("storage.flash.latency.device", whole->estimate.value - floor, Unit::second, {},
                            "storage.flash.latency less storage.floor: what the device takes");
  device.refused = whole->refused;
  into.push_back(std::move(device));
}

}  // namespace sextant::analysis
