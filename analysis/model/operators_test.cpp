// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/operators.hpp"

#include <gtest/gtest.h>

#include "analysis/model/example_models.hpp"

namespace sextant::analysis {
namespace {

using example::at;

double total(const Operators& ops, double Operator::*field) {
  double sum = 0;
  for (const Operator& op : ops) sum += op.count * (op.*field);
  return sum;
}

// A1: bytes of a token in a BF16 cache.
TEST(Operators, CacheBytesOfGroupedAttention) {
  const Precision bf16;
  EXPECT_EQ(cache_bytes_per_token(example::llama_2_7b(), bf16), 524288);
  EXPECT_EQ(cache_bytes_per_token(example::llama_3_8b(), bf16), 131072);
  EXPECT_EQ(cache_bytes_per_token(example::llama_3_70b(), bf16), 327680);
  EXPECT_EQ(cache_bytes_per_token(example::llama_31_405b(), bf16), 516096);
}

// A2: the latent of DeepSeek-V3, 61 (512 + 64) 2.
TEST(Operators, CacheBytesOfLatentAttention) {
  EXPECT_EQ(cache_bytes_per_token(example::deepseek_v3(), Precision()), 70272);
}

// A4: 10 x 2^20 tokens of Llama 3.1 405B in BF16 are 5.41 TB.
TEST(Operators, CacheOfTenMillionTokens) {
  EXPECT_NEAR(resident_cache(at(example::llama_31_405b()), 1, 10 * 1048576.0), 5.41e12, 0.054e12);
}

TEST(Operators, StreamedWeightsAreTheModelWithoutItsInputEmbedding) {
  const Workload w = at(example::llama_3_70b());
  const double streamed = total(operators(w, 1), &Operator::weight_bytes);
  const double norms = 2 * (2 * 80 + 1) * 8192.0;  // vectors the table counts as nothing
  const double embedding = 2 * 128256.0 * 8192;
  EXPECT_NEAR(streamed, 2 * 70553706496.0 - embedding - norms + 2 * 8192, 1);
  EXPECT_NEAR(resident_weights(w, 1), 2 * 70553706496.0 - norms, 1);
}

// MoE 4.3: one token reads k experts, many read nearly all.
TEST(Operators, AMixtureReadsWhatItsTokensTouch) {
  const double one = of(operators(at(example::mixtral_8x7b()), 1), Operation::experts).weight_bytes;
  EXPECT_DOUBLE_EQ(one, 2 * 3 * 4096.0 * 14336 * 2);
  const double many = of(operators(at(example::mixtral_8x7b(), 16), 1), Operation::experts).weight_bytes;
  EXPECT_NEAR(many / one, 7.9198 / 2, 1e-4);
}

TEST(Operators, WindowedLayersReadTheirWindow) {
  const Operators ops = operators(at(example::gpt_oss_120b()), 1);
  EXPECT_EQ(of(ops, Operation::attention).count, 18);
  EXPECT_EQ(of(ops, Operation::window_attention).count, 18);
  EXPECT_DOUBLE_EQ(of(ops, Operation::attention).cache_bytes, 4096 * 2 * 8 * 64 * 2.0);
  EXPECT_DOUBLE_EQ(of(ops, Operation::window_attention).cache_bytes, 128 * 2 * 8 * 64 * 2.0);
  EXPECT_DOUBLE_EQ(resident_cache(at(example::gpt_oss_120b()), 1, 4096), 18 * (4096 + 128) * 2 * 8 * 64 * 2.0);
}

TEST(Operators, ShardsAddUpToTheWholeWhileHeadsDivide) {
  for (const Model& model : {example::llama_3_70b(), example::mixtral_8x7b(), example::gpt_oss_120b()}) {
    Workload w = at(model, 4);
    w.precision.activation = 0;
    for (const double devices : {2.0, 4.0, 8.0}) {
      const Operators whole = operators(w, 1), shard = operators(w, devices);
      for (std::size_t i = 1; i < operation_count; ++i) {
        // A row of the embedding, the router and the norms are on every device.
        if (i == static_cast<std::size_t>(Operation::router) || i == static_cast<std::size_t>(Operation::normalisation))
          continue;
        EXPECT_NEAR(devices * shard[i].weight_bytes, whole[i].weight_bytes, 1e-6 * whole[i].weight_bytes) << i;
        EXPECT_NEAR(devices * shard[i].cache_bytes, whole[i].cache_bytes, 1e-6 * whole[i].cache_bytes) << i;
        EXPECT_NEAR(devices * shard[i].flops, whole[i].flops, 1e-6 * whole[i].flops) << i;
      }
    }
  }
}

TEST(Operators, MoreDevicesThanKvHeadsReplicateThem) {
  const Workload w = at(example::llama_3_70b());
  EXPECT_EQ(of(operators(w, 16), Operation::attention).cache_bytes,
            of(operators(w, 8), Operation::attention).cache_bytes);
  Workload split = w;
  split.parallelism = {.tensor = 1, .context = 0};
  EXPECT_DOUBLE_EQ(of(operators(split, 16), Operation::attention).cache_bytes,
                   of(operators(w, 8), Operation::attention).cache_bytes / 2);
}

TEST(Operators, ALatentCacheIsReplicated) {
  const Workload w = at(example::deepseek_v3());
  EXPECT_EQ(of(operators(w, 8), Operation::attention).cache_bytes,
            of(operators(w, 1), Operation::attention).cache_bytes);
}

TEST(Operators, TiedEmbeddingsAreHeldOnce) {
  Model tied = example::llama_3_8b();
  tied.tied_embeddings = true;
  EXPECT_DOUBLE_EQ(resident_weights(at(example::llama_3_8b()), 1) - resident_weights(at(tied), 1), 2 * 128256.0 * 4096);
  EXPECT_EQ(of(operators(at(tied), 1), Operation::head).weight_bytes,
            of(operators(at(example::llama_3_8b()), 1), Operation::head).weight_bytes);
}

TEST(Operators, SomeLayersOfAMixtureAreDense) {
  EXPECT_EQ(moe_layers(example::deepseek_v3()), 58);
  const Operators ops = operators(at(example::deepseek_v3()), 1);
  EXPECT_EQ(of(ops, Operation::feed_forward).count, 3);
  EXPECT_EQ(of(ops, Operation::experts).count, 58);
  EXPECT_DOUBLE_EQ(of(ops, Operation::experts).weight_bytes, 2 * 3 * 7168.0 * 2048 * 8);
  EXPECT_DOUBLE_EQ(of(ops, Operation::shared_experts).weight_bytes, 2 * 3 * 7168.0 * 2048);
}

}  // namespace
}  // namespace sextant::analysis
