// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "storage/storage_probes.hpp"

namespace sextant::storage {
namespace {

TEST(AbsentStorage, DescribesTheFamilyAndSaysWhyItCannotRun) {
  const auto probes = storage_probes();
  ASSERT_FALSE(probes.empty());
  EXPECT_EQ(probes[0].name, "storage.read");
  for (const auto& probe : probes) {
    EXPECT_FALSE(probe.prepare) << probe.name;
    const auto availability = probe.available({});
    EXPECT_FALSE(availability.ready) << probe.name;
    EXPECT_NE(availability.reason.find("liburing-dev"), std::string::npos) << availability.reason;
  }
}

}  // namespace
}  // namespace sextant::storage
