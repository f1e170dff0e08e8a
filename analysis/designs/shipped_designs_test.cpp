// SPDX-License-Identifier: Apache-2.0
// What is shipped: every design reads, families are families, and their figures are those of their sources.
#include <fstream>
#include <map>

#include "analysis/designs/example_design.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::analysis {
namespace {

using testing::HasSubstr;
using namespace example;

TEST(Design, EveryShippedDesignReads) {
  int designs = 0;
  for (const auto& folder : {root() / "designs", variants()}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".toml") continue;
      const Design design = shipped(entry.path());
      EXPECT_FALSE(design.title.empty()) << entry.path();
      EXPECT_FALSE(design.description.empty()) << entry.path();
      for (const Figure& figure : design.figures) {
        EXPECT_TRUE(!figure.citation.empty() || !figure.profile.empty()) << entry.path() << figure.text;
      }
      ++designs;
    }
  }
  EXPECT_GE(designs, 7 + 25);
}

// Variants are compared wherever somebody runs them, so none may hang on what was measured there. The main designs of
// three directions do, and say why that is arguable (docs/directions.md). One variant exists to read a reference profile.
TEST(Design, NoVariantNeedsAProfile) {
  for (const auto& entry : std::filesystem::directory_iterator(variants())) {
    if (entry.path().stem() == "h100x8_components") continue;
    for (const Figure& figure : shipped(entry.path()).figures)
      EXPECT_EQ(figure.profile, "") << entry.path() << " " << figure.path;
  }
}

TEST(Design, ExtendingTakesOverEveryFigureWithItsIdentity) {
  const Design base = shipped(root() / "designs/b200x8.toml"), hbf = shipped(root() / "designs/hbf.toml");
  for (const Slot s : {slot(0, TierKey::efficiency), slot(Key::fixed_per_layer), slot(Key::compute_fp8)})
    EXPECT_EQ(find_figure(hbf, s)->identity, find_figure(base, s)->identity) << design_key(s).path;
  EXPECT_TRUE(hbf.proposed);
  EXPECT_FALSE(base.proposed);
  EXPECT_THAT(hbf.tiers, testing::ElementsAre("memory", "flash"));
  // The same words on two tiers are the same quantity: a draw that streams HBM well streams flash well.
  const Design gen1 = variant("hbf_gen1");
  EXPECT_EQ(find_figure(gen1, slot(1, TierKey::efficiency))->identity,
            find_figure(gen1, slot(0, TierKey::efficiency))->identity);
}

TEST(Design, NoneTakesAFigureOfTheBaseAway) {
  const Design stack = variant("stack3d_tasa");
  EXPECT_EQ(find_figure(stack, slot(0, TierKey::power_cap)), nullptr);
  EXPECT_EQ(find_figure(stack, slot(Key::compute_fp8)), nullptr);
  EXPECT_NE(find_figure(stack, slot(Key::compute_bf16)), nullptr);
  EXPECT_THAT(message(with("bf16 = \"device:h100-sxm.bf16\"", "bf16 = \"none\"")), HasSubstr("a figure is a table"));
}

TEST(Design, EveryFamilyHasThreeVariants) {
  std::map<std::string, int> families;
  for (const auto& entry : std::filesystem::directory_iterator(variants())) {
    const std::string name = entry.path().stem();
    ++families[name.substr(0, name.find('_'))];
  }
  for (const char* family : {"hbf", "stack3d", "links"}) EXPECT_GE(families[family], 3) << family;
  EXPECT_GE(families["pnm"] + families["pim"] + families["cxl"], 4);
  EXPECT_GE(families["phone"], 3);
}

// What the vendor's roadmap says of its three generations: decode-model.md section 4.5.
TEST(Design, GenerationsOfFlashFollowTheRoadmap) {
  const struct {
    const char* name;
    double capacity, bandwidth;
  } generations[]{{"hbf_gen1", 512e9, 1.6e12}, {"hbf_gen2", 1024e9, 2e12}, {"hbf_gen3", 1536e9, 3.2e12}};
  for (const auto& generation : generations) {
    const Design design = variant(generation.name);
    EXPECT_DOUBLE_EQ(find_figure(design, slot(1, TierKey::capacity))->estimate.value, 4 * generation.capacity);
    EXPECT_DOUBLE_EQ(find_figure(design, slot(1, TierKey::bandwidth))->estimate.value, 4 * generation.bandwidth);
    for (const TierKey key : {TierKey::cycles, TierKey::block_reads, TierKey::retention, TierKey::energy})
      EXPECT_NE(find_figure(design, slot(1, key)), nullptr) << generation.name;
  }
}

// Half of 40 MB covers 28 us at 0.71 TB/s only: Little's law, whatever the stack could deliver.
TEST(Design, ABufferTooSmallForTheSenseTimeCostsBandwidth) {
  const Hardware slow = resolve(values_of(variant("hbf_slow")), variant("hbf_slow"), {});
  const Hardware fast = resolve(values_of(variant("hbf_gen1")), variant("hbf_gen1"), {});
  EXPECT_NEAR(sustained_bandwidth(slow.tiers[1]), 4 * 20e6 / 27.9e-6, 1e9);
  EXPECT_NEAR(sustained_bandwidth(fast.tiers[1]), 0.85 * 4 * 1.6e12, 1e9);
}

TEST(Design, BanksComputeAboutOneOperationAByte) {
  const Hardware h = resolve(values_of(variant("pim_bank")), variant("pim_bank"), {});
  const double multiplies = h.compute[static_cast<std::size_t>(Arithmetic::bf16)] / h.near_data.units;
  EXPECT_NEAR(largest_batch(2, multiplies, sustained_bandwidth(h.memory()) / h.near_data.units), 1.15, 0.1);
  EXPECT_NEAR(find_figure(variant("pim_bank"), slot(0, TierKey::capacity))->estimate.value / h.near_data.units, 47e6,
              1e6);
  EXPECT_GT(h.host.bandwidth, 0);
}

TEST(Design, StackedBandwidthIsDensityTimesArea) {
  const auto bandwidth = [](const char* name) {
    return find_figure(variant(name), slot(0, TierKey::bandwidth))->estimate.value;
  };
  EXPECT_NEAR(bandwidth("stack3d_stratum"), 19e12, 0.01e12);
  EXPECT_DOUBLE_EQ(bandwidth("stack3d_reticle") / bandwidth("stack3d_stratum"), 800.0 / 121);
}

TEST(Design, DeliveryIntoSramShortensAMessage) {
  const auto latency = [](const char* name) {
    const Design design = variant(name);
    return resolve(values_of(design), design, {}).interconnect().latency;
  };
  EXPECT_NEAR(latency("links_switch"), 0.5e-6 + 0.1e-6 + 0.7e-6, 1e-9);
  EXPECT_NEAR(latency("links_sram"), 0.5e-6 + 0.1e-6 + 0.04e-6, 1e-9);
}

}  // namespace
}  // namespace sextant::analysis
