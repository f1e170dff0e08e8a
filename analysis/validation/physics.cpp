// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/physics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/model/decode.hpp"
#include "analysis/validation/machine.hpp"
#include "results/record/unit.hpp"

namespace sextant::analysis {
namespace {

using results::Unit;

// So many sequences that weights no longer count: what is left is each sequence's own.
constexpr double endless = 1e6;
constexpr double free_of_charge = 1e30;

struct Bound {
  const char* name;
  double seconds;  // of a step, at least
};

// flop/s of the fastest type that the device multiplies; 0 where nobody says.
double fastest_arithmetic(const Case& c, const Catalogue& catalogue) {
  double fastest = c.arithmetic;
  for (const char* type : {"bf16", "fp8", "fp4", "int8"}) {
    const PublishedFigure* figure = lookup(find(catalogue, Kind::device, c.device), type);
    if (figure) fastest = std::max(fastest, figure->estimate.high);
  }
  return fastest;
}

// Of the sources on the size of a weight the smallest, and the file where that is smaller.
double least_weight_bytes(const Decoding& d, const Workload& w, const Catalogue& catalogue) {
  const double least = find(find(catalogue, Kind::precision, d.weight_type), "bytes").estimate.low;
  if (d.file_bytes == 0) return least;
  Workload elements = w;
  elements.precision.weight = elements.precision.expert = elements.precision.embedding = 1;
  return std::min(least, d.file_bytes / resident_weights(elements, 1));
}

// One device as fast as all that may work at once: splits lose something, which a bound may not assume.
Hardware together(double bandwidth, double arithmetic) {
  Hardware h;
  h.memory().capacity = free_of_charge;
  h.memory().read_bandwidth = bandwidth;
  h.compute.fill(arithmetic);
  h.overlap = 8;
  return h;
}

Bound least_step(const Case& c, const Catalogue& catalogue, double batch) {
  const Decoding& d = c.decoding();
  Workload w = workload_of(c, model_shape(find(catalogue, Kind::model, d.model)));
  w.batch = batch;
  w.routing.correlation = 1;  // all tokens may have chosen the same experts
  w.precision.weight = w.precision.expert = w.precision.embedding = least_weight_bytes(d, w, catalogue);
  w.precision.activation = 0;  // they may stay on the chip
  const double workers = d.split_stated && batch == 1 ? d.shared_by : d.accelerators;
  const Bound bytes{"bytes at the bandwidth of the data sheet",
                    decode_step(w, together(workers * c.bandwidth, free_of_charge)).seconds};
  const double arithmetic = fastest_arithmetic(c, catalogue);
  if (arithmetic == 0) return bytes;
  const Bound operations{"arithmetic at the peak of the data sheet",
                         decode_step(w, together(free_of_charge, workers * arithmetic)).seconds};
  return operations.seconds > bytes.seconds ? operations : bytes;
}

std::optional<std::string> faster_run(const Case& c, const Catalogue& catalogue) {
  const Decoding& d = c.decoding();
  const bool total = c.metric == Metric::total_rate || c.metric == Metric::accelerator_rate;
  const double batch = d.batch.value_or(total ? endless : 1);
  const Bound step = least_step(c, catalogue, batch);
  const auto slow = [&](double limit, const char* unit) {
    return fmt::format("{:.4g} {} is faster than its {}, {:.4g} {}", c.measured, unit, step.name, limit, unit);
  };
  switch (c.metric) {
    case Metric::user_rate:
      if (c.measured * step.seconds > 1) return slow(1 / step.seconds, "tok/s");
      break;
    case Metric::total_rate:
    case Metric::accelerator_rate: {
      const double limit = batch / step.seconds / (c.metric == Metric::total_rate ? 1 : d.accelerators);
      if (c.measured > limit) return slow(limit, "tok/s");
      break;
    }
    case Metric::step_time:
      if (c.measured < step.seconds) return slow(step.seconds, "s");
      break;
    case Metric::batch_time:
      if (d.output && c.measured < *d.output * step.seconds) return slow(*d.output * step.seconds, "s");
      break;
    default:
      break;
  }
  return std::nullopt;
}

std::optional<std::string> faster_than_memory(const Case& c, double rate) {
  if (c.bandwidth == 0 || rate <= c.bandwidth) return std::nullopt;
  return fmt::format(
      "Faster than the memory: {} at a stated peak of {}, so a cache served it or its bytes are "
      "miscounted.",
      results::format(rate, Unit::byte_per_second), results::format(c.bandwidth, Unit::byte_per_second));
}

// Bytes of a product or of attention; 0 for everything else.
double kernel_bytes(const Case& c) {
  if (const auto* product = std::get_if<Product>(&c.what)) return product->bytes;
  if (const auto* attention = std::get_if<AttentionCall>(&c.what)) return attention->bytes;
  return 0;
}

std::string curve(const Case& c) {
  const auto* product = std::get_if<Product>(&c.what);
  const auto* attention = std::get_if<AttentionCall>(&c.what);
  const std::string& library = product ? product->library : attention->library;
  const std::string& type = product ? product->type : attention->type;
  return fmt::format("{} {} {} {}", group_names[std::size_t(c.group)], c.device, library, type);
}

}  // namespace

std::optional<std::string> beats_physics(const Case& measured, const Catalogue& catalogue) {
  switch (measured.group) {
    case Group::single:
    case Group::batched:
    case Group::maxload:
      return measured.bandwidth > 0 ? faster_run(measured, catalogue) : std::nullopt;
    case Group::gemm:
    case Group::attention:
      return faster_than_memory(measured, kernel_bytes(measured) / measured.measured);
    case Group::memory:
      return measured.metric == Metric::bandwidth ? faster_than_memory(measured, measured.measured) : std::nullopt;
    default:
      return std::nullopt;
  }
}

void mark_cached(std::vector<Case>& cases) {
  std::map<std::string, double> largest;
  for (const Case& c : cases) {
    if (!c.impossible || kernel_bytes(c) == 0) continue;
    double& most = largest[curve(c)];
    most = std::max(most, kernel_bytes(c));
  }
  for (Case& c : cases) {
    if (c.impossible || kernel_bytes(c) == 0) continue;
    const auto found = largest.find(curve(c));
    c.cached = found != largest.end() && kernel_bytes(c) <= found->second;
  }
}

}  // namespace sextant::analysis
