// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/split.hpp"

#include <gtest/gtest.h>

#include "analysis/model/example_models.hpp"

namespace sextant::analysis {
namespace {

Workload at(Model model, double batch = 1, double context = 4096) {
  Workload w;
  w.model = model;
  w.precision = example::all_bytes(1);
  w.batch = batch;
  w.context = context;
  return w;
}

Hardware group(double devices, double latency) {
  Hardware h = example::pure_memory(devices, 3e12);
  h.interconnect().latency = latency;
  h.interconnect().gap = 1 / 400e9;
  return h;
}

TEST(Parallelism, TheOpenDegreeTakesWhatIsLeft) {
  EXPECT_EQ(resolved({}, 8).tensor, 8);
  EXPECT_EQ(resolved({.tensor = 0, .pipeline = 2}, 8).tensor, 4);
  EXPECT_EQ(resolved({.tensor = 1, .context = 0}, 8).context, 8);
  EXPECT_EQ(resolved({.tensor = 2, .data = 4, .expert = 0}, 8).expert, 8);
}

TEST(Parallelism, RefusesWhatDoesNotDivide) {
  const Model model = example::llama_3_70b();  // 64 query heads, 8 KV heads, 80 layers
  EXPECT_EQ(refusal(model, {8, 1, 1, 1, 1}, 8), "");
  EXPECT_EQ(refusal(model, {16, 1, 1, 1, 1}, 16), "");
  EXPECT_NE(refusal(model, {8, 1, 1, 1, 1}, 16).find("16 devices"), std::string::npos);
  EXPECT_NE(refusal(model, {24, 1, 1, 1, 1}, 24).find("parallelism.tensor = 24"), std::string::npos);
  EXPECT_NE(refusal(model, {1, 1, 1, 81, 1}, 81).find("80 layers"), std::string::npos);
  EXPECT_NE(refusal(model, {2, 1, 1, 1, 2}, 2).find("dense"), std::string::npos);
  EXPECT_NE(refusal(example::mixtral_8x7b(), {1, 1, 16, 1, 16}, 16).find("8 experts"), std::string::npos);
  EXPECT_NE(refusal(example::mixtral_8x7b(), {2, 1, 1, 1, 4}, 2).find("2 devices of a stage"), std::string::npos);
}

// Every way of sharing reads the same weights in all, replicas apart: nothing is lost or read twice.
TEST(Parallelism, ShardsAddUpToTheModel) {
  for (const Model& model : {example::llama_3_70b(), example::deepseek_v3(), example::gpt_oss_120b()}) {
    const Workload w = at(model);
    const double whole = resident_weights(w, 1);
    for (const Parallelism& p : {Parallelism{1, 8, 1, 1, 1}, Parallelism{2, 4, 1, 1, 1}}) {
      Workload shared = w;
      shared.parallelism = p;
      const double routers = moe_layers(model) * model.hidden * model.experts;  // on every device
      const double down = model.attention == Attention::latent ? 0.02 : 1e-9;   // projections into latents too
      EXPECT_NEAR(8 * (resident_weights(shared, 8) - routers), whole - routers, down * whole);
    }
  }
}

TEST(Parallelism, StagesShareLayersAndKeepTheTimeOfATokenAlone) {
  const Hardware h = group(4, 0);
  Workload w = at(example::llama_3_70b());
  w.parallelism = {1, 1, 1, 4, 1};
  const Step staged = decode_step(w, h);
  const Step alone = decode_step(at(example::llama_3_70b()), example::pure_memory(1, 3e12));
  EXPECT_NEAR(staged.seconds / alone.seconds, 1, 1e-3);  // one sequence passes through all stages
  EXPECT_LT(staged.needed, 0.27 * alone.needed);
  // Four sequences keep all stages busy: each reads its weights for one of them at a time.
  w.batch = 4;
  EXPECT_NEAR(decode_step(w, h).seconds / staged.seconds, 1, 1e-3);
}

TEST(Parallelism, SpreadExpertsAreReadOnceForAllReplicas) {
  Workload w = at(example::deepseek_v3(), 64);
  w.parallelism = {1, 1, 8, 1, 1};
  const Objects replicated = resident(w, share(w, w.parallelism), 0);
  w.parallelism.expert = 8;
  const Share spread = share(w, w.parallelism);
  const Objects once = resident(w, spread, 0);
  const auto experts = static_cast<std::size_t>(Object::experts);
  EXPECT_NEAR(replicated[experts] / once[experts], 8, 1e-12);
  EXPECT_EQ(spread.routed, 64);
  EXPECT_EQ(spread.rows, 8);
  const Exchanges talk = exchanges(w, w.parallelism, spread);
  EXPECT_EQ(talk[static_cast<std::size_t>(Purpose::dispatch)].count, 58);
  EXPECT_EQ(talk[static_cast<std::size_t>(Purpose::dispatch)].bytes, 0);  // all_bytes leaves activations out
  EXPECT_EQ(talk[static_cast<std::size_t>(Purpose::attention)].count, 0);
}

// A token that goes to several devices of a group crosses to that group once.
TEST(Parallelism, TokensCrossToAGroupOnce) {
  Workload w = at(example::deepseek_v3(), 512);
  w.precision.activation = 2;
  w.parallelism = {1, 1, 16, 1, 16};
  Hardware h = group(16, 2e-6);
  h.interconnect().topology = Topology::switched;
  h.network.local = 8;
  h.network.outer = h.interconnect();
  h.network.outer.gap = 1 / 25e9;
  const ExchangeTime dispatch = decode_step(w, h).exchanges[static_cast<std::size_t>(Purpose::dispatch)];
  EXPECT_NEAR(dispatch.exchange.copies, 8 / groups_reached(2, 256, 8), 1e-12);  // nearly four devices of each group
  EXPECT_LT(dispatch.each.seconds(), all_to_all(h.network, 16, dispatch.exchange.bytes, 1).seconds());
  h.network.local = 16;
  EXPECT_EQ(decode_step(w, h).exchanges[static_cast<std::size_t>(Purpose::dispatch)].exchange.copies, 1);
}

// A free network makes all devices work on one token; one that costs more than it saves leaves them to themselves.
TEST(Split, FollowsTheNetwork) {
  const Workload w = at(example::llama_3_8b(), 8);
  const Choice free = best_split(w, group(8, 0));
  EXPECT_EQ(free.parallelism.tensor * free.parallelism.context, 8);
  const Choice dear = best_split(w, group(8, 1e-3));
  EXPECT_EQ(dear.parallelism.data, 8);
  EXPECT_GT(free.considered, 15);
}

TEST(Split, IsNoSlowerThanAnyOther) {
  const Hardware h = group(8, 5e-6);
  const Workload w = at(example::gpt_oss_120b(), 16);
  const Choice best = best_split(w, h);
  for (const Parallelism& p : {Parallelism{8, 1, 1, 1, 1}, Parallelism{1, 1, 8, 1, 8}, Parallelism{2, 1, 4, 1, 1},
                               Parallelism{1, 8, 1, 1, 1}, Parallelism{1, 1, 1, 8, 1}}) {
    Workload other = w;
    other.parallelism = p;
    EXPECT_LE(best.step.seconds, decode_step(other, h).seconds * (1 + 1e-12));
  }
}

TEST(Split, StaysWithinTheMemory) {
  Hardware h = group(8, 1e-3);  // replicas would be fastest
  h.memory().capacity = 10e9;
  const Choice best = best_split(at(example::llama_3_70b()), h);
  EXPECT_TRUE(best.fits);
  EXPECT_EQ(best.parallelism.data, 1);
  h.memory().capacity = 4e9;
  EXPECT_FALSE(best_split(at(example::llama_3_70b()), h).fits);
}

TEST(Batch, IsLimitedByCapacityTimeAndArithmetic) {
  Hardware h = example::pure_memory(1, 1e12);
  h.memory().capacity = 20e9;
  const Workload w = at(example::llama_3_8b(), 1, 8192);
  // floor((C - W) / (S KV_tok)) (4.2)
  const double expected = std::floor((20e9 - resident_weights(w, 1)) / (8192 * 65536.0));
  EXPECT_EQ(capacity_batch(w, h), expected);
  const double at_ten = [&] {
    Workload ten = w;
    ten.batch = 10;
    return decode_step(ten, h).seconds;
  }();
  EXPECT_EQ(batch_within(w, h, at_ten * (1 + 1e-9)), 10);
  EXPECT_EQ(batch_within(w, h, 1e-6), 0);
  h.compute.fill(1e14);
  EXPECT_EQ(knee_batch(w, h), 50);  // b_w / 2 peak / BW
}

}  // namespace
}  // namespace sextant::analysis
