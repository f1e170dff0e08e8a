// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace sextant::probes {

// A bijection of 0..size-1 drawn by the seed, in a few instructions each way and without a table: rounds of a shift and
// an odd multiplication, each of which can be undone, on the next power of two; what falls outside is sent round again
// (cycle walking: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002).
class Permutation {
 public:
  Permutation(std::uint64_t size, std::uint64_t seed);

  std::uint64_t operator()(std::uint64_t x) const;
  std::uint64_t inverse(std::uint64_t y) const;
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t size_, mask_, key_;
  int shift_;
  std::array<std::uint64_t, 3> factors_, inverses_;
};

// A round trip through `places` in an order that no prefetcher guesses. Computed, not stored: laying a cycle through a
// GiB costs one sequential pass, and so does checking it. The trip's length is odd, so that walking a power of two never
// ends where it began; where the number of places is even, the trip leaves one out.
class CycleOrder {
 public:
  // Any place follows any other.
  CycleOrder(std::uint64_t places, std::uint64_t seed);

  // The places of a window of `window` (a power of two, `places` a multiple of it) are visited before those of another,
  // in two rounds: the even ones of every window, then the odd ones. A neighbour that was fetched along with a place
  // has thus left every cache that the places do not fit into, as it has in a free order.
  CycleOrder(std::uint64_t places, std::uint64_t window, std::uint64_t seed);

  std::uint64_t length() const { return places_ - (places_ + 1) % 2; }
  std::uint64_t places() const { return places_; }
  std::uint64_t operator[](std::uint64_t rank) const;  // the place, for any rank below places()
  std::uint64_t rank_of(std::uint64_t place) const;    // length() for the place that is left out
  std::uint64_t next(std::uint64_t rank) const { return (*this)[rank + 1 == length() ? 0 : rank + 1]; }

 private:
  std::uint64_t places_;
  int half_bits_ = 0;  // places of a window in one round, as a power of two; 0: no windows
  Permutation outer_, inner_;
};

}  // namespace sextant::probes
