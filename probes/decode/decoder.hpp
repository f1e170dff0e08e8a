// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "probes/decode/model.hpp"
#include "probes/kernels/aligned.hpp"
#include "probes/kernels/attention.hpp"
#include "probes/kernels/attention_shares.hpp"
#include "probes/kernels/elementwise.hpp"
#include "probes/kernels/matrix.hpp"
#include "probes/kernels/spin_barrier.hpp"
#include "probes/probe/clock.hpp"

// One decode step of a Llama-shaped model, by a team of threads.
namespace sextant::probes {

inline constexpr float norm_epsilon = 1e-5f, rotary_base = 10000;

// What a row of the embedding is multiplied with, so that beside random weights the token decides what comes next.
inline constexpr float embedding_scale = 32;

// Keys and values of the tokens so far: for each layer and KV head one piece of memory in f16.
struct KvCache {
  KvLayout layout;
  std::size_t kv_heads;
  std::vector<std::byte*> pages;  // [layer][KV head]

  KvPages of(std::size_t layer, std::size_t head) const { return std::span(pages).subspan(layer * kv_heads + head, 1); }
};

// For `tokens` tokens; memory.size() == kv_cache_bytes().
KvLayout kv_layout(const ModelShape& shape, std::size_t tokens);
std::size_t kv_cache_bytes(const ModelShape& shape, std::size_t tokens);
KvCache kv_cache(const ModelShape& shape, std::size_t tokens, std::span<std::byte> memory);

// What threads compute together, kept apart for each layer, so that the answer of a step that was timed can be judged
// layer by layer.
struct LayerResults {
  Aligned<float> input;            // [hidden]; of the layer
  Aligned<float> query_key_value;  // [projected]; before their rotation
  Aligned<float> attended;         // [hidden]; as member 0 put it together
  Aligned<float> middle;           // [hidden]; input + what attention adds
  Aligned<float> gated;            // [feed_forward]
};
struct StepResults {
  std::vector<LayerResults> layers;
  Aligned<float> output;  // [hidden]; of the last layer
  Aligned<float> logits;  // [vocabulary]
};

// The operations that a step is made of and a test may break.
struct DecodeKernels {
  std::function<void(std::span<const std::byte> rows, const Activations& x, std::span<float> y, std::size_t stride)>
      multiply = probes::multiply;
  std::function<void(const KvLayout& layout, KvPages pages, std::size_t token, std::span<const float> key,
                     std::span<const float> value)>
      store = store_token;
};

enum class Phase { project, attend, feed_forward, head, other };
inline constexpr std::size_t phases = 5;

class Decoder {
 public:
  // `members` threads will call step() together.
  Decoder(Model model, KvCache cache, int members, DecodeKernels kernels = {});

  // Feeds one token at a position, over the keys and values of all positions before it, to which it adds its own.
  // Returns the token with the greatest logit. Called by all members at once, each with its number; allocates nothing.
  // Threads share out the rows of each matrix. Between operations they meet: five times a layer. What is cheap, every
  // member computes for itself (norms, roundings of inputs, the last sums of attention), rather than wait for another.
  std::size_t step(int member, std::size_t token, std::size_t position);

  const Model& model() const { return model_; }
  const KvCache& cache() const { return cache_; }
  const StepResults& results() const { return results_; }

  // Seconds of each phase over all steps so far, waits included, by the clock of member 0.
  const std::array<double, phases>& seconds() const { return seconds_; }

  // Sum of the bits of the logits of the last step: equal for equal answers, the members being as many.
  std::uint64_t fingerprint() const;

 private:
  // What a member has for itself.
  struct Member {
    Member(const Model& model, std::size_t rows_of_gate);
    Activations hidden, gated;  // inputs of products
    Aligned<float> normed, heads, attended, up;
    Rotation rotation;
    std::vector<PartialAttention> parts;  // [KV head]
    std::vector<const PartialAttention*> combined;
    std::size_t best = 0;  // row with the greatest logit
    std::uint64_t bits = 0;
  };
  // Rows of a matrix, from begin to end.
  struct Share {
    std::size_t begin, end;
  };

  void embed(int member, std::size_t token, std::size_t position);
  void project(int member, std::size_t layer);
  void attend_own(int member, std::size_t layer, std::size_t position);
  void put_out(int member, std::size_t layer, std::size_t position);
  void gate_and_up(int member, std::size_t layer);
  void down(int member, std::size_t layer);
  void head(int member);

  Member& me(int member) { return members_[std::size_t(member)]; }
  Share share(int member, std::size_t rows) const;
  AttentionShares shares(std::size_t position) const { return {model_.shape.kv_heads, position + 1, members_count_}; }
  std::span<float> after(std::size_t layer);  // where the output of a layer goes
  // y[r] = row r of the matrix times x, for the rows of the share.
  void multiply(std::span<const std::byte> matrix, const Activations& x, Share rows, std::span<float> y) const;
  void meet(int member, Phase phase);

  const Model model_;
  const KvCache cache_;
  const DecodeKernels kernels_;
  const std::size_t members_count_;
  StepResults results_;
  std::vector<Member> members_;
  SpinBarrier barrier_;
  const Clock clock_ = monotonic_clock();
  std::array<double, phases> seconds_{};
  double since_ = 0;  // the last phase ended
};

}  // namespace sextant::probes
