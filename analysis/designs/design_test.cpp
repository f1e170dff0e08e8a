// SPDX-License-Identifier: Apache-2.0
#include "analysis/designs/design.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>

#include "results/record/csv.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::analysis {
namespace {

using results::InvalidInput;
using testing::AllOf;
using testing::HasSubstr;

std::filesystem::path root() { return std::filesystem::path(SEXTANT_SOURCE_DIR) / "analysis"; }

const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(root() / "catalogue");
  return loaded;
}

constexpr const char* small = R"(title = "a test"
status = "built"
[group]
devices = {value = "1", source = "test", class = "T0"}
[memory]
capacity = "device:h100-sxm.capacity"
reserve = {value = "10 %", source = "test", class = "T1"}
bandwidth = "device:h100-sxm.bandwidth"
efficiency = {value = "0.85", low = "0.8", high = "0.9", source = "test", class = "T1"}
[compute]
bf16 = "device:h100-sxm.bf16"
efficiency = {value = "0.5", source = "test", class = "T3"}
overlap_exponent = {value = "3", source = "test", class = "T3"}
[fixed]
execution = "graph"
per_operation = {value = "1.5 us", source = "test", class = "T1"}
per_layer = {value = "0 s", source = "test", class = "T1"}
per_sequence = {value = "0 s", source = "test", class = "T1"}
per_step = {value = "0 s", source = "test", class = "T1"}
[interconnect]
topology = "none"
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = small;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Design read(const std::string& text, const std::vector<Override>& overrides = {}) {
  return interpret_design(parse_document(text, "test.toml"), "test", catalogue(), overrides);
}

std::string message(const std::string& text, const std::vector<Override>& overrides = {}) {
  try {
    read(text, overrides);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "nothing was thrown";
}

Values values_of(const Design& design) {
  Values values;
  values.fill(std::nan(""));
  for (const Figure& figure : design.figures) values[figure.slot] = figure.estimate.value;
  return values;
}

std::filesystem::path variants() { return root() / "designs/variants"; }

Design shipped(const std::filesystem::path& file) { return read_design(file, catalogue(), {}, root() / "designs"); }
Design variant(const char* name) { return shipped(variants() / (std::string(name) + ".toml")); }

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
  EXPECT_NEAR(largest_batch(2, h.near_data.unit_flops, h.near_data.unit_bandwidth), 1.15, 0.1);
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

TEST(Design, SaysWhetherItsHardwareExists) {
  EXPECT_FALSE(read(small).proposed);
  EXPECT_TRUE(read(with("\"built\"", "\"proposed\"")).proposed);
  EXPECT_THAT(message(with("status = \"built\"\n", "")),
              AllOf(HasSubstr("'status' is missing"), HasSubstr("write built or proposed")));
  EXPECT_THAT(message(with("\"built\"", "\"planned\"")),
              AllOf(HasSubstr("test.toml:2"), HasSubstr("'planned'"), HasSubstr("write built or proposed")));
  for (const char* name : {"h100x8", "b200x8", "this_machine"})
    EXPECT_FALSE(shipped(root() / "designs" / (std::string(name) + ".toml")).proposed) << name;
  for (const char* name : {"hbf", "pnm", "stacked_3d", "low_latency_interconnect"})
    EXPECT_TRUE(shipped(root() / "designs" / (std::string(name) + ".toml")).proposed) << name;
}

TEST(Design, FiguresCarryTheirIntervalSourceAndClass) {
  const Design design = read(small);
  const Figure& efficiency = *find_figure(design, slot(0, TierKey::efficiency));
  EXPECT_DOUBLE_EQ(efficiency.estimate.low, 0.8);
  EXPECT_TRUE(efficiency.ranged);
  const Figure& bandwidth = *find_figure(design, slot(0, TierKey::bandwidth));
  EXPECT_DOUBLE_EQ(bandwidth.estimate.value, 3350e9);
  EXPECT_EQ(bandwidth.source, results::Source::datasheet);
  EXPECT_EQ(bandwidth.transfer, results::TransferClass::T0);
  EXPECT_DOUBLE_EQ(find_figure(design, slot(Key::fixed_per_operation))->estimate.value, 1.5e-6);
}

TEST(Design, TimesMultipliesValueAndInterval) {
  const Design design = read(with(
      "bandwidth = \"device:h100-sxm.bandwidth\"",
      "bandwidth = {value = \"technology:hbm3e.read_bandwidth\", times = [\"8\", "
      "\"technology:hbm_base_die_pnm.internal_external_bandwidth_ratio\"], class = \"T5\", assumption = \"a test\"}"));
  const results::Estimate& e = find_figure(design, slot(0, TierKey::bandwidth))->estimate;
  EXPECT_DOUBLE_EQ(e.value, 8 * 4 * 1.2e12);
  EXPECT_DOUBLE_EQ(e.low, 8 * 1 * 1e12);
  EXPECT_DOUBLE_EQ(e.high, 8 * 4 * 1.28e12);
}

TEST(Design, AnUnknownKeyIsRefusedWithFileLineAndNearest) {
  EXPECT_THAT(message(with("bandwidth =", "bandwith =")), AllOf(HasSubstr("test.toml:8"), HasSubstr("memory.bandwith"),
                                                                HasSubstr("did you mean 'memory.bandwidth'?")));
  EXPECT_THAT(message(with("{value = \"0.85\"", "{valeu = \"0.85\"")),
              AllOf(HasSubstr("test.toml:9"), HasSubstr("did you mean 'value'?")));
  EXPECT_THAT(message(with("[memory]", "[memry]")), HasSubstr("did you mean 'memory.capacity'?"));
}

TEST(Design, ABareNumberIsRefused) {
  EXPECT_THAT(message(with("{value = \"0.5\"", "{value = 0.5")),
              AllOf(HasSubstr("test.toml:12"), HasSubstr("needs a unit")));
  EXPECT_THAT(message(with("bandwidth = \"device:h100-sxm.bandwidth\"", "bandwidth = 3350")),
              AllOf(HasSubstr("test.toml:8"), HasSubstr("GB/s")));
}

TEST(Design, AMissingOrWrongUnitIsRefused) {
  EXPECT_THAT(message(with("1.5 us", "1.5")), AllOf(HasSubstr("test.toml:16"), HasSubstr("1.5 us")));
  EXPECT_THAT(message(with("1.5 us", "1.5 GB")), HasSubstr("not the kind of quantity expected"));
  EXPECT_THAT(message(with("1.5 us", "1.5 parsec")), HasSubstr("parsec"));
}

// A unit of another kind is refused; one of the same kind is converted, so that Gbit/s is a bandwidth. 8 TB/s for
// 8 TiB/s is no other kind, and a number seven per cent off cannot be told from a right one (docs/decode-model.md).
TEST(Design, UnitsOfAnotherKindAreRefused) {
  const std::string bandwidth = "bandwidth = \"device:h100-sxm.bandwidth\"";
  const auto written = [&](const char* amount) {
    return with(bandwidth, std::string("bandwidth = {value = \"") + amount + "\", source = \"test\", class = \"T1\"}");
  };
  EXPECT_THAT(message(written("3350 GB")), AllOf(HasSubstr("test.toml:8"), HasSubstr("memory.bandwidth"),
                                                 HasSubstr("'3350 GB'"), HasSubstr("write for example \"3350 GB/s\"")));
  EXPECT_THAT(message(written("3350 Gbit")), HasSubstr("not the kind of quantity expected"));
  EXPECT_THAT(message(written("3350 GFLOP/s")), HasSubstr("not the kind of quantity expected"));
  const auto value = [&](const char* amount) {
    return find_figure(read(written(amount)), slot(0, TierKey::bandwidth))->estimate.value;
  };
  EXPECT_DOUBLE_EQ(value("26800 Gbit/s"), 3350e9);
  EXPECT_DOUBLE_EQ(value("1 GiB/s"), 1073741824.0);
  EXPECT_THAT(message(with("capacity = \"device:h100-sxm.capacity\"",
                           "capacity = {value = \"80 GB/s\", source = \"test\", class = \"T1\"}")),
              AllOf(HasSubstr("test.toml:6"), HasSubstr("memory.capacity"), HasSubstr("80 GB\"")));
}

TEST(Design, ADesignWithoutATierForTheWeightsIsRefused) {
  EXPECT_THAT(message(with("capacity = \"device:h100-sxm.capacity\"\n", "")),
              AllOf(HasSubstr("test.toml"), HasSubstr("'memory.capacity' is missing"),
                    HasSubstr("without memory for the weights cannot be projected")));
  EXPECT_THAT(message(with("reserve =", "kind = \"flash\"\nreserve =")),
              AllOf(HasSubstr("test.toml:7"), HasSubstr("'memory.kind' = 'flash'"), HasSubstr("holds the cache")));
  EXPECT_THAT(message(std::string(small) + "[tier.sram]\ncapacity = \"device:h100-sxm.capacity\"\n"),
              HasSubstr("'tier.sram.kind' is missing"));
}

TEST(Design, APeakIsAboveZeroAndAnEfficiencyAtMostOne) {
  const std::string bandwidth = "bandwidth = \"device:h100-sxm.bandwidth\"";
  for (const char* amount : {"0 GB/s", "-3350 GB/s"}) {
    EXPECT_THAT(message(with(bandwidth, std::string("bandwidth = {value = \"") + amount +
                                            "\", source = \"test\", class = \"T1\"}")),
                AllOf(HasSubstr("test.toml:8"), HasSubstr("memory.bandwidth"), HasSubstr(amount)));
  }
  EXPECT_THAT(message(with("{value = \"0.85\", low = \"0.8\", high = \"0.9\"", "{value = \"0.85\", high = \"1.1\"")),
              AllOf(HasSubstr("test.toml:9"), HasSubstr("memory.efficiency"), HasSubstr("at most 1")));
  EXPECT_THAT(message(with("{value = \"0.5\"", "{value = \"50\"")),
              AllOf(HasSubstr("test.toml:12"), HasSubstr("compute.efficiency"), HasSubstr("'50'")));
  EXPECT_THAT(message(small, {parse_override("design.memory.efficiency=1.2")}), HasSubstr("at most 1"));
}

TEST(Design, ABaseThatIsMissingOrTheDesignItselfIsRefused) {
  const results::TemporaryFolder folder;
  const auto read_as = [&](const char* name, const std::string& text) -> std::string {
    const auto file = folder.path() / (std::string(name) + ".toml");
    std::ofstream(file) << text;
    try {
      read_design(file, catalogue(), {}, root() / "designs");
    } catch (const InvalidInput& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(read_as("a", "extends = \"b200x9\"\n"), AllOf(HasSubstr("a.toml:1"), HasSubstr("'extends' = 'b200x9'")));
  EXPECT_THAT(read_as("b", "extends = \"b\"\n"), HasSubstr("no design of this name"));
  read_as("c", "extends = \"d\"\n");
  EXPECT_THAT(read_as("d", "extends = \"c\"\n"), HasSubstr("in a circle"));
  EXPECT_EQ(read_as("e", "extends = \"hbf_gen2\"\ntitle = \"mine\"\n"), "nothing was thrown");
  EXPECT_EQ(read_as("b200x8", "extends = \"b200x8\"\ntitle = \"mine\"\n"), "nothing was thrown");
  // A wrong figure of the base is refused where it stands.
  EXPECT_THAT(read_as("f", "extends = \"g\"\n"), HasSubstr("f.toml:1"));
  read_as("g", with("\"0.85\"", "\"0.85 s\""));
  EXPECT_THAT(read_as("f", "extends = \"g\"\n"), HasSubstr("g.toml:9"));
}

TEST(Design, AFigureWithoutSourceClassOrAssumptionIsRefused) {
  EXPECT_THAT(message(with(", source = \"test\", class = \"T3\"}\noverlap", ", class = \"T3\"}\noverlap")),
              HasSubstr("'compute.efficiency.source' is missing"));
  EXPECT_THAT(
      message(with("{value = \"0.5\", source = \"test\", class = \"T3\"}", "{value = \"0.5\", source = \"test\"}")),
      HasSubstr("'compute.efficiency.class' is missing"));
  EXPECT_THAT(message(with("{value = \"0.5\", source = \"test\", class = \"T3\"}",
                           "{value = \"0.5\", source = \"test\", class = \"T5\"}")),
              HasSubstr("needs an assumption"));
  EXPECT_THAT(message(with("{value = \"0.5\", source = \"test\", class = \"T3\"}",
                           "{value = \"0.5\", source = \"test\", class = \"T9\"}")),
              HasSubstr("T9"));
}

TEST(Design, AReferenceToNothingIsRefused) {
  EXPECT_THAT(message(with("device:h100-sxm.bandwidth", "device:h100-sxn.bandwidth")),
              AllOf(HasSubstr("test.toml:8"), HasSubstr("did you mean 'h100-sxm'?")));
  EXPECT_THAT(message(with("device:h100-sxm.bandwidth", "device:h100-sxm.capacity")),
              HasSubstr("not the quantity expected"));
}

TEST(Design, AFixedCostIsNeverLeftOut) {
  EXPECT_THAT(message(with("per_layer = {value = \"0 s\", source = \"test\", class = \"T1\"}\n", "")),
              HasSubstr("'fixed.per_layer' is missing"));
  EXPECT_THAT(message(with("execution = \"graph\"\n", "")), HasSubstr("'fixed.execution' is missing"));
}

TEST(Design, ManyDevicesNeedAnInterconnect) {
  EXPECT_THAT(message(with("{value = \"1\"", "{value = \"8\"")), HasSubstr("say how the devices talk"));
  EXPECT_THAT(message(with("topology = \"none\"", "topology = \"switched\"")),
              HasSubstr("'interconnect.software_latency' is missing"));
  EXPECT_THAT(message(with("topology = \"none\"", "topology = \"swiched\"")), HasSubstr("did you mean 'switched'?"));
}

TEST(Design, DamagedTomlNamesThePlace) { EXPECT_THAT(message(with("[group]", "[group")), HasSubstr("test.toml:3")); }

TEST(Override, ReplacesOneFigureAndSaysSo) {
  const Design design = read(small, {parse_override("design.memory.bandwidth=8 TB/s")});
  const Figure& figure = *find_figure(design, slot(0, TierKey::bandwidth));
  EXPECT_DOUBLE_EQ(figure.estimate.value, 8e12);
  EXPECT_FALSE(figure.ranged);
  EXPECT_EQ(figure.transfer, results::TransferClass::T6);
  EXPECT_THAT(figure.assumption, HasSubstr("set on the command line"));
}

TEST(Override, NeedsAKnownKeyAndAUnit) {
  EXPECT_THAT(message(small, {parse_override("design.memory.bandwith=8 TB/s")}),
              HasSubstr("did you mean 'memory.bandwidth'?"));
  EXPECT_THAT(message(small, {parse_override("design.memory.bandwidth=8")}), HasSubstr("a number needs a unit"));
  EXPECT_THROW(parse_override("memory.bandwidth"), InvalidInput);
  EXPECT_THROW(parse_override("desing.memory.bandwidth=1"), InvalidInput);
}

TEST(Override, MayNameOneDesign) {
  const std::vector<Override> all{parse_override("design.hbf.memory.bandwidth=8 TB/s"),
                                  parse_override("design.fixed.per_layer=1 us"),
                                  parse_override("workload.load.batch=4")};
  const std::vector<std::string> names{"hbf", "pnm"};
  EXPECT_EQ(overrides_for(all, "design", "hbf", names).size(), 2u);
  EXPECT_EQ(overrides_for(all, "design", "hbf", names)[0].path, "memory.bandwidth");
  EXPECT_EQ(overrides_for(all, "design", "pnm", names).size(), 1u);
  EXPECT_EQ(overrides_for(all, "workload", "any", names).size(), 1u);
}

TEST(Resolve, EfficienciesAndReserveAreApplied) {
  const Hardware h = resolve(values_of(read(small)), read(small), {});
  EXPECT_DOUBLE_EQ(h.memory().read_bandwidth, 0.85 * 3350e9);
  EXPECT_DOUBLE_EQ(h.memory().capacity, 72e9);
  EXPECT_DOUBLE_EQ(h.compute[static_cast<std::size_t>(Arithmetic::bf16)], 0.5 * 989e12);
  EXPECT_EQ(h.memory().half_size, 0);
}

TEST(Resolve, ATypeWithoutMultipliersIsWidened) {
  const Values values = values_of(read(small));
  EXPECT_EQ(widened(values, Arithmetic::fp4), Arithmetic::bf16);
  EXPECT_EQ(widened(values, Arithmetic::bf16), Arithmetic::bf16);
  EXPECT_THROW(widened(values, Arithmetic::f32), InvalidInput);
  const Hardware h = resolve(values, read(small), {});
  EXPECT_EQ(h.compute[static_cast<std::size_t>(Arithmetic::fp4)],
            h.compute[static_cast<std::size_t>(Arithmetic::bf16)]);
}

TEST(Resolve, APowerCapLimitsTheBandwidth) {
  Values values = values_of(read(small));
  values[slot(0, TierKey::energy)] = 8e-12;  // 1 pJ/bit
  values[slot(0, TierKey::power_cap)] = 8;
  EXPECT_DOUBLE_EQ(resolve(values, read(small), {}).memory().read_bandwidth, 1e12);
}

TEST(Resolve, LatencyFillsThePipeOnce) {
  Values values = values_of(read(small));
  values[slot(0, TierKey::latency)] = 1e-6;
  EXPECT_DOUBLE_EQ(resolve(values, read(small), {}).memory().half_size, 0.85 * 3350e9 * 1e-6);
}

TEST(FlashCurve, IsInterpolatedOverTheLogarithmOfDepth) {
  const FlashCurve curve{{0.1, 1, 10}, {0.1, 0.7, 1}};
  EXPECT_DOUBLE_EQ(share_at(curve, 0.01), 0.1);
  EXPECT_DOUBLE_EQ(share_at(curve, 1), 0.7);
  EXPECT_NEAR(share_at(curve, std::sqrt(10.0)), 0.85, 1e-12);
  EXPECT_DOUBLE_EQ(share_at(curve, 100), 1);
}

}  // namespace
}  // namespace sextant::analysis
