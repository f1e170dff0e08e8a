// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/distribution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

using results::TransferClass;

TEST(Distribution, TriangularQuantiles) {
  EXPECT_NEAR(triangular(0.6, 0.9, 1.0, 0.75), 0.9, 1e-12);  // the mode is the 75th percentile
  EXPECT_NEAR(triangular(0.6, 0.9, 1.0, 0.5), 0.6 + std::sqrt(0.5 * 0.4 * 0.3), 1e-12);
  EXPECT_NEAR(triangular(1, 2, 4, 1e-15), 1, 1e-6);
  EXPECT_NEAR(triangular(1, 2, 4, 1 - 1e-15), 4, 1e-6);
  EXPECT_EQ(triangular(3, 3, 3, 0.2), 3);
  EXPECT_NEAR(triangular(1, 1, 3, 0.5), 3 - std::sqrt(0.5 * 2 * 2), 1e-12);
}

TEST(Distribution, NormalQuantiles) {
  EXPECT_NEAR(standard_normal(0.5), 0, 1e-15);
  EXPECT_NEAR(standard_normal(0.95), 1.6448536, 1e-6);
}

TEST(Distribution, EveryStratumIsHitOnce) {
  const auto shares = stratified(7, "memory.bandwidth", 64);
  std::vector<int> hits(64, 0);
  for (const double u : shares) ++hits[static_cast<std::size_t>(u * 64)];
  EXPECT_EQ(std::count(hits.begin(), hits.end(), 1), 64);
}

TEST(Distribution, StreamsDependOnSeedAndIdentityAlone) {
  EXPECT_EQ(stratified(1, "a", 100), stratified(1, "a", 100));
  EXPECT_NE(stratified(1, "a", 100), stratified(2, "a", 100));
  EXPECT_NE(stratified(1, "a", 100), stratified(1, "b", 100));
  const auto a = stratified(1, "a", 4096), b = stratified(1, "b", 4096);
  double correlation = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    correlation += 12 * (a[i] - 0.5) * (b[i] - 0.5) / static_cast<double>(a.size());
  EXPECT_LT(std::abs(correlation), 0.06);  // four standard errors of independent streams
}

TEST(Distribution, FartherClassesSpreadMore) {
  double before = 0;
  for (const TransferClass transfer :
       {TransferClass::T0, TransferClass::T1, TransferClass::T3, TransferClass::T4, TransferClass::T5}) {
    EXPECT_GT(prior_log_sd(transfer, Role::efficiency), before);
    before = prior_log_sd(transfer, Role::efficiency);
  }
}

TEST(Distribution, ClaimedPeaksAreDeliveredInPart) {
  EXPECT_NEAR(prior_factor(TransferClass::T5, Role::peak, false, 0.75), 0.9, 1e-12);
  EXPECT_EQ(prior_factor(TransferClass::T0, Role::peak, false, 0.1), 1);
  EXPECT_EQ(prior_factor(TransferClass::T5, Role::count, false, 0.1), 1);
  EXPECT_EQ(prior_factor(TransferClass::T4, Role::cost, true, 0.1), 1);  // brings its own range
  EXPECT_NEAR(prior_factor(TransferClass::T4, Role::cost, false, 0.95), std::exp(0.42 * 1.6448536), 1e-6);
}

TEST(CitedRange, IsEvenOverDecadesWhereItSpansThem) {
  EXPECT_EQ(cited_range(1, 2, 3, 0.3), triangular(1, 2, 3, 0.3));
  EXPECT_EQ(cited_range(0, 2, 300, 0.3), triangular(0, 2, 300, 0.3));
  EXPECT_NEAR(cited_range(1e4, 1e6, 1e8, 0.5), 1e6, 1);  // a linear one would give 3e7
  EXPECT_NEAR(cited_range(1e4, 1e6, 1e8, 1e-12), 1e4, 1);
}

}  // namespace
}  // namespace sextant::analysis
