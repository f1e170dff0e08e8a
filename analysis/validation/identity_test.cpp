// SPDX-License-Identifier: Apache-2.0
// Under the assumptions of other models this one must give their numbers (decode-model.md section 7, V6). Their formulae
// are written out here from their sources, with byte counts of their own, and share nothing with analysis/model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/model/decode.hpp"
#include "analysis/model/example_models.hpp"

namespace sextant::analysis {
namespace {

constexpr double TiB = 1099511627776.0;

// GenZ (operator_base.py, system.py, collective_times.py): an operator takes the longest of arithmetic and memory, an
// all-reduce 5 us + 2 (N - 1) alpha + 2 (N - 1)/N n/BW. Removed are its defects: attention logits are not stored, the
// context is the one asked for. Shapes: L, d, H, K, d_h, F, V.
struct Shape {
  double L, d, H, K, d_h, F, V;
};
double genz(const Shape& m, double N, double B, double S, double peak, double bandwidth, double alpha, double link) {
  const auto op = [&](double weights, double activations, double flops) {
    return std::max(flops / peak, 2 * (weights + activations) / bandwidth) / N;
  };
  const double qkv = m.d * (m.H + 2 * m.K) * m.d_h;
  // Each device reads its input whole: N times what one of N shares of it would be.
  const double layer = op(qkv, B * (N * m.d + (m.H + 2 * m.K) * m.d_h), 2 * B * qkv) +
                       op(B * S * 2 * m.K * m.d_h, 2 * B * m.H * m.d_h, 4 * B * S * m.H * m.d_h) +
                       op(m.H * m.d_h * m.d, B * (m.H * m.d_h + N * m.d), 2 * B * m.H * m.d_h * m.d) +
                       op(3 * m.d * m.F, B * (2 * N * m.d + 3 * m.F), 6 * B * m.d * m.F);
  const double head = op(m.d * m.V, B * (N * m.d + m.V), 2 * B * m.d * m.V);
  const double n = 2 * B * m.d;
  const double reduce = N > 1 ? 5e-6 + 2 * (N - 1) * alpha + 2 * (N - 1) / N * n / link : 0;
  return m.L * (layer + 2 * reduce) + head;
}

// What GenZ leaves out and this model has: norms and residuals on every device, and the gathering of the logits. 6 % of
// a step of batch 512 on eight devices, under 1 % at batch 1.
double beyond_genz(const Shape& m, double N, double B, double bandwidth, double alpha, double link) {
  const double norms = m.L * 6 * 2 * B * m.d / bandwidth;
  return norms + (N > 1 ? (N - 1) * alpha + (N - 1) / N * 2 * B * m.V / link : 0);
}

TEST(Identity, GenZForADenseModel) {
  const Shape shape{80, 8192, 64, 8, 128, 28672, 128256};
  const double peak = 989e12, bandwidth = 3350e9, alpha = 0.5e-6, link = 450e9;
  for (const double devices : {1.0, 4.0, 8.0}) {
    for (const double batch : {1.0, 32.0, 512.0}) {
      for (const double context : {1024.0, 16384.0}) {
        Workload w;
        w.model = example::llama_3_70b();
        w.batch = batch;
        w.context = context;
        Hardware h = example::pure_memory(devices, bandwidth);
        h.compute.fill(peak);
        h.overlap = 200;  // the longer of the two alone
        h.interconnect() = {Topology::ring, alpha, 0, 1 / link, 1};
        h.fixed.per_layer = devices > 1 ? 2 * 5e-6 : 0;
        const double expected = genz(shape, devices, batch, context, peak, bandwidth, alpha, link) +
                                beyond_genz(shape, devices, batch, bandwidth, alpha, link);
        EXPECT_NEAR(decode_step(w, h).seconds / expected, 1, 0.01)
            << devices << " devices, batch " << batch << ", context " << context;
      }
    }
  }
}

// LIMINAL, as its table is reproduced by 1/t = 1/((W + KV)/(N BW) + 3 L t_sync): 405.85e9 bytes less the input
// embedding, 126 x 2 x 8 x 128 a token, all in FP8, BW in TiB/s.
TEST(Identity, LiminalForEveryCell) {
  const double weights = 405.85e9 - 128256.0 * 16384, cache = 126.0 * 2 * 8 * 128;
  for (const double devices : {8.0, 32.0, 128.0}) {
    for (const double bandwidth : {4 * TiB, 17.9 * TiB}) {
      for (const double context : {4096.0, 131072.0}) {
        const double synchronisation = devices > 8 ? 1.5e-6 : 0.2e-6;
        const double expected = (weights + cache * context) / (devices * bandwidth) + 3 * 126 * synchronisation;
        Workload w;
        w.model = example::llama_31_405b();
        w.precision = example::all_bytes(1);
        w.context = context;
        // Every byte in equal parts: heads over eight, tokens over the rest.
        w.parallelism.tensor = 8;
        w.parallelism.context = devices / 8;
        Hardware h = example::pure_memory(devices, bandwidth);
        h.fixed.per_layer = 3 * synchronisation;
        EXPECT_NEAR(decode_step(w, h).seconds / expected, 1, 0.01) << devices << " " << bandwidth << " " << context;
      }
    }
  }
}

// The scaling book (jax-ml, chapters on inference and on serving LLaMA 3): the batch from which arithmetic decides is
// 240 on a TPU v5e in bf16 and 120 with int8 weights, 1.97e14 FLOP/s over 8.2e11 B/s; without a cache a step takes as
// long as one of batch 1 up to there, and in proportion to the batch beyond.
TEST(Identity, ScalingBookCriticalBatch) {
  Hardware h = example::pure_memory(1, 8.2e11);
  h.compute.fill(1.97e14);
  h.overlap = 200;
  for (const auto& [bytes, critical] : {std::pair{2.0, 240.0}, std::pair{1.0, 120.0}}) {
    Workload w;
    w.model = example::llama_3_70b();
    w.precision = example::all_bytes(bytes);
    w.precision.cache = 0;
    const double one = decode_step(w, h).seconds;
    w.batch = 0.98 * critical;
    EXPECT_NEAR(decode_step(w, h).seconds / one, 1, 0.02) << bytes;
    w.batch = 2 * critical;
    EXPECT_NEAR(decode_step(w, h).seconds / one, 2, 0.04) << bytes;
  }
}

// Its example of LLaMA 3 70B in int8 on 4 x 2 TPU v5e: (70e9 + 32 x 8192 x 160e3) / (8 x 8.1e11), 17 ms.
TEST(Identity, ScalingBookStep) {
  Workload w;
  w.model = example::llama_3_70b();
  w.precision = example::all_bytes(1);
  w.batch = 32;
  w.context = 8192;
  const double expected = (70e9 + 32 * 8192 * 160e3) / (8 * 8.1e11);
  EXPECT_NEAR(decode_step(w, example::pure_memory(8, 8.1e11)).seconds / expected, 1, 0.02);
}

}  // namespace
}  // namespace sextant::analysis
