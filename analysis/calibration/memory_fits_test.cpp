// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "analysis/calibration/calibration.hpp"
#include "analysis/calibration/truth.hpp"

namespace sextant::analysis {
namespace {

// Points of the memory probes, with a little noise.
class MemoryTruth : public Truth {
 public:
  MemoryTruth() : Truth(0.01) {
    run.tables.push_back({"memory.loaded_latency",
                          "",
                          {"latency", Unit::second},
                          {},
                          {{"injected_bandwidth", Unit::byte_per_second, ""}}});
  }

  void load(double footprint, double seconds, const char* pages = "transparent", const char* order = "random") {
    add("memory.latency",
        Point{{"footprint", footprint},
              {"pages", std::string(pages)},
              {"placement", std::string("local")},
              {"order", std::string(order)}},
        {"latency", Unit::second}, seconds);
  }

  void loaded(const std::string& traffic, double share, double seconds, double injected) {
    add("memory.loaded_latency", Point{{"traffic", traffic}, {"load", share}}, {"latency", Unit::second}, seconds,
        Each{.extras = {injected}});
  }

  void gather(double granularity, double chains, double threads, double bandwidth) {
    add("memory.gather",
        Point{{"granularity", granularity}, {"chains", chains}, {"threads", threads}, {"footprint", 0x1p29}},
        {"bandwidth", Unit::byte_per_second}, bandwidth);
  }

  results::Profile profile() const { return calibrate({run}, {200, 1}); }
};

const results::Parameter& named(const results::Profile& profile, const std::string& key) {
  const results::Parameter* found = results::find(profile, key);
  if (!found) throw std::runtime_error("no parameter " + key);
  return *found;
}

MemoryTruth caches() {
  MemoryTruth truth;
  for (double footprint = 0x1p14; footprint <= 0x1p30; footprint *= 2) {
    truth.load(footprint, footprint <= 0x1p15 ? 1e-9 : footprint <= 0x1p21 ? 5e-9 : 100e-9);
  }
  return truth;
}

TEST(LevelFits, CapacitiesAreIntervalsBesideWhatTheSystemClaims) {
  MemoryTruth truth = caches();
  truth.run.topology_xml =
      R"(<object type="L2Cache" cache_size="16777216" depth="2"><object type="L1Cache" cache_size="49152" depth="1">)";
  const auto profile = truth.profile();
  const auto& first = named(profile, "memory.latency.level1.capacity");
  EXPECT_EQ(first.estimate.low, 0x1p15);
  EXPECT_EQ(first.estimate.high, 0x1p16);
  EXPECT_NE(first.assumption.find("claims 48 KiB for L1, which agrees"), std::string::npos) << first.assumption;
  const auto& second = named(profile, "memory.latency.level2.capacity");
  EXPECT_EQ(second.estimate.low, 0x1p21);
  EXPECT_EQ(second.estimate.high, 0x1p22);
  EXPECT_NE(second.assumption.find("which does not agree"), std::string::npos) << second.assumption;
  EXPECT_EQ(results::find(profile, "memory.latency.level3.capacity"), nullptr);  // memory has no end
  EXPECT_NE(first.evidence.find("rows"), std::string::npos) << first.evidence;
}

TEST(LevelFits, OtherPagesAndOrdersAreNoPartOfTheCurveAndTellTheCostOfTranslation) {
  MemoryTruth truth = caches();
  for (double footprint = 0x1p22; footprint <= 0x1p30; footprint *= 4) {
    truth.load(footprint, 170e-9, "small");
    truth.load(footprint, 100e-9, "small", "window");
  }
  const auto profile = truth.profile();
  EXPECT_EQ(named(profile, "memory.latency.level1.capacity").estimate.low, 0x1p15);
  EXPECT_NEAR(named(profile, "memory.latency.dram").estimate.value, 100e-9, 2e-9);
  const auto& translation = named(profile, "memory.latency.translation[footprint=1073741824 pages=small]");
  EXPECT_NEAR(translation.estimate.value, 80e-9, 4e-9);
  named(profile, "memory.latency[footprint=1073741824 pages=small placement=local order=window]");
  named(profile, "memory.latency[footprint=1073741824]");
}

TEST(LoadedFits, TheKneeIsWhereALoadTakesHalfAsLongAgain) {
  MemoryTruth truth;
  for (int tenth = 0; tenth <= 10; ++tenth) {
    const double share = tenth / 10.0;
    // 100 ns up to 7 GB/s, then 30 ns more for each GB/s: 150 ns at 8.67.
    truth.loaded("read", share, (100 + 30 * std::max(0.0, 10 * share - 7)) * 1e-9, 10e9 * share);
    truth.loaded("mixed", share, 100e-9 * (1 + 0.2 * share), 12e9 * share);
  }
  const auto profile = truth.profile();
  EXPECT_NEAR(named(profile, "memory.loaded_latency.unloaded[traffic=read]").estimate.value, 100e-9, 2e-9);
  EXPECT_NEAR(named(profile, "memory.loaded_latency.full[traffic=read]").estimate.value, 190e-9, 4e-9);
  EXPECT_NEAR(named(profile, "memory.loaded_latency.knee[traffic=read]").estimate.value, 8.67e9, 0.15e9);
  EXPECT_NEAR(named(profile, "memory.loaded_latency.knee.utilisation[traffic=read]").estimate.value, 0.867, 0.015);
  EXPECT_EQ(named(profile, "memory.loaded_latency.injected[traffic=mixed]").estimate.value, 12e9);
  const auto& none = named(profile, "memory.loaded_latency.knee[traffic=mixed]");
  EXPECT_NE(none.refused.find("1.5 times"), std::string::npos);
  EXPECT_TRUE(std::isnan(none.estimate.value));
}

TEST(GatherFits, ConcurrencyIsBandwidthTimesTheLatencyOfALineAlone) {
  MemoryTruth truth;
  for (const double threads : {1., 2.}) {
    for (double chains = 1; chains <= 64; chains *= 2) {
      truth.gather(64, chains, threads, 64 / 100e-9 * threads * std::min(chains, 12.));   // twelve lines under way
      truth.gather(4096, chains, threads, 10e9 * threads * std::min(1.0, 0.4 * chains));  // all of it from three on
    }
  }
  const auto profile = truth.profile();
  EXPECT_NEAR(named(profile, "memory.gather.latency").estimate.value, 100e-9, 2e-9);
  EXPECT_NEAR(named(profile, "memory.gather.concurrency[granularity=64 threads=1]").estimate.value / 64, 12, 0.3);
  EXPECT_NEAR(named(profile, "memory.gather.concurrency[granularity=64 threads=2]").estimate.value / 64, 24, 0.6);
  EXPECT_EQ(named(profile, "memory.gather.saturation[granularity=64 threads=1]").estimate.value, 16);
  EXPECT_EQ(named(profile, "memory.gather.saturation[granularity=4096 threads=2]").estimate.value, 4);
  EXPECT_NEAR(named(profile, "memory.gather.concurrency[granularity=4096 threads=2]").estimate.value, 2000, 50);
}

}  // namespace
}  // namespace sextant::analysis
