// SPDX-License-Identifier: Apache-2.0
#include "analysis/designs/design.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "results/record/csv.hpp"

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

TEST(Design, EveryShippedDesignReads) {
  int designs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root() / "designs")) {
    if (entry.path().extension() != ".toml") continue;
    const Design design = read_design(entry.path(), catalogue());
    EXPECT_FALSE(design.title.empty()) << entry.path();
    for (const Figure& figure : design.figures) {
      EXPECT_TRUE(!figure.citation.empty() || !figure.profile.empty()) << entry.path() << figure.text;
    }
    ++designs;
  }
  EXPECT_GE(designs, 7);
}

TEST(Design, SaysWhetherItsHardwareExists) {
  EXPECT_FALSE(read(small).proposed);
  EXPECT_TRUE(read(with("\"built\"", "\"proposed\"")).proposed);
  EXPECT_THAT(message(with("status = \"built\"\n", "")),
              AllOf(HasSubstr("'status' is missing"), HasSubstr("write built or proposed")));
  EXPECT_THAT(message(with("\"built\"", "\"planned\"")),
              AllOf(HasSubstr("test.toml:2"), HasSubstr("'planned'"), HasSubstr("write built or proposed")));
  for (const char* name : {"h100x8", "b200x8", "this_machine"})
    EXPECT_FALSE(read_design(root() / "designs" / (std::string(name) + ".toml"), catalogue()).proposed) << name;
  for (const char* name : {"hbf", "pnm", "stacked_3d", "low_latency_interconnect"})
    EXPECT_TRUE(read_design(root() / "designs" / (std::string(name) + ".toml"), catalogue()).proposed) << name;
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

Values values_of(const Design& design) {
  Values values;
  values.fill(std::nan(""));
  for (const Figure& figure : design.figures) values[figure.slot] = figure.estimate.value;
  return values;
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
