// SPDX-License-Identifier: Apache-2.0
// Kinds of decode step besides one token of one plain transformer: states, shared prefixes, pages, drafts, blocks.
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/model/decode.hpp"
#include "analysis/model/disaggregation.hpp"
#include "analysis/model/example_models.hpp"
#include "analysis/model/life.hpp"

namespace sextant::analysis {
namespace {

using example::at;

double kept(const Workload& w, Object object) {
  return resident(w, share(w, {1, 1, 1, 1, 1}), w.context)[static_cast<std::size_t>(object)];
}

// Three layers of linear attention to one of full attention: the cache is a quarter, the state does not grow.
TEST(State, ReplacesTheCacheOfItsLayers) {
  Workload w = at(example::llama_3_8b());
  const double full = kept(w, Object::cache);
  w.model.state_layers = 24;
  w.model.state_elements = 32 * 128 * 128;
  w.model.state_weights = 6 * 4096.0 * 4096;
  const double state = 24 * 32 * 128 * 128 * 4.0;
  EXPECT_DOUBLE_EQ(kept(w, Object::cache), full / 4 + state);
  w.context *= 2;
  EXPECT_DOUBLE_EQ(kept(w, Object::cache), full / 2 + state);
  const Operators work = operators(w, 1);
  EXPECT_EQ(of(work, Operation::state).cache_bytes, state / 24);
  EXPECT_EQ(of(work, Operation::state).written_bytes, state / 24);  // read and written for every token
  EXPECT_EQ(of(work, Operation::attention).count, 8);
}

TEST(Cache, PagesAreReadWholeAndHalfOfTheLastIsEmpty) {
  Workload w = at(example::llama_3_8b(), 4, 1000);
  const double token = 131072.0;
  w.cache.page = 16;
  EXPECT_DOUBLE_EQ(32 * of(operators(w, 1), Operation::attention).cache_bytes, 4 * 1008 * token);
  EXPECT_DOUBLE_EQ(kept(w, Object::cache), 4 * (1000 + 7.5) * token);
}

// A page of one head of two tokens is 1 KiB here: memory that is read in 4 KiB delivers four times the bytes.
TEST(Cache, SmallPagesAreReadInWholeBursts) {
  Workload w = at(example::llama_3_8b(), 1, 8192);
  w.cache.page = 2;
  Hardware h = example::pure_memory(1, 1e12);
  const auto reading = [&] {
    return decode_step(w, h).operators[static_cast<std::size_t>(Operation::attention)].memory;
  };
  const double whole = reading();
  h.memory().granularity = 4096;
  EXPECT_NEAR(reading() / whole, 4, 0.01);
  w.cache.page = 8;
  EXPECT_NEAR(reading() / whole, 1, 0.01);
}

TEST(Cache, ACommonPrefixIsKeptOnceAndReadOnceInACascade) {
  Workload w = at(example::llama_3_8b(), 8, 10000);
  const double alone = of(operators(w, 1), Operation::attention).cache_bytes;
  w.cache.prefix = 8000;
  w.cache.prefix_sharers = 8;
  const Operator shared = of(operators(w, 1), Operation::attention);
  EXPECT_DOUBLE_EQ(shared.cache_bytes, 0.2 * alone);
  EXPECT_DOUBLE_EQ(shared.prefix_bytes, 0.1 * alone);  // a tenth: 8000 of 10000, once for eight
  EXPECT_DOUBLE_EQ(kept(w, Object::prefix), 8000 * 131072.0);
  w.cache.cascade = false;
  EXPECT_DOUBLE_EQ(of(operators(w, 1), Operation::attention).prefix_bytes, 0.8 * alone);
  EXPECT_DOUBLE_EQ(shared.flops, of(operators(at(example::llama_3_8b(), 8, 10000), 1), Operation::attention).flops);
}

TEST(Cache, LayersThatShareOneKeepItOnceAndReadItEachTime) {
  Workload w = at(example::llama_3_8b());
  const double one = kept(w, Object::cache);
  const double read = of(operators(w, 1), Operation::attention).cache_bytes;
  w.model.cache_sharing = 2;
  EXPECT_DOUBLE_EQ(kept(w, Object::cache), one / 2);
  EXPECT_DOUBLE_EQ(of(operators(w, 1), Operation::attention).cache_bytes, read);
}

// A prefix is never written, so it may lie in flash; the rest of the cache may not.
TEST(Cache, APrefixMayLieInFlash) {
  Hardware h = example::pure_memory(1, 1e12);
  h.memory().capacity = 20e9;
  example::add_flash(h, 1e12, 1e12, 5e-6);
  Workload w = at(example::llama_3_8b(), 8, 100000);
  EXPECT_FALSE(decode_step(w, h).fits);
  w.cache.prefix = 99000;
  w.cache.prefix_sharers = 8;
  EXPECT_TRUE(decode_step(w, h).fits);
}

// tau = (1 - a^(g+1)) / (1 - a) (4.9).
TEST(Speculation, AcceptsAGeometricNumberOfTokens) {
  Workload w = at(example::llama_3_70b());
  EXPECT_EQ(tokens_per_step(w), 1);
  w.speculation = {.tokens = 3, .acceptance = 0.5, .draft = example::llama_3_8b(), .draft_precision = {}};
  EXPECT_DOUBLE_EQ(tokens_per_step(w), 1 + 0.5 + 0.25 + 0.125);
  w.speculation.acceptance = 1;
  EXPECT_DOUBLE_EQ(tokens_per_step(w), 4);
  EXPECT_EQ(positions(w), 4);
}

// RPU, arXiv 2602.18568: eight drafted by an 8B model for a 70B one, 4.6 accepted, 1.8 times as fast.
TEST(Speculation, RpuExample) {
  const Hardware h = example::pure_memory(1, 1e14);
  Workload w = at(example::llama_3_70b(), 1, 1024);
  const double alone = decode_step(w, h).seconds;
  // The acceptance at which 4.6 of 9 positions bring a token: tau(a) = 4.6 at g = 8.
  w.speculation = {.tokens = 8, .acceptance = 0.82, .draft = example::llama_3_8b(), .draft_precision = {}};
  EXPECT_NEAR(tokens_per_step(w), 4.6, 0.1);
  const Step step = decode_step(w, h);
  EXPECT_NEAR(alone / step.seconds_per_token(), 1.8, 0.8);
  EXPECT_GT(step.parts[static_cast<std::size_t>(Part::draft)], 0.4 * alone);
  // The cache is read once a sequence, not once a drafted token.
  EXPECT_DOUBLE_EQ(of(operators(w, 1), Operation::attention).cache_bytes,
                   of(operators(at(example::llama_3_70b(), 1, 1024), 1), Operation::attention).cache_bytes);
}

TEST(Speculation, ADraftThatIsNeverRightOnlyCosts) {
  const Hardware h = example::pure_memory(1, 1e12);
  Workload w = at(example::llama_3_70b());
  const double alone = decode_step(w, h).seconds;
  w.speculation = {.tokens = 4, .acceptance = 0, .draft = example::llama_3_8b(), .draft_precision = {}};
  EXPECT_GT(decode_step(w, h).seconds_per_token(), alone);
}

// Diffusion raises arithmetic, not bytes: a block of 32 in 8 passes brings four tokens a step until compute binds.
TEST(Block, RaisesArithmeticAndNotBytes) {
  Hardware h = example::pure_memory(1, 1e12);
  Workload w = at(example::llama_3_8b(), 1, 128);
  const double alone = decode_step(w, h).seconds;
  w.block = {.tokens = 32, .steps = 8};
  EXPECT_EQ(tokens_per_step(w), 4);
  EXPECT_NEAR(decode_step(w, h).seconds_per_token() / (alone / 4), 1, 0.05);
  EXPECT_DOUBLE_EQ(of(operators(w, 1), Operation::feed_forward).flops,
                   32 * of(operators(at(example::llama_3_8b()), 1), Operation::feed_forward).flops);
  h.compute.fill(1e13);
  EXPECT_STREQ(bound_by(decode_step(w, h)), "compute");
}

// 4.9: T_kv = S KV_tok / BW, exposed T_kv / L; t_prefill / (t_step G / B) prefill groups for a decode group.
TEST(Handover, MovesTheCacheOfThePrompt) {
  Workload w = at(example::llama_3_70b(), 16);
  w.output = 500;
  const Handover h = handover(w, 4000, 20e-3, 0.5, 50e9);
  EXPECT_DOUBLE_EQ(h.bytes, 4000 * 327680.0);
  EXPECT_DOUBLE_EQ(h.seconds, h.bytes / 50e9);
  w.parallelism = {8, 1, 1, 1, 1};
  EXPECT_DOUBLE_EQ(handover(w, 4000, 20e-3, 0.5, 50e9).bytes, h.bytes);
  EXPECT_DOUBLE_EQ(h.exposed, h.seconds / 80);
  EXPECT_DOUBLE_EQ(h.bandwidth, 16 * h.bytes / 10);
  EXPECT_DOUBLE_EQ(h.prefill_ratio, 0.5 * 16 / 10);
}

TEST(Execution, AHostThatIssuesAheadShowsOnlyWhereTheDeviceIsFaster) {
  const Workload w = at(example::llama_3_8b());
  Hardware h = example::pure_memory(1, 1e11);  // every matrix takes far longer than a launch
  const double bare = decode_step(w, h).seconds;
  h.fixed = {Execution::graph, 5e-6, 0, 0, 0};
  const Step graph = decode_step(w, h);
  EXPECT_NEAR(graph.seconds - bare, graph.kernels * 5e-6, 1e-9);
  h.fixed.execution = Execution::host_launched;
  const double hosted = decode_step(w, h).seconds - bare;
  EXPECT_GT(hosted, 0);  // norms are shorter than a launch
  EXPECT_LT(hosted, 0.5 * graph.kernels * 5e-6);
  h.memory().read_bandwidth = 1e18;
  EXPECT_NEAR(decode_step(w, h).seconds, graph.kernels * 5e-6, 1e-6);
}

// P = P_static + e_b bytes/s + e_f FLOP/s (4.7), and E = P t.
TEST(Power, EnergyIsPowerTimesTime) {
  Hardware h = example::pure_memory(8, 3e12);
  h.memory().energy_read = 27.5e-12;  // 3.44 pJ/bit
  h.power.idle = 300;
  h.power.per_flop = 2e-12;
  const Step step = decode_step(at(example::llama_3_70b(), 8), h);
  EXPECT_NEAR(step.energy.total(), 8 * step.power * step.seconds, 1e-9 * step.energy.total());
  EXPECT_NEAR(step.power, 300 + (step.bytes() * 27.5e-12 + step.work.flops * 2e-12) / step.seconds, 1e-6);
}

TEST(Power, ACapSlowsArithmeticFirst) {
  Hardware h = example::pure_memory(1, 1e12);
  h.compute.fill(2e13);
  h.memory().energy_read = 10e-12;
  h.power = {.idle = 10, .per_flop = 2e-12};
  const Workload w = at(example::llama_3_8b(), 16);
  const Step free = decode_step(w, h);
  h.power.cap = 0.8 * free.power;
  const Step capped = decode_step(w, h);
  EXPECT_LT(capped.clock, 1);
  EXPECT_GT(capped.seconds, free.seconds);
  EXPECT_LE(capped.power, h.power.cap * (1 + 1e-9));
  EXPECT_LT(capped.seconds / free.seconds, free.power / h.power.cap);  // a lower clock saves energy too
  h.power.cap = 5;
  EXPECT_FALSE(decode_step(w, h).cooled);
  EXPECT_TRUE(std::isinf(decode_step(w, h).seconds));
}

TEST(Power, HotMemoryRefreshesMoreOften) {
  Hardware h = example::pure_memory(1, 1e12);
  h.memory().energy_read = 50e-12;
  h.power.idle = 10;
  const Workload w = at(example::llama_3_8b());
  const double cool = decode_step(w, h).seconds;
  h.cooling = {.hottest = 400, .ambient = 300, .resistance = 1};
  h.refresh = 0.1;
  h.hot = 350;
  EXPECT_NEAR(decode_step(w, h).seconds / cool, 1 / 0.9, 1e-3);
  h.cooling.resistance = 0.1;
  EXPECT_NEAR(decode_step(w, h).seconds / cool, 1, 1e-12);
}

// Read disturb: what is only read is rewritten all the same (4.5).
TEST(Life, WeightsThatAreOnlyReadWearFlashOut) {
  Hardware h = example::pure_memory(1, 1e12);
  h.memory().capacity = 1e9;
  example::add_flash(h, 512e9, 1.6e12, 5e-6);
  h.wear[1] = {{.cycles = 1e5, .write_amplification = 1.1, .pages_per_block = 768, .reads_per_block = 1e6}, 0};
  Workload w = at(example::llama_31_405b(), 1, 16);
  w.precision = example::all_bytes(1);
  const Step step = decode_step(w, h);
  const Lifetime life = lifetime_of(step, h, 1);
  EXPECT_EQ(life.fastest, Mechanism::read_disturb);
  // Y_rd = L_rd PE C_used / (n_pb BW): 1.3 years for a full stack read at 1.6 TB/s.
  EXPECT_NEAR(life.years, 1e6 * 1e5 * step.placement.used[1] / (768 * step.work.read[1] / step.seconds) / 3.156e7,
              0.01);
  EXPECT_EQ(lifetime_of(step, h, 0).years, forever);
}

// The host does an operation where reaching all units costs more than they save.
TEST(NearData, AHostDoesWhatUnitsWouldOnlyDelay) {
  Hardware h = example::pure_memory(1, 4e12);
  h.compute.fill(4e12);  // one operation a byte
  example::add_units(h, 512, 0, 1e11, 1e-6);
  h.host = {1e12, 1e15};
  const auto hosted = [&](double batch) {
    double count = 0;
    for (const OperatorTime& time : decode_step(at(example::llama_3_8b(), batch), h).operators) count += time.on_host;
    return count;
  };
  EXPECT_LT(hosted(1), hosted(64));  // the crossover lies between
  const Step step = decode_step(at(example::llama_3_8b(), 64), h);
  EXPECT_TRUE(step.operators[static_cast<std::size_t>(Operation::feed_forward)].on_host);
}

TEST(FirstOrder, IsTheFullStepWhereItLeavesNothingOut) {
  Hardware h = example::pure_memory(8, 3e12);
  h.fixed = {Execution::graph, 0, 60e-6, 0.5e-6, 10e-6};
  h.interconnect() = {.topology = Topology::switched, .latency = 8e-6, .gap = 1 / 400e9};
  for (const Model& model : {example::llama_3_70b(), example::llama_31_405b(), example::llama_3_8b()}) {
    Workload w = at(model, 4, 8192);
    w.output = 500;
    w.precision.activation = 0;
    const Step full = decode_step(w, h);
    const double logits = full.exchanges[static_cast<std::size_t>(Purpose::logits)].seconds();
    EXPECT_NEAR(first_order_step(w, h).seconds / (full.seconds - logits), 1, 1e-4);
  }
}

}  // namespace
}  // namespace sextant::analysis
