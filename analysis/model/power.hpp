// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "analysis/model/placement.hpp"
#include "analysis/model/tier.hpp"

// Energy, power and what heat allows: decode-model.md sections 4.7 and 4.10. Energies are J/byte and J/FLOP; the
// figures of data sheets, pJ/bit, are 8e-12 of that.
namespace sextant::analysis {

// What a device spends beside its memory tiers, which carry their own figures.
struct PowerFigures {
  double idle = 0;             // W whatever is done, P_static, memory apart
  double per_flop = 0;         // J
  double per_link_byte = 0;    // J, interconnect
  double clock_exponent = 3;   // alpha_f: power of arithmetic goes as f^alpha_f
  double lowest_clock = 0.25;  // share of the full clock below which nothing is scaled
  double cap = 0;              // W of the device; 0 = none
};

// What a step does, per device.
struct StepWork {
  std::array<double, max_tiers> read{};     // byte from each tier
  std::array<double, max_tiers> written{};  // byte
  double flops = 0;
  double link_bytes = 0;
};

// Joules of a step by where they go.
struct StepEnergy {
  double memory = 0;
  double compute = 0;
  double link = 0;
  double idle = 0;  // P_static t and idle power of the tiers
  double total() const { return memory + compute + link + idle; }
};

// E = sum of (e_read read + e_write written) + e_f FLOP + e_net bytes + (P_static + sum P_idle) t   (4.7, 4.10)
StepEnergy step_energy(const PowerFigures& figures, std::span<const Tier> tiers, const StepWork& work, double seconds);

double idle_power(const PowerFigures& figures, std::span<const Tier> tiers);

// Where a power cap leaves a step. Arithmetic slows with the clock and saves energy, f^(alpha - 1) an operation; memory
// only slows. If the lowest clock is not enough everything waits, so that the mean power is the cap.
struct OperatingPoint {
  double seconds = 0;
  double clock = 1;      // share of the full clock
  double stretch = 1;    // seconds over those at this clock without further waiting: bandwidth lost is 1 - 1/stretch
  double power = 0;      // W, mean
  bool possible = true;  // false: idle power alone reaches the cap
};

// `time(f)` is the step in seconds at a share f of the full clock, falling in f. Bisection with a fixed number of
// steps, so the same input gives the same answer; a step below the cap costs one call.
template <class Time>
OperatingPoint under_cap(const PowerFigures& figures, std::span<const Tier> tiers, const StepWork& work, Time time) {
  OperatingPoint point;
  point.seconds = time(1.0);
  const StepEnergy full = step_energy(figures, tiers, work, point.seconds);
  const double idle = idle_power(figures, tiers);
  const double fixed = full.memory + full.link;
  auto dynamic = [&](double f) { return fixed + full.compute * std::pow(f, figures.clock_exponent - 1); };
  point.power = full.total() / point.seconds;
  if (figures.cap <= 0 || point.power <= figures.cap) return point;
  auto power = [&](double f) { return idle + dynamic(f) / time(f); };
  double low = figures.lowest_clock;
  if (power(low) <= figures.cap) {
    double high = 1;
    for (int i = 0; i < 40; ++i) {
      const double middle = (low + high) / 2;
      (power(middle) <= figures.cap ? low : high) = middle;
    }
    point.clock = low;
    point.seconds = time(low);
    point.power = power(low);
    return point;
  }
  point.clock = low;
  if (idle >= figures.cap) {
    point.possible = false;
    point.seconds = point.stretch = std::numeric_limits<double>::infinity();
    return point;
  }
  point.seconds = dynamic(low) / (figures.cap - idle);
  point.stretch = point.seconds / time(low);
  point.power = figures.cap;
  return point;
}

// f = (P_cap / P)^(1 / alpha) (4.7), 1 where the cap is not reached. Right where arithmetic is all of P and never waits.
inline double clock_under_cap(double power, double cap, double exponent) {
  return power > cap ? std::pow(cap / power, 1 / exponent) : 1;
}

// Caps that heat sets (4.7); each 0 or less = not stated. The least of those stated, infinite if none is.
struct Cooling {
  double hottest = 0;      // K of the memory, T_max
  double ambient = 0;      // K
  double resistance = 0;   // K/W, R_th
  double area = 0;         // m2
  double density_cap = 0;  // W/m2, q_max: what gets out through a stack
};
double thermal_cap(const Cooling& cooling);
inline double temperature(const Cooling& c, double power) { return c.ambient + power * c.resistance; }

// Share of its bandwidth that DRAM keeps beside refresh, 1 - k tRFC / tREFI, k = 2 above 85 C (4.7).
inline constexpr double hot_dram = 358.15;  // K, 85 C
double refresh_share(double refresh_time, double refresh_interval, double kelvin);

// Byte/s of memory bonded over logic: density byte/s/m2, overlap m2, eta; and along an edge of a die (4.7).
inline double stacked_bandwidth(double density, double area, double efficiency) { return density * area * efficiency; }
inline double shoreline_bandwidth(double density, double edge) { return density * edge; }

// A measured point: mean power, byte/s of memory, FLOP/s.
struct PowerPoint {
  double power = 0;
  double bytes = 0;
  double flops = 0;
};

// P = P_static + e_b bytes/s + e_f FLOP/s through two points, with e_b given: over batch sizes bytes and FLOP go
// together, and a free fit of three figures gives a negative e_b on published data (4.7). NaN where FLOP/s are equal.
struct PowerFit {
  double idle = 0;
  double per_byte = 0;
  double per_flop = 0;
  double operator()(double bytes, double flops) const { return idle + per_byte * bytes + per_flop * flops; }
};
PowerFit fit_power(const PowerPoint& a, const PowerPoint& b, double per_byte);

}  // namespace sextant::analysis
