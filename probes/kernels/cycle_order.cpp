// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/cycle_order.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace sextant::probes {

namespace {

// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

// Modulo 2^64, by Newton's iteration: each step doubles the number of bits that are right, of three at the start.
std::uint64_t reciprocal(std::uint64_t odd) {
  std::uint64_t x = odd;
  for (int step = 0; step < 5; ++step) x *= 2 - odd * x;
  return x;
}

std::uint64_t checked(std::uint64_t places, std::uint64_t window) {
  if (!std::has_single_bit(window) || window < 4 || places == 0 || places % window != 0) {
    throw std::invalid_argument("a window is a power of two of at least 4 places, and the places are whole windows");
  }
  return places;
}

// The windows' own orders must differ.
std::uint64_t scramble(std::uint64_t window) { return split_mix(window); }

}  // namespace

Permutation::Permutation(std::uint64_t size, std::uint64_t seed)
    : size_(std::max<std::uint64_t>(size, 1)),
      mask_(std::bit_ceil(size_) - 1),
      shift_((std::bit_width(mask_) + 1) / 2) {
  key_ = split_mix(seed) & mask_;
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    factors_[i] = split_mix(seed) | 1;
    inverses_[i] = reciprocal(factors_[i]);
  }
}

std::uint64_t Permutation::operator()(std::uint64_t x) const {
  do {
    x ^= key_;
    for (const std::uint64_t factor : factors_) x = (x ^ x >> shift_) * factor & mask_;
    x ^= x >> shift_;
  } while (x >= size_);
  return x;
}

std::uint64_t Permutation::inverse(std::uint64_t y) const {
  // The shift is at least half of the width, so shifting once more takes it back.
  do {
    y ^= y >> shift_;
    for (auto factor = inverses_.rbegin(); factor != inverses_.rend(); ++factor) {
      y = y * *factor & mask_;
      y ^= y >> shift_;
    }
    y ^= key_;
  } while (y >= size_);
  return y;
}

CycleOrder::CycleOrder(std::uint64_t places, std::uint64_t seed)
    : places_(places), outer_(places, seed), inner_(1, 0) {}

CycleOrder::CycleOrder(std::uint64_t places, std::uint64_t window, std::uint64_t seed)
    : places_(checked(places, window)),
      half_bits_(std::countr_zero(window) - 1),
      outer_(places / window, seed),
      inner_(window / 2, seed + 1) {}

std::uint64_t CycleOrder::operator[](std::uint64_t rank) const {
  if (half_bits_ == 0) return outer_(rank);
  const std::uint64_t half = places_ / 2, round = rank >= half ? 1 : 0;
  rank -= round * half;
  const std::uint64_t inside = (std::uint64_t(1) << half_bits_) - 1;
  const std::uint64_t window = outer_(rank >> half_bits_);
  return (window << half_bits_ | inner_((rank ^ scramble(window)) & inside)) << 1 | round;
}

std::uint64_t CycleOrder::rank_of(std::uint64_t place) const {
  if (half_bits_ == 0) return outer_.inverse(place);
  const std::uint64_t inside = (std::uint64_t(1) << half_bits_) - 1;
  const std::uint64_t round = place & 1;
  place >>= 1;
  const std::uint64_t window = place >> half_bits_;
  const std::uint64_t within = (inner_.inverse(place & inside) ^ scramble(window)) & inside;
  return (outer_.inverse(window) << half_bits_ | within) + round * (places_ / 2);
}

}  // namespace sextant::probes
