// SPDX-License-Identifier: Apache-2.0
#include "storage/storage_probes.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "results/record/unit.hpp"

namespace sextant::storage {
namespace {

TEST(StorageProbes, AreDescribedInTheReadme) {
  std::ifstream file(SEXTANT_SOURCE_DIR "/storage/README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  for (const probes::Probe& probe : storage_probes()) {
    std::string axes;
    for (const probes::Axis& each : probe.axes({}, true)) axes += (axes.empty() ? "" : ", ") + each.name;
    const std::string row = "| `" + probe.name + "` | " + probe.summary + " | " + probe.quantity.name + " (" +
                            std::string(results::code(probe.quantity.unit)) + ") | " + axes + " |\n";
    EXPECT_NE(readme.find(row), std::string::npos) << row;
  }
}

// A quick run has 25 s for all of them.
TEST(StorageProbes, TakeFewPointsQuickly) {
  std::size_t requests = 0;
  for (const probes::Probe& probe : storage_probes()) {
    std::set<std::string> once;
    auto all = probes::points(probe.axes({}, true));
    const auto beside = probe.beside ? probe.beside({}, true) : std::vector<probes::Point>();
    all.insert(all.end(), beside.begin(), beside.end());
    for (const probes::Point& point : all) EXPECT_TRUE(once.insert(to_text(point)).second) << to_text(point);
    if (probe.name == "storage.read" || probe.name == "storage.write" || probe.name == "storage.mixed" ||
        probe.name == "storage.latency") {
      requests += all.size();
    }
  }
  EXPECT_LE(requests, 14u);
}

}  // namespace
}  // namespace sextant::storage
