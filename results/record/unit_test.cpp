// SPDX-License-Identifier: Apache-2.0
#include "results/record/unit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace sextant::results {
namespace {

using testing::HasSubstr;

struct Case {
  const char* text;
  double value;
  Unit unit;
};

TEST(Unit, ReadsAmountsExactly) {
  const Case cases[] = {{"900 GB/s", 900e9, Unit::byte_per_second},
                        {"1 TiB/s", 0x1p40, Unit::byte_per_second},
                        {"3.35 TB/s", 3.35e12, Unit::byte_per_second},
                        {"3350GB/s", 3.35e12, Unit::byte_per_second},
                        {"400 Gb/s", 50e9, Unit::byte_per_second},
                        {"400 Gbit/s", 50e9, Unit::byte_per_second},
                        {"400 Gbps", 50e9, Unit::byte_per_second},
                        {"80 GiB", 80 * 0x1p30, Unit::byte},
                        {"80 GB", 80e9, Unit::byte},
                        {"4096", 4096, Unit::one},
                        {"0.85", 0.85, Unit::one},
                        {"85 %", 0.85, Unit::one},
                        {"1e3 MB", 1e9, Unit::byte},
                        {"1.5e-3 s", 1.5e-3, Unit::second},
                        {"12.5 us", 12.5e-6, Unit::second},
                        {"12.5 \u00b5s", 12.5e-6, Unit::second},
                        {"80 ns", 80e-9, Unit::second},
                        {"3 ms", 3e-3, Unit::second},
                        {"2 min", 120, Unit::second},
                        {"0.5 pJ/bit", 4e-12, Unit::joule_per_byte},
                        {"2 pJ/FLOP", 2e-12, Unit::joule_per_flop},
                        {"989 TFLOP/s", 989e12, Unit::flop_per_second},
                        {"989 TFLOPS", 989e12, Unit::flop_per_second},
                        {"1979 TOPS", 1979e12, Unit::flop_per_second},
                        {"1 GFLOP", 1e9, Unit::flop},
                        {"700 W", 700, Unit::watt},
                        {"814 mm2", 814e-6, Unit::square_metre},
                        {"300 K", 300, Unit::kelvin},
                        {"0.25 K/W", 0.25, Unit::kelvin_per_watt},
                        {"30 kUSD", 30e3, Unit::dollar},
                        {"30000 $", 30e3, Unit::dollar},
                        {"150 kg", 150, Unit::kilogram},
                        {"35 token/s", 35, Unit::per_second},
                        {"1 MIOPS", 1e6, Unit::per_second},
                        {"5 1/s", 5, Unit::per_second},
                        {" 7 /s ", 7, Unit::per_second}};
  for (const Case& c : cases) {
    const Amount amount = parse_amount(c.text);
    EXPECT_EQ(amount.value, c.value) << c.text;
    EXPECT_EQ(amount.unit, c.unit) << c.text;
  }
}

std::string refusal(const char* text) {
  try {
    const Amount amount = parse_amount(text);
    return "read as " + std::to_string(amount.value);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Unit, RefusesWithTheBadPieceAndAnExample) {
  EXPECT_THAT(refusal("fast"), HasSubstr("'fast' does not start with a number"));
  EXPECT_THAT(refusal(""), HasSubstr("900 GB/s"));
  EXPECT_THAT(refusal("5 parsec"), HasSubstr("'parsec' is not a unit"));
  EXPECT_THAT(refusal("5 GB/parsec"), HasSubstr("'GB/parsec'"));
  EXPECT_THAT(refusal("5 K/s"), HasSubstr("not a unit"));
  EXPECT_THAT(refusal("64 KB"), HasSubstr("kB for 1000 bytes or KiB for 1024"));
  EXPECT_THAT(refusal("1 Ks"), HasSubstr("not a unit"));
  EXPECT_THAT(refusal("1 Gis"), HasSubstr("not a unit"));
  EXPECT_THAT(refusal("nan GB"), HasSubstr("does not start with a number"));
  EXPECT_THAT(refusal("1e999 GB"), HasSubstr("exponent"));
  EXPECT_THAT(refusal("1e350 GB"), HasSubstr("out of range"));
}

TEST(Unit, CodesReadBack) {
  for (int i = 0; i <= static_cast<int>(Unit::text); ++i) {
    const Unit unit = static_cast<Unit>(i);
    EXPECT_EQ(unit_from_code(code(unit)), unit);
  }
  try {
    unit_from_code("GB/s");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("By/s"));
  }
}

TEST(Format, ThreeSignificantDigits) {
  EXPECT_EQ(format(1.6e12, Unit::byte_per_second), "1.60 TB/s");
  EXPECT_EQ(format(900e9, Unit::byte_per_second), "900 GB/s");
  EXPECT_EQ(format(999.96e9, Unit::byte_per_second), "1.00 TB/s");
  EXPECT_EQ(format(12.5e-6, Unit::second), "12.5 us");
  EXPECT_EQ(format(0.0999996, Unit::second), "100 ms");
  EXPECT_EQ(format(7200, Unit::second), "7200 s");
  EXPECT_EQ(format(0, Unit::byte_per_second), "0 B/s");
  EXPECT_EQ(format(27.5e-12, Unit::joule_per_byte), "27.5 pJ/B");
  EXPECT_EQ(format(989e12, Unit::flop_per_second), "989 TFLOP/s");
  EXPECT_EQ(format(814e-6, Unit::square_metre), "814 mm2");
  EXPECT_EQ(format(0.85, Unit::one), "0.850");
  EXPECT_EQ(format(128, Unit::one), "128");
  EXPECT_EQ(format(30000, Unit::dollar), "30000 USD");
  EXPECT_EQ(format(-12.5e-6, Unit::second), "-12.5 us");
  EXPECT_EQ(format(0.5, Unit::per_second), "0.500 /s");
  EXPECT_EQ(format(std::numeric_limits<double>::quiet_NaN(), Unit::byte), "not available");
  EXPECT_EQ(format(std::numeric_limits<double>::infinity(), Unit::second), "inf s");
}

TEST(Format, WholeBinarySizesOfBytes) {
  EXPECT_EQ(format(64 * 0x1p20, Unit::byte), "64 MiB");
  EXPECT_EQ(format(4096, Unit::byte), "4 KiB");
  EXPECT_EQ(format(1.5 * 0x1p30, Unit::byte), "1536 MiB");
  EXPECT_EQ(format(80e9, Unit::byte), "80.0 GB");
  EXPECT_EQ(format(512, Unit::byte), "512 B");
  EXPECT_EQ(format(0x1p20, Unit::byte_per_second), "1.05 MB/s");
}

TEST(Format, DecimalKeepsOneBaseAndThreeDigits) {
  EXPECT_EQ(format_decimal(1440 * 0x1p20, Unit::byte), "1.51 GB");
  EXPECT_EQ(format_decimal(80e9, Unit::byte), "80.0 GB");
  EXPECT_EQ(format_decimal(512, Unit::byte), "512 B");
  EXPECT_EQ(format_decimal(1287.3, Unit::one), "1290");
  EXPECT_EQ(format_decimal(999999, Unit::one), "1000000");
  EXPECT_EQ(format_decimal(42.03, Unit::one), "42.0");
  EXPECT_EQ(format_decimal(std::numeric_limits<double>::quiet_NaN(), Unit::byte), "not available");
}

}  // namespace
}  // namespace sextant::results
