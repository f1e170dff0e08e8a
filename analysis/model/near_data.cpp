// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/near_data.hpp"

namespace sextant::analysis {
namespace {

constexpr double partial_bytes = 4;  // of an element that is still to be added up

// Slowest over mean when `things` are dealt to `parts`.
double uneven(double things, double parts) { return things > 0 ? std::ceil(things / parts) * parts / things : 1; }

// Reading and arithmetic of the slowest unit.
void unit_time(NearTime& t, const NearMemory& m, const NearWork& w, double unevenness) {
  const double slowest = unevenness * (1 + m.imbalance) / m.units;
  if (w.bytes > 0) t.memory = w.bytes * slowest / m.unit_bandwidth;
  if (w.flops > 0) t.compute = w.flops * slowest / m.unit_flops;
}

NearTime divided(const NearMemory& m, const NearWork& w, double input_parts, double output_parts) {
  NearTime t;
  t.input_parts = input_parts;
  t.output_parts = output_parts;
  const double idle = m.units / (input_parts * output_parts);  // >= 1 where the parts leave units over
  unit_time(t, m, w, uneven(w.inputs, input_parts) * uneven(w.outputs, output_parts) * idle);
  const double copies = m.multicast ? 1 : output_parts;
  const double partials = m.reduces_on_path ? 1 : input_parts;
  const double element = input_parts > 1 ? partial_bytes : w.activation;
  t.broadcast = w.rows * w.inputs * w.activation * copies / m.link_bandwidth;
  t.collect = w.rows * w.outputs * element * partials / m.link_bandwidth;
  return t;
}

double duration(const NearTime& t) { return std::max(t.memory, t.compute) + t.broadcast + t.collect; }

// By columns, by rows, by as many columns as there are, and by both near the a that makes a^2 = n in b_a / (4 out),
// where copies of the inputs and partial outputs balance.
NearTime matrix(const NearMemory& m, const NearWork& w) {
  NearTime best = divided(m, w, 1, m.units);
  if (m.multicast && uneven(w.outputs, m.units) <= 1) return best;  // inputs are sent once, nothing is added up
  auto consider = [&](double parts) {
    if (parts <= 1 || parts > m.units) return;
    const NearTime other = divided(m, w, parts, std::floor(m.units / parts));
    if (duration(other) < duration(best)) best = other;
  };
  consider(m.units);
  consider(std::floor(m.units / w.outputs));
  const double balanced = std::sqrt(m.units * w.inputs * w.activation / (partial_bytes * w.outputs));
  const double power = std::exp2(std::floor(std::log2(std::clamp(balanced, 1.0, m.units))));
  consider(power);
  consider(2 * power);
  return best;
}

// Attention divided so that `input_parts` units share a context: groups of them take whole groups of sequences and heads.
// Units that share one return partial outputs, each with its maximum and sum.
NearTime attention_divided(const NearMemory& m, const NearWork& w, double input_parts) {
  NearTime t;
  t.input_parts = input_parts;
  t.output_parts = std::min(std::floor(m.units / input_parts), w.groups);
  unit_time(t, m, w, uneven(w.groups, t.output_parts) * m.units / (t.input_parts * t.output_parts));
  const double copies = m.multicast ? 1 : t.input_parts;
  const double partials = m.reduces_on_path ? 1 : t.input_parts;
  t.broadcast = w.rows * w.inputs * w.activation * copies / m.link_bandwidth;
  const double back =
      t.input_parts > 1 ? partial_bytes * partials * (w.outputs + 2 * w.heads) : w.activation * w.outputs;
  t.collect = w.rows * back / m.link_bandwidth;
  return t;
}

// Whole groups to units where they come out even, contexts cut between units where they do not: as many units to a
// context as groups leave for each, all of them, and the powers of two between.
NearTime attention(const NearMemory& m, const NearWork& w) {
  NearTime best = attention_divided(m, w, std::max(1.0, std::floor(m.units / w.groups)));
  const auto consider = [&](double parts) {
    const NearTime other = attention_divided(m, w, parts);
    if (duration(other) < duration(best)) best = other;
  };
  for (double parts = 1; parts < m.units; parts *= 2) consider(parts);
  consider(m.units);
  return best;
}

}  // namespace

NearTime near_data(const NearMemory& m, const NearWork& w) {
  if (m.units <= 1) {
    NearTime alone;
    unit_time(alone, m, w, 1);
    return alone;
  }
  NearTime t = w.groups > 0 ? attention(m, w) : matrix(m, w);
  t.synchronisation = w.kernels * std::ceil(std::log2(m.units)) * m.synchronisation;
  t.mode_switch = w.kernels * m.mode_switch;
  if (m.host_bandwidth > 0) {
    const double back =
        w.groups > 0 ? w.activation * w.outputs + 2 * partial_bytes * w.heads : w.activation * w.outputs;
    t.host = w.rows * (w.activation * w.inputs + back) / m.host_bandwidth;
  }
  return t;
}

}  // namespace sextant::analysis
