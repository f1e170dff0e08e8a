// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/calibration/fits.hpp"

namespace sextant::analysis {

using results::Unit;

namespace {

double batch_of(const Observation& o) { return o.measurement->point.has("batch") ? o.number("batch") : 1; }

void fit_ceiling(const Observations& curve, const Structure& structure, const std::string& validity,
                 std::vector<Parameter>& into) {
  constexpr const char* why = "the fastest footprint runs from cache: the kernel's own limit";
  const Observation& fastest = fastest_of(curve, structure);
  into.push_back(measured("near_data.gemv.ceiling", fastest.value, Unit::byte_per_second, validity, why));
  into.push_back(measured("near_data.gemv.flops", arithmetic(fastest), Unit::flop_per_second, validity, why));
}

// Beyond the knee a product with one more vector costs arithmetic, before it the weights that are read once for all.
void fit_knee(const Observations& curve, const Observations& batches, const Structure& structure,
              const std::string& validity, std::vector<Parameter>& into) {
  if (batches.empty()) return;
  const double rate = arithmetic(fastest_of(batches, structure));
  into.push_back(measured("near_data.gemv.batched_flops", rate, Unit::flop_per_second, validity,
                          "the fastest batch at the fastest footprint"));
  into.push_back(fitted("near_data.gemv.knee", rate / arithmetic(curve.back()), Unit::one, validity,
                        "the batch whose arithmetic at the best rate takes as long as reading the weights from memory "
                        "once"));
}

void fit_gemv(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Observation& point : select(data, "near_data.gemv", "footprint")) {
    const bool batched = batch_of(point) > 1;
    into.push_back(measured(batched ? "near_data.gemv.batched" : "near_data.gemv.bandwidth", point.value,
                            Unit::byte_per_second,
                            batched ? everything(point) : at(point, {"type", "footprint", "threads"})));
  }
  for (const results::Point& kernel : choices(data, "near_data.gemv", {"type", "threads"})) {
    const Observations curve = gemv_curve(data, kernel);
    if (curve.empty()) continue;
    fit_ceiling(curve, structure, results::to_text(kernel), into);
    fit_knee(curve, gemv_in_batches(data, kernel), structure, results::to_text(kernel), into);
  }
  const Observations all = select(data, "near_data.gemv", "footprint");
  for (const std::string& type : words_of(all, "type")) {
    const Observations of_type = select(all, "near_data.gemv", "threads",
                                        [&](const auto& o) { return o.word("type") == type && batch_of(o) == 1; });
    if (of_type.empty()) continue;
    const double threads = of_type.back().number("threads");
    const Observations curve = gemv_curve(data, {{"type", type}, {"threads", threads}});
    const double read = read_bandwidth(data, threads, curve.back().number("footprint"));
    if (std::isnan(read)) continue;
    std::string assumption = "GEMV at its largest footprint over plain reading of as many bytes with the same threads";
    if (fastest_of(curve, structure).value < 1.05 * read)
      assumption += "; compute bound: from a cache it is not faster than memory is read";
    into.push_back(
        fitted("near_data.gemv.efficiency", curve.back().value / read, Unit::one, "type=" + type, assumption));
  }
}

void fit_attention(const Observations& data, std::vector<Parameter>& into) {
  const std::string probe = "near_data.attention";
  for (const Observation& point : select(data, probe, "context"))
    into.push_back(measured(probe + ".bandwidth", point.value, Unit::byte_per_second, everything(point)));
  for (const results::Point& kernel : choices(data, probe, {"scheme", "type", "layout", "threads"})) {
    const Observations curve = select(data, probe, "context", [&](const auto& o) { return shares(o, kernel); });
    const double read = dram_bandwidth(data, kernel.number("threads"));
    if (std::isnan(read)) continue;
    into.push_back(
        fitted(probe + ".efficiency", curve.back().value / read, Unit::one, results::to_text(kernel),
               "keys and values of the longest context over plain reading from memory with the same threads"));
  }
}

// The phases of a product whose weights are shared out over units, as shares of the whole that is drawn anew.
void fit_shards(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  constexpr std::array<const char*, 3> phases{"broadcast", "multiply", "reduce"};
  for (const Observation& point : select(data, "near_data.shard", "shard")) {
    double sum = 0;
    for (const char* phase : phases) sum += structure.extras.of(point.measurement, phase);
    into.push_back(measured("near_data.shard.product", point.value, Unit::second, everything(point)));
    for (const char* phase : phases) {
      if (!(sum > 0)) break;
      into.push_back(fitted(fmt::format("near_data.shard.{}", phase),
                            point.value * structure.extras.of(point.measurement, phase) / sum, Unit::second,
                            everything(point), "its median share of the product"));
    }
  }
}

void fit_pushdown(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  const std::string probe = "near_data.pushdown";
  for (const Observation& point : select(data, probe, "footprint"))
    into.push_back(measured(probe + ".seconds", point.value, Unit::second, everything(point)));
  for (const results::Point& work : choices(data, probe, {"operation", "footprint", "selectivity"})) {
    const auto by = [&](const char* method) {
      return select(data, probe, "footprint",
                    [&](const auto& o) { return shares(o, work) && o.word("method") == method; });
    };
    const Observations in_place = by("in_place"), moved = by("move");
    if (in_place.empty() || moved.empty()) continue;
    into.push_back(fitted(probe + ".speedup", moved.front().value / in_place.front().value, Unit::one,
                          results::to_text(work), "moving the data and reducing it there over reducing it in place"));
    const double kept = structure.extras.of(in_place.front().measurement, "bytes_moved");
    const double all = structure.extras.of(moved.front().measurement, "bytes_moved");
    if (all > 0) {
      into.push_back(measured(probe + ".bytes_saved", 1 - kept / all, Unit::one, results::to_text(work),
                              "the share of the bytes that need not move"));
    }
  }
}

}  // namespace

double arithmetic(const Observation& o) {
  const results::Sample& sample = o.measurement->samples.front();
  return o.value * sample.operations / sample.bytes;
}

Observations gemv_curve(const Observations& data, const results::Point& kernel) {
  return select(data, "near_data.gemv", "footprint",
                [&](const Observation& o) { return shares(o, kernel) && batch_of(o) == 1; });
}

Observations gemv_in_batches(const Observations& data, const results::Point& kernel) {
  return select(data, "near_data.gemv", "footprint",
                [&](const Observation& o) { return shares(o, kernel) && batch_of(o) > 1; });
}

void fit_near_data(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  fit_gemv(data, structure, into);
  fit_attention(data, into);
  fit_shards(data, structure, into);
  fit_pushdown(data, structure, into);
}

}  // namespace sextant::analysis
