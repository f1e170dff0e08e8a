// SPDX-License-Identifier: Apache-2.0
// V1 (decode-model.md section 7): what must hold for every machine and load, tried on random ones.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "analysis/model/decode.hpp"
#include "analysis/model/example_models.hpp"

namespace sextant::analysis {
namespace {

// A number between two powers of ten, evenly over the exponents.
double between(int low, int high) { return std::pow(10.0, *rc::gen::inRange(low * 100, high * 100) / 100.0); }

Workload any_workload() {
  Workload w;
  w.model =
      *rc::gen::elementOf(std::vector<Model>{example::llama_2_7b(), example::llama_3_70b(), example::mixtral_8x7b(),
                                             example::deepseek_v3(), example::gpt_oss_120b()});
  w.precision.weight = w.precision.expert = *rc::gen::elementOf(std::vector<double>{0.5, 1, 2});
  w.batch = *rc::gen::inRange(1, 257);
  w.context = *rc::gen::inRange(0, 100000);
  w.output = *rc::gen::inRange(0, 2000);
  w.routing.correlation = *rc::gen::inRange(0, 101) / 100.0;
  return w;
}

Hardware any_hardware() {
  Hardware h;
  h.devices = *rc::gen::elementOf(std::vector<double>{1, 2, 4, 8, 16});
  h.memory() = {.capacity = between(9, 13),
                .read_bandwidth = between(10, 14),
                .write_bandwidth = between(9, 13),
                .half_size = between(3, 8)};
  if (*rc::gen::arbitrary<bool>())
    example::add_flash(h, between(10, 13), between(9, 13), between(-6, -4), *rc::gen::inRange(0, 101) / 100.0);
  h.compute.fill(between(11, 16));
  h.overlap = *rc::gen::inRange(10, 80) / 10.0;
  if (*rc::gen::arbitrary<bool>()) example::add_units(h, 16, 0.1, between(10, 13), between(-8, -6));
  h.fixed = {static_cast<Execution>(*rc::gen::inRange(0, 4)), between(-8, -5), between(-7, -4), between(-9, -6),
             between(-7, -4)};
  h.interconnect() = {
      *rc::gen::elementOf(std::vector<Topology>{Topology::ring, Topology::fully_connected, Topology::torus,
                                                Topology::switched, Topology::switch_reduction}),
      between(-7, -4), between(-8, -6), 1 / between(9, 12), 2};
  return h;
}

constexpr double slack = 1 + 1e-12;  // rounding

RC_GTEST_PROP(DecodeProperty, MoreMemoryBandwidthIsNeverSlower, ()) {
  const Workload w = any_workload();
  Hardware h = any_hardware();
  h.tier_count = 1;  // with two tiers the split moves with the bandwidths: the next property
  h.memory().half_size = 0;
  const double before = decode_step(w, h).seconds;
  h.memory().read_bandwidth *= 1 + *rc::gen::inRange(1, 100) / 10.0;
  RC_ASSERT(decode_step(w, h).seconds <= before * slack);
}

RC_GTEST_PROP(DecodeProperty, FasterFlashIsNeverSlower, ()) {
  const Workload w = any_workload();
  Hardware h = any_hardware();
  h.tier_count = 1;
  example::add_flash(h, 1e15, between(9, 13), 0, 1);
  h.memory().capacity = 1e15;
  h.memory().half_size = 0;
  const double before = decode_step(w, h).seconds;
  h.tiers[1].read_bandwidth *= 2;
  RC_ASSERT(decode_step(w, h).seconds <= before * slack);
}

RC_GTEST_PROP(DecodeProperty, MoreArithmeticIsNeverSlower, ()) {
  const Workload w = any_workload();
  Hardware h = any_hardware();
  const double before = decode_step(w, h).seconds;
  for (double& rate : h.compute) rate *= 3;
  RC_ASSERT(decode_step(w, h).seconds <= before * slack);
}

RC_GTEST_PROP(DecodeProperty, LessLatencyIsNeverSlower, ()) {
  const Workload w = any_workload();
  Hardware h = any_hardware();
  const double before = decode_step(w, h).seconds;
  h.interconnect().latency /= 2;
  h.fixed.per_operation /= 2;
  h.near_data.synchronisation /= 2;
  h.tiers[1].latency /= 2;
  RC_ASSERT(decode_step(w, h).seconds <= before * slack);
}

RC_GTEST_PROP(DecodeProperty, LongerContextIsNeverFaster, ()) {
  Workload w = any_workload();
  const Hardware h = any_hardware();
  const Step before = decode_step(w, h);
  w.context *= 2;
  const Step after = decode_step(w, h);
  RC_ASSERT(after.needed * slack >= before.needed);
  if (h.tier_count == 1) RC_ASSERT(after.seconds * slack >= before.seconds);
}

RC_GTEST_PROP(DecodeProperty, ALargerBatchServesNoFewerTokensInAll, ()) {
  Workload w = any_workload();
  Hardware h = any_hardware();
  h.tier_count = 1;
  const double before = w.batch / decode_step(w, h).seconds;
  w.batch *= 2;
  RC_ASSERT(w.batch / decode_step(w, h).seconds * slack >= before);
}

RC_GTEST_PROP(DecodeProperty, EveryPartIsFiniteAndNoneNegative, ()) {
  const Step step = decode_step(any_workload(), any_hardware());
  double sum = 0;
  for (const double part : step.parts) {
    RC_ASSERT(std::isfinite(part) && part >= 0);
    sum += part;
  }
  RC_ASSERT(std::abs(sum - step.seconds) <= 1e-9 * step.seconds);
  for (const Shares& shares : step.placement.shares) {
    for (const double share : shares) RC_ASSERT(share >= 0 && share <= 1 + 1e-12);
  }
}

RC_GTEST_PROP(DecodeProperty, OneDeviceHasNoCollectives, ()) {
  Hardware h = any_hardware();
  h.devices = 1;
  const Step step = decode_step(any_workload(), h);
  RC_ASSERT(step.parts[5] == 0 && step.parts[6] == 0);
}

RC_GTEST_PROP(DecodeProperty, RoutingAlikeNeverReadsMore, ()) {
  Workload w = any_workload();
  w.model = example::mixtral_8x7b();
  Hardware h = any_hardware();
  h.tier_count = 1;  // with two, colder experts lie elsewhere
  w.routing.correlation = 0;
  const double independent = decode_step(w, h).seconds;
  w.routing.correlation = 1;
  RC_ASSERT(decode_step(w, h).seconds <= independent * slack);
}

}  // namespace
}  // namespace sextant::analysis
