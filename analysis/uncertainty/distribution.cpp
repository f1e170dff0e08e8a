// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/distribution.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>
#include <utility>

namespace sextant::analysis {
namespace {

using results::TransferClass;

// FNV-1a, so that a stream depends on the text of its identity and on nothing else.
std::uint64_t hash(std::uint64_t seed, std::string_view text) {
  std::uint64_t state = 0xcbf29ce484222325u ^ seed;
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return state;
}

// SplitMix64 (Steele, Lea and Flood 2014): equal numbers with every standard library.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}

  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace

double triangular(double low, double mode, double high, double u) {
  if (!(high > low)) return mode;
  const double rising = (mode - low) / (high - low);
  if (u < rising) return low + std::sqrt(u * (high - low) * (mode - low));
  return high - std::sqrt((1 - u) * (high - low) * (high - mode));
}

double cited_range(double low, double mode, double high, double u) {
  if (low > 0 && high >= 100 * low) return std::exp(triangular(std::log(low), std::log(mode), std::log(high), u));
  return triangular(low, mode, high, u);
}

double standard_normal(double u) { return std::numbers::sqrt2 * boost::math::erf_inv(2 * u - 1); }

double prior_log_sd(TransferClass transfer, Role role) {
  switch (transfer) {
    case TransferClass::T0:
      return 0.025;
    case TransferClass::T1:
      return 0.07;
    case TransferClass::T2:
      return role == Role::cost ? 0.14 : 0.08;
    case TransferClass::T3:
      return 0.20;
    case TransferClass::T4:
      return 0.42;
    case TransferClass::T5:
      return 0.50;
    case TransferClass::T6:
      return 0.50;
  }
  return 0.50;
}

double prior_factor(TransferClass transfer, Role role, bool ranged, double u) {
  const bool certain = role == Role::count || role == Role::capacity || role == Role::shape;
  if (certain) return 1;
  if (role == Role::peak) return transfer == TransferClass::T5 ? triangular(0.6, 0.9, 1.0, u) : 1;
  return ranged ? 1 : std::exp(prior_log_sd(transfer, role) * standard_normal(u));
}

std::vector<double> stratified(std::uint64_t seed, std::string_view identity, std::size_t n) {
  Generator random(hash(seed, identity));
  std::vector<double> shares(n);
  for (std::size_t i = 0; i < n; ++i) shares[i] = (static_cast<double>(i) + random.uniform()) / static_cast<double>(n);
  for (std::size_t i = n; i > 1; --i) std::swap(shares[i - 1], shares[random.below(i)]);  // Fisher and Yates
  for (double& share : shares) share = std::fmin(std::fmax(share, 1e-12), 1 - 1e-12);
  return shares;
}

}  // namespace sextant::analysis
