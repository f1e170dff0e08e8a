// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "probes/kernels/kv_cache.hpp"

namespace sextant::probes {

// How the members of a team share out attention: equal numbers of tiles in the order of KV heads and tokens, so that a
// member has some heads whole, and the first and the last of its heads perhaps in part.
struct AttentionShares {
  std::size_t kv_heads, tokens, members;

  std::size_t tiles() const { return (tokens + kv_tile - 1) / kv_tile; }  // of one head
  std::size_t begin(std::size_t member) const { return kv_heads * tiles() * member / members; }

  // Calls with(head, first token, last token) for each piece of a member's share.
  template <class With>
  void each_piece(std::size_t member, With with) const {
    for (std::size_t tile = begin(member), end = begin(member + 1); tile < end;) {
      const std::size_t head = tile / tiles(), next = std::min(end, (head + 1) * tiles());
      with(head, tile % tiles() * kv_tile, std::min(tokens, (next - head * tiles()) * kv_tile));
      tile = next;
    }
  }

  // The member that has the first tile of a head.
  std::size_t owner(std::size_t head) const {
    std::size_t member = head * members / kv_heads;  // or one beside it, as shares are rounded
    while (begin(member) > head * tiles()) --member;
    while (begin(member + 1) <= head * tiles()) ++member;
    return member;
  }

  // Calls with(member) for each member that has a piece of a head.
  template <class With>
  void each_holder(std::size_t head, With with) const {
    for (std::size_t m = owner(head); m < members && begin(m) < (head + 1) * tiles(); ++m) {
      if (begin(m) < begin(m + 1)) with(m);
    }
  }
};

}  // namespace sextant::probes
