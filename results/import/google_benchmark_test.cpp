// SPDX-License-Identifier: Apache-2.0
#include "results/import/google_benchmark.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "results/record/csv.hpp"
#include "results/record/example_run.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::results {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::filesystem::path capture(const std::string& name) {
  return std::filesystem::path(SEXTANT_SOURCE_DIR) / "results/import/captures" / ("google_benchmark_" + name + ".json");
}

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "no complaint";
}

// What is said of a file with one good entry in which one text was replaced.
std::string complaint_with(const std::string& from, const std::string& to) {
  std::string text = R"({"context": {"date": "2026-01-02T03:04:05+00:00"}, "benchmarks": [
    {"name": "sum/8", "run_name": "sum/8", "run_type": "iteration", "repetitions": 1, "repetition_index": 0,
     "iterations": 100, "real_time": 2.5, "cpu_time": 2.0, "time_unit": "us"}]})";
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return complaint([&] { parse_google_benchmark(text, "x.json"); });
}

TEST(GoogleBenchmarkIn, AFileOfTheRealProgramIsARun) {
  const results::Run run = read_google_benchmark(capture("once"));
  ASSERT_THAT(run.measurements, SizeIs(3));
  const Measurement& sum = run.measurements[0];
  EXPECT_EQ(sum.probe, "google-benchmark");
  EXPECT_EQ(sum.point, (Point{{"benchmark", "sum/1024"}}));
  EXPECT_EQ(sum.quantity.unit, Unit::second);
  EXPECT_TRUE(sum.flags.imported);
  ASSERT_THAT(sum.samples, SizeIs(1));
  EXPECT_EQ(sum.samples[0].operations, 60200);
  EXPECT_NEAR(cost_of(sum.quantity, sum.samples[0]), 1.0056321428579618e-6, 1e-15);
  EXPECT_NEAR(sum.samples[0].conditions.cpu_seconds, 60200 * 4.6672632890365446e-7, 1e-9);
  EXPECT_GT(sum.samples[0].bytes, 0);
  EXPECT_NEAR(cost_of(sum.quantity, run.measurements[2].samples[0]), 1.5159077246380548e-3, 1e-12);  // stated in us
  EXPECT_EQ(run.provenance.source, "Google Benchmark, google_benchmark_once.json of 2026-11-24T08:36:58+00:00");
  for (const auto& [key, text] : run.provenance.environment) EXPECT_NE(text, "removed") << key;
}

TEST(GoogleBenchmarkIn, RepetitionsAreSamplesAndAggregatesAreNot) {
  const results::Run run = read_google_benchmark(capture("ten_repetitions"));
  ASSERT_THAT(run.measurements, SizeIs(3));
  for (const Measurement& measurement : run.measurements) {
    ASSERT_THAT(measurement.samples, SizeIs(10));
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(measurement.samples[std::size_t(i)].repetition, i);
      EXPECT_EQ(measurement.samples[std::size_t(i)].launch, 0);
    }
  }
}

TEST(GoogleBenchmarkIn, AnErrorIsAFailedMeasurementWithItsMessage) {
  const results::Run run = read_google_benchmark(capture("errors"));
  ASSERT_THAT(run.measurements, SizeIs(2));
  EXPECT_EQ(run.measurements[0].status, Status::not_converged);
  EXPECT_EQ(run.measurements[1].status, Status::failed);
  EXPECT_EQ(run.measurements[1].reason, "no such device");
  EXPECT_THAT(run.measurements[1].samples, IsEmpty());
}

TEST(GoogleBenchmarkIn, WhatIsWrongIsNamedWithItsFileEntryAndFix) {
  EXPECT_EQ(complaint_with("2.5", "2.5"), "no complaint");
  EXPECT_THAT(
      complaint_with("\"us\"", "\"weeks\""),
      AllOf(HasSubstr("x.json: benchmarks[0] 'sum/8': time_unit is 'weeks'"), HasSubstr("write ns, us, ms or s")));
  EXPECT_THAT(complaint_with("2.5", "0"), HasSubstr("x.json: benchmarks[0] 'sum/8': real_time is 0"));
  EXPECT_THAT(complaint_with("2.5", "-1"), HasSubstr("real_time is -1"));
  EXPECT_THAT(complaint_with("2.5", "null"), HasSubstr("real_time is null"));
  EXPECT_THAT(complaint_with("2.5", "\"2.5\""), HasSubstr("real_time is \"2.5\""));
  EXPECT_THAT(complaint_with("\"real_time\": 2.5,", ""), HasSubstr("has no number 'real_time'"));
  EXPECT_THAT(
      complaint_with(R"(2.5, "cpu_time": 2.0, "time_unit": "us")", R"(1e308, "cpu_time": 2.0, "time_unit": "s")"),
      HasSubstr("beyond what a number can say"));
  EXPECT_THAT(complaint_with("100", "0"), HasSubstr("iterations is 0"));
  EXPECT_THAT(complaint_with("2.0", "-3"), HasSubstr("cpu_time is -3"));
  EXPECT_EQ(complaint_with("2.0", "null"), "no complaint");
  EXPECT_THAT(complaint_with("\"time_unit\"", "\"launch\": -1, \"time_unit\""), HasSubstr("launch is -1"));
  EXPECT_THAT(complaint_with("\"name\": \"sum/8\",", ""), HasSubstr("x.json: benchmarks[0]: has no text 'name'"));
  EXPECT_THAT(complaint_with("\"run_type\": \"iteration\",", ""), HasSubstr("has no text 'run_type'"));
  EXPECT_THAT(complaint_with("\"iteration\"", "\"aggregate\""), HasSubstr("x.json: has aggregates only"));
  EXPECT_THAT(complaint_with("\"benchmarks\"", "\"marks\""), HasSubstr("x.json: has no list 'benchmarks'"));
  EXPECT_THAT(complaint_with("2.5", "NaN"), HasSubstr("x.json: not whole JSON"));
  EXPECT_THAT(complaint([] { parse_google_benchmark(R"({"benchmarks": []})", "x.json"); }), HasSubstr("no benchmarks"));
  EXPECT_THAT(complaint([] { parse_google_benchmark(R"({"benchmarks": [3]})", "x.json"); }),
              HasSubstr("benchmarks[0]: is not an object"));
  EXPECT_THAT(complaint([] { parse_google_benchmark("name,iterations\n", "x.json"); }), HasSubstr("not whole JSON"));
  EXPECT_THAT(complaint([] { read_google_benchmark("no-such-file.json"); }), HasSubstr("no-such-file.json"));
}

TEST(GoogleBenchmarkIn, AFileCutAnywhereIsRefused) {
  const std::string text = read_text(capture("errors"));
  const std::size_t whole = text.rfind('}');
  ASSERT_NE(whole, std::string::npos);
  for (std::size_t length = 0; length <= whole; ++length) {
    EXPECT_THROW(parse_google_benchmark(std::string_view(text).substr(0, length), "x.json"), InvalidInput) << length;
  }
}

TEST(GoogleBenchmarkIn, AnyCharacterChangedIsReadOrRefusedButNeverAnythingElse) {
  const std::string text = read_text(capture("errors"));
  int refused = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char c : {'0', '-', '"'}) {
      std::string damaged = text;
      damaged[at] = c;
      try {
        parse_google_benchmark(damaged, "x.json");
      } catch (const InvalidInput&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST(GoogleBenchmarkIn, AnImportedRunCanBeStored) {
  const TemporaryFolder folder;
  const results::Run run = read_google_benchmark(capture("ten_repetitions"));
  write_run(folder.path() / "run", run);
  EXPECT_THAT(read_run(folder.path() / "run").measurements, SizeIs(3));
}

nlohmann::json exported(const Run& run) { return nlohmann::json::parse(google_benchmark_text(run)); }

TEST(GoogleBenchmarkOut, EverySampleIsAnEntryAndTheMedianAnAggregate) {
  results::Run run = example_run();
  run.measurements[0].samples[2].conditions.cpu_seconds = not_available;
  const nlohmann::json document = exported(run);
  EXPECT_EQ(document["context"]["executable"], "sextant");
  EXPECT_EQ(document["context"]["sextant_machine"], "box");
  EXPECT_EQ(document["context"]["sextant_seed"], "18446744073709551615");
  EXPECT_FALSE(document["context"].contains("host_name"));
  int samples = 0;
  for (const auto& entry : document["benchmarks"]) {
    if (entry["run_type"] != "iteration" || entry.contains("error_occurred")) continue;
    EXPECT_EQ(entry["name"], "memory.read/footprint=16384/pattern=\"in/order,/fast\"");
    EXPECT_EQ(entry["repetition_index"], samples);
    EXPECT_EQ(entry["launch"], samples % 2);
    EXPECT_EQ(entry["time_unit"], "ns");
    // Where nobody looked zero would be a claim.
    EXPECT_EQ(entry["cpu_time"].is_null(), samples == 0);
    if (samples > 0) {
      EXPECT_NEAR(entry["cpu_time"].get<double>(), 1e9 * 0.01 / 256, 1e-6);
    }
    const double seconds = 1e-9 * entry["real_time"].get<double>() * entry["iterations"].get<double>();
    EXPECT_NEAR(seconds, 0.01 + 0.0001 * (samples + 2), 1e-12);
    EXPECT_NEAR(entry["bytes_per_second"].get<double>(), 1e9 / 3 / seconds, 1);
    ++samples;
  }
  EXPECT_EQ(samples, 10);  // the two of the warm-up apart
  const auto& median = document["benchmarks"][10];
  EXPECT_EQ(median["aggregate_name"], "median");
  EXPECT_NEAR(median["real_time"].get<double>(), 1e9 * 0.01065 / 256, 1e-6);
}

TEST(GoogleBenchmarkOut, APointWithoutSamplesIsAnErrorWithItsReason) {
  const nlohmann::json document = exported(example_run());
  EXPECT_EQ(document["benchmarks"][11]["error_message"], "Too little memory.");
  EXPECT_EQ(document["benchmarks"][12]["name"], "sync.barrier/threads=2");
  EXPECT_EQ(document["benchmarks"][12]["threads"].dump(), "2");
  EXPECT_EQ(document["benchmarks"][12]["error_message"], "Time was up.");
}

TEST(GoogleBenchmarkOut, TailsAreToldOnlyWhereTheyAreResolved) {
  results::Run run = example_run();
  auto& samples = run.measurements[0].samples;
  while (samples.size() < 2 + 58) samples.push_back(samples.back());
  EXPECT_THAT(google_benchmark_text(run), testing::Not(HasSubstr("p95")));
  samples.push_back(samples.back());
  EXPECT_THAT(google_benchmark_text(run), AllOf(HasSubstr("_p5\""), HasSubstr("_p95\"")));
}

TEST(GoogleBenchmarkOut, WhatWasWrittenReadsBack) {
  const results::Run run = parse_google_benchmark(google_benchmark_text(example_run()), "x.json");
  ASSERT_THAT(run.measurements, SizeIs(3));
  EXPECT_THAT(run.measurements[0].samples, SizeIs(10));
  EXPECT_EQ(run.measurements[0].samples[1].launch, 1);
  EXPECT_EQ(run.measurements[0].samples[2].repetition, 1);
  EXPECT_EQ(run.measurements[1].status, Status::failed);
  EXPECT_EQ(run.provenance.machine, "box");
  EXPECT_EQ(run.provenance.mode, "quick");
}

}  // namespace
}  // namespace sextant::results
