// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/near_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/validation/case_testing.hpp"

namespace sextant::analysis {
namespace {

Predicted predicted(const char* memory) {
  Case c;
  c.group = Group::memory;
  c.metric = Metric::speedup;
  c.accelerator = memory;
  static const Catalogue catalogue = load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
  return near_memory_speedup(c, catalogue);
}

TEST(NearMemory, GainsWhatTheBanksReadOverThePort) {
  const Predicted hbm = predicted("Samsung-HBM2-PIM");
  EXPECT_NEAR(hbm.value, 4, 0.1);  // less what is sent and collected
  EXPECT_LT(hbm.low, 2);
  EXPECT_GT(hbm.high, 8);
  EXPECT_EQ(hbm.transfer, results::TransferClass::T5);
}

TEST(NearMemory, AnotherTechnologyHasTheRangeOfAllBanks) {
  const Predicted banks = predicted("SK-hynix-AiM");
  EXPECT_GT(banks.value, predicted("Samsung-HBM2-PIM").value);
  EXPECT_GT(banks.high / banks.low, predicted("Samsung-HBM2-PIM").high / predicted("Samsung-HBM2-PIM").low);
}

}  // namespace
}  // namespace sextant::analysis
