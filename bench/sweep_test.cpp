// SPDX-License-Identifier: Apache-2.0
// `sextant sweep` as its user meets it.
#include <nlohmann/json.hpp>

#include "bench/test_command_line.hpp"

namespace sextant::bench {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

// The B200 baseline with more and less memory bandwidth: needs nothing measured, and breaks even with itself.
const std::string text = R"(title = "test"
workloads = ["llama-3.1-8b-bf16-b1"]
designs = ["b200x8"]
against = ["b200x8"]
[[axis]]
key = "design.memory.bandwidth"
low = "1 TB/s"
high = "16 TB/s"
steps = 5
spacing = "log"
)";

std::string with(const std::string& from, const std::string& to) {
  std::string changed = text;
  return changed.replace(changed.find(from), from.size(), to);
}

TEST_F(CommandLine, ASweepWritesPointsAndBreakEvensAndSaysThem) {
  std::ofstream(folder / "mine.toml") << text;
  const Outcome outcome = sextant("sweep mine.toml --draws 64 --output out.csv");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("b200x8 on llama-3.1-8b-bf16-b1 is faster than b200x8 while "
                                           "memory.bandwidth is above "),
                                 HasSubstr("5 points\nout.csv\nout.break-even.csv\n")));
  const results::CsvTable points = results::read_csv(folder / "out.csv");
  ASSERT_EQ(points.rows.size(), 5u);
  EXPECT_GT(points.number(0, "time_per_token_p50"), points.number(4, "time_per_token_p50"));
  const results::CsvTable breaks = results::read_csv(folder / "out.break-even.csv");
  ASSERT_EQ(breaks.rows.size(), 1u);
  // What the baseline itself has: sources give 7.7 to 8 TB/s.
  EXPECT_GT(breaks.number(0, "break_even"), 7.7e12);
  EXPECT_LT(breaks.number(0, "break_even"), 8e12);
}

TEST_F(CommandLine, ASweepIsReproducedByItsSeedAndNeverOverwrites) {
  std::ofstream(folder / "mine.toml") << text;
  const std::string sweep = "sweep mine.toml --draws 64 --seed 7 --output ";
  ASSERT_EQ(sextant(sweep + "a.csv").code, 0);
  ASSERT_EQ(sextant(sweep + "b.csv").code, 0);
  EXPECT_EQ(text_of("a.csv"), text_of("b.csv"));
  EXPECT_EQ(text_of("a.break-even.csv"), text_of("b.break-even.csv"));
  expect_error(sextant(sweep + "a.csv"), 2, "--force");
  std::ofstream(folder / "c.break-even.csv") << "mine";
  expect_error(sextant(sweep + "c.csv"), 2, "c.break-even.csv exists");
  EXPECT_EQ(text_of("c.break-even.csv"), "mine");
  EXPECT_EQ(sextant(sweep + "a.csv --force").code, 0);
  EXPECT_EQ(text_of("a.csv"), text_of("b.csv"));
}

TEST_F(CommandLine, ASweepInJsonIsOneDocument) {
  std::ofstream(folder / "mine.toml") << text;
  const Outcome outcome = sextant("sweep mine.toml --json --draws 64 --output out.csv");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document.at("points").size(), 5u);
  EXPECT_EQ(document.at("break_even").at(0).at("outcome"), "crosses");
  EXPECT_EQ(document.at("output"), "out.csv");
}

TEST_F(CommandLine, AMistakeInASweepNamesFileLineKeyAndFix) {
  const auto said = [&](const std::string& changed, const std::string& sentence) {
    std::ofstream(folder / "mine.toml") << changed;
    const Outcome outcome = sextant("sweep mine.toml --output out.csv");
    expect_error(outcome, 3, sentence);
    EXPECT_THAT(outcome.err, HasSubstr("mine.toml:"));
    EXPECT_FALSE(fs::exists(folder / "out.csv"));
  };
  said(with("memory.bandwidth", "memory.bandwith"),
       "mine.toml:6:7: 'axis.0.key' = 'design.memory.bandwith': unknown "
       "key: did you mean 'memory.bandwidth'?");
  said(with("[\"b200x8\"]", "[\"b200x9\"]"), "did you mean 'b200x8'?");
  said(with("llama-3.1-8b-bf16-b1", "llama-3.1-8b-bf16"), "no workload is named");
  said(with("memory.bandwidth", "memory.latency"), "mine.toml:7:7: 'axis.0.low' = '1 TB/s'");
  said(with("1 TB/s", "0 TB/s"), "log spacing starts above zero");
  said(with("memory.bandwidth", "memory.bandwidth.value"), "part of a figure");
}

TEST_F(CommandLine, AShippedSweepGoesByItsName) {
  const Outcome outcome = sextant("sweep low_latency_interconnect --draws 16 --output out.csv");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("interconnect.software_latency"));
  expect_error(sextant("sweep low_latency_interconect --output other.csv"), 2,
               "did you mean 'low_latency_interconnect'?");
}

TEST_F(CommandLine, AnInterruptedSweepKeepsItsRows) {
  std::ofstream(folder / "mine.toml") << with("steps = 5", "steps = 400");
  const Outcome outcome = shell(std::string(SEXTANT_PROGRAM) +
                                " sweep mine.toml --draws 4000 --output out.csv >/dev/null & sweep=$!; "
                                "for i in $(seq 200); do [ $(wc -l < out.csv 2>/dev/null || echo 0) -gt 1 ] && break; "
                                "sleep 0.05; done; kill -TERM $sweep; wait $sweep");
  expect_error(outcome, 130, "interrupted: the rows so far are in out.csv");
  const results::CsvTable points = results::read_csv(folder / "out.csv");
  EXPECT_GE(points.rows.size(), 1u);
  EXPECT_LT(points.rows.size(), 400u);
}

}  // namespace
}  // namespace sextant::bench
