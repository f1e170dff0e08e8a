// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/split.hpp"

#include <cmath>
#include <functional>

namespace sextant::analysis {
namespace {

// Calls `with` for every divisor of `whole`, largest first.
template <typename Function>
void for_divisors(double whole, Function with) {
  for (double part = whole; part >= 1; part -= 1) {
    if (std::fmod(whole, part) == 0) with(part);
  }
}

bool better(const Step& a, const Step& b) {
  if (a.fits != b.fits) return a.fits;
  if (!a.fits) return a.placement.lacking < b.placement.lacking;
  return a.seconds_per_token() < b.seconds_per_token() * (1 - 1e-12);
}

// The largest whole batch that `good` accepts, 0 if not even 1; good must hold up to some batch and not beyond.
template <typename Predicate>
double largest_batch(Workload w, Predicate good) {
  const auto accepts = [&](double batch) {
    w.batch = batch;
    return good(w);
  };
  if (!accepts(1)) return 0;
  double low = 1, high = 2;
  while (high < 1e9 && accepts(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (accepts(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace

Choice best_split(const Workload& workload, const Hardware& h) {
  Choice best;
  Workload w = workload;
  const auto consider = [&](const Parallelism& p) {
    if (!refusal(w.model, p, h.devices).empty()) return;
    w.parallelism = p;
    const Step step = decode_step(w, h);
    if (best.considered++ > 0 && !better(step, best.step)) return;
    best.parallelism = p;
    best.step = step;
    best.fits = step.fits;
  };
  for_divisors(h.devices, [&](double tensor) {
    for_divisors(h.devices / tensor, [&](double context) {
      for_divisors(h.devices / tensor / context, [&](double data) {
        const double pipeline = h.devices / tensor / context / data;
        const double stage = tensor * context * data;
        for_divisors(w.model.experts > 0 ? stage : 1, [&](double expert) {
          consider({tensor, context, data, pipeline, expert});
        });
      });
    });
  });
  return best;
}

double capacity_batch(const Workload& workload, const Hardware& h) {
  return largest_batch(workload, [&](const Workload& w) {
    const Share s = share(w, resolved(w.parallelism, h.devices));
    double needed = 0, available = 0;
    for (const double bytes : resident(w, s, w.context + w.output)) needed += bytes;
    for (const Tier& tier : h.used_tiers()) available += tier.capacity;
    return needed <= available && decode_step(w, h).fits;
  });
}

double batch_within(const Workload& workload, const Hardware& h, double seconds) {
  return largest_batch(workload, [&](const Workload& w) {
    const Step step = decode_step(w, h);
    return step.fits && step.seconds_per_token() <= seconds;
  });
}

double knee_batch(const Workload& w, const Hardware& h) {
  const double rate = h.compute[static_cast<std::size_t>(w.precision.weight_arithmetic)];
  return w.precision.weight / 2 * rate / sustained_bandwidth(h.memory());
}

}  // namespace sextant::analysis
