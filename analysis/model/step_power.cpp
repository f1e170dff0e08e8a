// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/step_power.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

// The step at a share `clock` of the full clock: only arithmetic slows.
double seconds_at(const Step& step, const Hardware& h, double clock) {
  double seconds = step.seconds;
  if (clock == 1) return seconds;
  for (const OperatorTime& time : step.operators) {
    if (time.work.count <= 0 || time.compute <= 0) continue;
    seconds += time.work.count * (overlapped(time.memory, time.compute / clock, h.overlap) -
                                  overlapped(time.memory, time.compute, h.overlap));
  }
  return seconds;
}

}  // namespace

void add_power(Step& step, const Hardware& h) {
  double& waiting = step.parts[static_cast<std::size_t>(Part::power)];
  StepWork mean = step.work;  // of one device: those that have nothing to do lower the mean
  const double busy = step.active / h.devices;
  for (double& bytes : mean.read) bytes *= busy;
  for (double& bytes : mean.written) bytes *= busy;
  mean.flops *= busy;
  mean.link_bytes *= busy;
  PowerFigures figures = h.power;
  const double cooled = thermal_cap(h.cooling);
  if (std::isfinite(cooled)) figures.cap = figures.cap > 0 ? std::min(figures.cap, cooled) : cooled;

  const auto point_of = [&] {
    return under_cap(figures, h.used_tiers(), mean, [&](double clock) { return seconds_at(step, h, clock); });
  };
  OperatingPoint point = point_of();
  if (h.refresh > 0 && temperature(h.cooling, point.power) > h.hot) {
    double memory = 0;
    for (const OperatorTime& time : step.operators) memory += time.work.count * time.memory;
    const double more = memory * h.refresh / (1 - h.refresh);
    waiting += more;
    step.seconds += more;
    point = point_of();
  }
  step.cooled = point.possible;
  step.clock = point.clock;
  step.power = point.power;
  waiting += point.seconds - step.seconds;  // infinite where it cannot be cooled at rest
  step.seconds = point.seconds;
  if (point.clock < 1) mean.flops *= std::pow(point.clock, figures.clock_exponent - 1);
  step.energy = step_energy(figures, h.used_tiers(), mean, step.seconds);
  for (double* joules : {&step.energy.memory, &step.energy.compute, &step.energy.link, &step.energy.idle})
    *joules *= h.devices;
}

}  // namespace sextant::analysis
