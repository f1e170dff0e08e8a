// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/near_data.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <vector>

#include "analysis/model/example_models.hpp"
#include "analysis/model/operators.hpp"

namespace sextant::analysis {
namespace {

NearMemory sixteen() {
  NearMemory m;
  m.units = 16;
  m.unit_bandwidth = 68e9;
  m.unit_flops = 2e12;
  m.link_bandwidth = 1e12;
  m.synchronisation = 0.4e-6;
  return m;
}

NearWork matrix(double inputs, double outputs, double rows, double weight = 2) {
  NearWork w;
  w.rows = rows;
  w.inputs = inputs;
  w.outputs = outputs;
  w.bytes = weight * inputs * outputs;
  w.flops = 2 * rows * inputs * outputs;
  return w;
}

double alone(const NearTime& t) { return std::max(t.memory, t.compute) + t.moved(); }

// Llama 3.1 405B in FP8 takes thousands of banks of 64 MB but a dozen shards of 32 to 64 GB (4.6, which rounds the
// parameters to 405.9e9 and so gets 6,343 banks).
TEST(NearData, ShardsOfALargeModel) {
  Workload w;
  w.model = example::llama_31_405b();
  w.precision.weight = w.precision.embedding = 1;
  const double weights = resident_weights(w, 1);
  EXPECT_NEAR(shards_needed(weights, 64e6), 6343, 2);
  EXPECT_EQ(shards_needed(weights, 64e9), 7);
  EXPECT_EQ(shards_needed(weights, 32e9), 13);
}

// One operation a byte serves one sequence in 16-bit weights; RPU's 32 a byte serve eight in MXFP4 (4.6).
TEST(NearData, OperationsAByteBoundTheBatch) {
  EXPECT_DOUBLE_EQ(largest_batch(2, 1.2e12, 1.2e12), 1);
  EXPECT_DOUBLE_EQ(largest_batch(4.25 / 8, 32, 1), 8.5);
  NearMemory m = sixteen();
  const double batch = largest_batch(2, m.unit_flops, m.unit_bandwidth);
  const NearTime t = near_data(m, matrix(8192, 8192, batch));
  EXPECT_NEAR(t.memory, t.compute, 1e-12);
}

// Four HBM-PIM cubes multiply a 4096 x 4096 matrix of 16-bit weights in 13 us (ComPASS, published_claims.csv). Reading
// it at the 1.2 TB/s that 1.2 TFLOP/s a cube can use takes 7 us: what is published must not be faster.
TEST(NearData, PublishedMatrixVectorProductIsNotFasterThanItsMemory) {
  NearMemory cubes;
  cubes.units = 4;
  cubes.unit_bandwidth = 1.2e12;
  cubes.unit_flops = 1.2e12;
  cubes.link_bandwidth = 1.2e12;
  const NearTime t = near_data(cubes, matrix(4096, 4096, 1));
  EXPECT_NEAR(t.memory, 7e-6, 0.1e-6);
  EXPECT_LT(alone(t), 13e-6);
}

// With a fabric that sends to all at once, columns need no sum: x once, y once, ceil(log2 n) levels.
TEST(NearData, ColumnsWhereTheFabricSendsToAll) {
  const NearTime t = near_data(sixteen(), matrix(8192, 28672, 4));
  EXPECT_EQ(t.input_parts, 1);
  EXPECT_EQ(t.output_parts, 16);
  EXPECT_DOUBLE_EQ(t.broadcast, 4 * 8192 * 2 / 1e12);
  EXPECT_DOUBLE_EQ(t.collect, 4 * 28672 * 2 / 1e12);
  EXPECT_DOUBLE_EQ(t.synchronisation, 4 * 0.4e-6);
  EXPECT_DOUBLE_EQ(t.memory, 2.0 * 8192 * 28672 / 16 / 68e9);
}

// Where every unit needs its own copy, a wide input is divided: 64 units, 16384 in, 256 out.
TEST(NearData, RowsAndColumnsWhereCopiesCost) {
  NearMemory m = sixteen();
  m.units = 64;
  m.multicast = false;
  const NearWork w = matrix(16384, 256, 8);
  const NearTime t = near_data(m, w);
  EXPECT_GT(t.input_parts, 1);
  m.multicast = true;
  const NearTime sent_to_all = near_data(m, w);
  EXPECT_LT(sent_to_all.moved(), t.moved());
  // Every unit its own copy of all inputs would cost 64 x; all rows 64 partial outputs.
  EXPECT_LT(t.broadcast + t.collect, 8 * 16384 * 2 * 64 / m.link_bandwidth);
  EXPECT_LE(t.broadcast + t.collect, 8 * (16384 * 2 + 256 * 4 * 64) / m.link_bandwidth);
}

TEST(NearData, MoreUnitsThanColumnsDivideRowsToo) {
  NearMemory banks = sixteen();
  banks.units = 6343;
  const NearTime t = near_data(banks, matrix(16384, 2048, 1));
  EXPECT_GT(t.input_parts, 1);
  EXPECT_LT(t.memory, 1.1 * 2.0 * 16384 * 2048 / (6343 * banks.unit_bandwidth));
}

// Eight KV heads of four sequences are 32 whole parts for 16 units: nothing is added up. One sequence leaves two units
// a head, each with a partial output, a maximum and a sum.
TEST(NearData, AttentionIsDividedByHeadBeforeByContext) {
  NearWork w;
  w.inputs = w.outputs = 8192;
  w.heads = 64;
  w.bytes = 1e9;
  w.rows = 4;
  w.groups = 4 * 8;
  NearTime t = near_data(sixteen(), w);
  EXPECT_EQ(t.input_parts, 1);
  EXPECT_DOUBLE_EQ(t.collect, 4 * 8192 * 2 / 1e12);
  w.rows = 1;
  w.groups = 8;
  t = near_data(sixteen(), w);
  EXPECT_EQ(t.input_parts, 2);
  EXPECT_DOUBLE_EQ(t.collect, 2 * 4 * (8192 + 2 * 64) / 1e12);
  EXPECT_DOUBLE_EQ(t.memory, 1e9 / 16 / 68e9);
}

// 17 whole parts on 16 units take as long as 32 would; cutting every context over all units is better while the fabric
// brings the partial outputs back in less than that.
TEST(NearData, ContextsAreCutWherePartsDoNotDivide) {
  NearWork w;
  w.inputs = w.outputs = 1024;
  w.bytes = 17e6;
  w.groups = 17;
  NearMemory m = sixteen();
  EXPECT_EQ(near_data(m, w).input_parts, 16);
  EXPECT_DOUBLE_EQ(near_data(m, w).memory, 17e6 / 16 / 68e9);
  m.link_bandwidth = 1e8;
  EXPECT_EQ(near_data(m, w).input_parts, 1);
  EXPECT_DOUBLE_EQ(near_data(m, w).memory, 2e6 / 68e9);
}

TEST(NearData, TheSlowestUnitAndTheChangeOfModeCount) {
  NearMemory m = sixteen();
  m.imbalance = 0.1;
  m.mode_switch = 2e-6;
  NearWork w = matrix(4096, 4096, 1);
  w.kernels = 3;
  const NearTime t = near_data(m, w);
  EXPECT_DOUBLE_EQ(t.memory, 1.1 * 2.0 * 4096 * 4096 / 16 / 68e9);
  EXPECT_DOUBLE_EQ(t.compute, 1.1 * 2.0 * 4096 * 4096 / 16 / 2e12);
  EXPECT_DOUBLE_EQ(t.mode_switch, 6e-6);
  EXPECT_DOUBLE_EQ(t.moved(), t.broadcast + t.collect + t.synchronisation + 6e-6);
}

// Two units a KV head, whose partial outputs the fabric adds: one instead of two comes back.
TEST(NearData, AFabricThatAddsBringsBackOneOutput) {
  NearMemory m = sixteen();
  NearWork w;
  w.inputs = w.outputs = 8192;
  w.bytes = 1e9;
  w.groups = 8;
  const double apart = near_data(m, w).collect;
  m.reduces_on_path = true;
  EXPECT_DOUBLE_EQ(near_data(m, w).collect, apart / 2);
  m.multicast = false;
  m.units = 64;
  const NearTime rows = near_data(m, matrix(65536, 1024, 1));
  EXPECT_GT(rows.input_parts, 1);
  EXPECT_DOUBLE_EQ(rows.collect, 4 * 1024 / m.link_bandwidth);
}

TEST(NearData, HostTrafficIsTwoRowsALayer) {
  NearMemory m = sixteen();
  m.host_bandwidth = 64e9;
  const double hidden = 8192;
  EXPECT_DOUBLE_EQ(near_data(m, matrix(hidden, hidden, 3)).host, 2 * 3 * hidden * 2 / 64e9);
}

TEST(NearData, OneUnitMovesNothing) {
  NearMemory m = sixteen();
  m.units = 1;
  const NearTime t = near_data(m, matrix(4096, 4096, 1));
  EXPECT_EQ(t.moved(), 0);
  EXPECT_DOUBLE_EQ(t.memory, 2.0 * 4096 * 4096 / 68e9);
}

TEST(NearData, WaitingForEachOtherAddsAndTakingTurnsHides) {
  EXPECT_DOUBLE_EQ(interleaved(3, 2, 1), 5);
  EXPECT_DOUBLE_EQ(interleaved(3, 2, 0), 3);
}

// Units with 4 times the bandwidth but 1 operation a byte lose once arithmetic limits them: F = BW, 2-byte weights, so
// they need B times their reading time, and the host 4 times it.
TEST(NearData, CrossoverIsWhereArithmeticOfTheUnitsLimits) {
  auto near = [](double batch) { return std::max(1.0, batch); };
  auto host = [](double) { return 4.0; };
  EXPECT_EQ(crossover_batch(near, host, 1024), 4);
  EXPECT_EQ(crossover_batch([](double) { return 5.0; }, host, 1024), 1);
  EXPECT_TRUE(std::isinf(crossover_batch([](double) { return 1.0; }, host, 1000)));
  auto late = [](double batch) { return batch >= 777 ? 9.0 : 1.0; };
  EXPECT_EQ(crossover_batch(late, host, 1000), 777);
}

double between(int low, int high) { return std::pow(10.0, *rc::gen::inRange(low * 100, high * 100) / 100.0); }

RC_GTEST_PROP(NearDataProperty, MoreOfAnythingIsNeverFaster, ()) {
  NearMemory m = sixteen();
  m.units = *rc::gen::elementOf(std::vector<double>{2, 8, 16, 33, 6343});
  m.multicast = *rc::gen::arbitrary<bool>();
  m.reduces_on_path = *rc::gen::arbitrary<bool>();
  NearWork w = matrix(between(2, 5), between(2, 5), 1 + *rc::gen::inRange(0, 64));
  const NearTime t = near_data(m, w);
  RC_ASSERT(t.memory >= w.bytes / (m.units * m.unit_bandwidth) * (1 - 1e-12));
  RC_ASSERT(t.input_parts * t.output_parts <= m.units);
  NearWork more = w;
  more.rows *= 2;
  more.flops *= 2;
  RC_ASSERT(alone(near_data(m, more)) >= alone(t) * (1 - 1e-12));
  NearMemory fast = m;
  fast.link_bandwidth *= 2;
  RC_ASSERT(alone(near_data(fast, w)) <= alone(t) * (1 + 1e-12));
}

}  // namespace
}  // namespace sextant::analysis
