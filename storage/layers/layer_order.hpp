// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "storage/layers/weights.hpp"

// Which layer of the file each step of the decode wants.
namespace sextant::storage {

// known: one after the other, from the first again after the last (decode-model.md section 4.5, classes A and B).
// dependent: what the layer before held decides which of some candidates it is, as a router chooses an expert (C).
enum class Order { known, dependent };

inline constexpr std::uint64_t choices = 8;           // candidates of a step, each as likely as the others
inline constexpr std::uint64_t layers_per_token = 8;  // steps

struct LayerOrder {
  Order order = Order::known;
  std::uint64_t layers = 0;  // of the file

  // The layer of this step, when the one before it left this digest (0 before the first).
  std::uint64_t layer(std::uint64_t step, std::uint64_t digest) const {
    if (order == Order::known) return step % layers;
    return candidate(step, hash_of(digest, step) % choices);
  }

  // The guess number i (below `choices`) at the layer of a dependent step: different ones, right with probability
  // 1 / choices each.
  std::uint64_t guess(std::uint64_t step, std::uint64_t i) const { return candidate(step, step + i); }

 private:
  std::uint64_t candidate(std::uint64_t step, std::uint64_t i) const {
    return (step % layers * choices + i % choices) % layers;
  }
};

}  // namespace sextant::storage
