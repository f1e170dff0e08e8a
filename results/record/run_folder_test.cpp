// SPDX-License-Identifier: Apache-2.0
#include "results/record/run_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "results/record/csv.hpp"
#include "results/record/example_run.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::results {
namespace {

using testing::HasSubstr;

bool same(double a, double b) { return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b); }

bool same(const Conditions& a, const Conditions& b) {
  return same(a.involuntary_switches, b.involuntary_switches) && same(a.major_faults, b.major_faults) &&
         same(a.run_delay, b.run_delay) && same(a.cpu_seconds, b.cpu_seconds) &&
         same(a.canary_compute, b.canary_compute) && same(a.canary_cache, b.canary_cache) &&
         same(a.canary_memory, b.canary_memory) && same(a.canary_device, b.canary_device) &&
         same(a.canary_message, b.canary_message) && same(a.canary_together, b.canary_together) &&
         same(a.canary_change, b.canary_change);
}

bool same(const Sample& a, const Sample& b) {
  return same(a.seconds, b.seconds) && same(a.operations, b.operations) && same(a.bytes, b.bytes) &&
         a.launch == b.launch && a.repetition == b.repetition && a.stage == b.stage && same(a.start, b.start) &&
         a.cpu == b.cpu && same(a.conditions, b.conditions) &&
         std::equal(a.extras.begin(), a.extras.end(), b.extras.begin(), b.extras.end(),
                    [](double x, double y) { return same(x, y); });
}

bool same(const Launch& a, const Launch& b) {
  return a.probe == b.probe && a.launch == b.launch && same(a.start, b.start) && same(a.seconds, b.seconds) &&
         same(a.canary_seconds, b.canary_seconds) && same(a.bookkeeping_seconds, b.bookkeeping_seconds) &&
         same(a.steal, b.steal) && same(a.pressure_cpu, b.pressure_cpu) && same(a.pressure_io, b.pressure_io) &&
         same(a.pressure_memory, b.pressure_memory) && same(a.throttled, b.throttled);
}

bool same(const Measurement& a, const Measurement& b) {
  return a.probe == b.probe && a.point == b.point && a.quantity == b.quantity && a.status == b.status &&
         a.flags == b.flags && a.reason == b.reason &&
         std::equal(a.samples.begin(), a.samples.end(), b.samples.begin(), b.samples.end(),
                    [](auto& x, auto& y) { return same(x, y); });
}

bool same(const Table& a, const Table& b) {
  return a.probe == b.probe && a.summary == b.summary && a.quantity == b.quantity && a.axes == b.axes &&
         a.extras == b.extras;
}

bool same(const Provenance& a, const Provenance& b) {
  return a.machine == b.machine && a.run_id == b.run_id && a.mode == b.mode && a.started == b.started &&
         a.seed == b.seed && a.state == b.state && a.licence == b.licence && a.source == b.source &&
         a.environment == b.environment && a.warnings == b.warnings;
}

bool same(const Run& a, const Run& b) {
  const auto each = [](auto& x, auto& y) { return same(x, y); };
  return same(a.provenance, b.provenance) && a.topology_xml == b.topology_xml &&
         std::equal(a.tables.begin(), a.tables.end(), b.tables.begin(), b.tables.end(), each) &&
         std::equal(a.measurements.begin(), a.measurements.end(), b.measurements.begin(), b.measurements.end(), each) &&
         std::equal(a.launches.begin(), a.launches.end(), b.launches.begin(), b.launches.end(), each);
}

TEST(RunFolder, ReadsBackAndIsSound) {
  const TemporaryFolder folder;
  const results::Run run = example_run();
  write_run(folder.path() / "deep" / "run", run);
  EXPECT_TRUE(same(read_run(folder.path() / "deep" / "run"), run));
  EXPECT_THAT(check_run(folder.path() / "deep" / "run"), testing::IsEmpty());
  EXPECT_TRUE(is_run_folder(folder.path() / "deep" / "run"));
  EXPECT_FALSE(is_run_folder(folder.path()));
}

TEST(RunFolder, AnAxisMayBeCalledLikeASampleColumn) {
  const TemporaryFolder folder;
  results::Run run = example_run();
  run.tables[1].axes[0].name = "bytes";
  run.measurements[2].point = {{"bytes", 8.0}};
  Sample sample;
  sample.seconds = 1e-6;
  sample.operations = 1;
  sample.bytes = 64;
  run.measurements[2].samples = {sample};
  write_run(folder.path(), run);
  EXPECT_THAT(read_text(folder.path() / "sync.barrier.csv"), testing::StartsWith("axis_bytes,launch,"));
  EXPECT_TRUE(same(read_run(folder.path()), run));
  EXPECT_THAT(check_run(folder.path()), testing::IsEmpty());
}

TEST(RunFolder, DescribesItself) {
  const TemporaryFolder folder;
  write_run(folder.path(), example_run());
  const auto package = nlohmann::json::parse(read_text(folder.path() / "datapackage.json"));
  EXPECT_EQ(package["$schema"], "https://datapackage.org/profiles/2.0/datapackage.json");
  EXPECT_EQ(package["sextant"]["schema_version"], schema_version);
  const auto& read = package["resources"][0];
  EXPECT_EQ(read["type"], "table");
  EXPECT_EQ(read["path"], "memory.read.csv");
  EXPECT_EQ(read["licenses"][0]["name"], "CC-BY-4.0");
  EXPECT_EQ(read["schema"]["missingValues"], nlohmann::json::array({""}));
  EXPECT_EQ(read["schema"]["fields"][0]["unit"], "By");
  EXPECT_EQ(read["schema"]["fields"][0]["sextant"]["role"], "axis");
  EXPECT_EQ(read["schema"]["primaryKey"],
            nlohmann::json::array({"footprint", "pattern", "launch", "repetition", "stage"}));
  for (const auto& resource : package["resources"]) {
    EXPECT_TRUE(std::filesystem::exists(folder.path() / resource["path"].get<std::string>()));
  }
  const auto environment = nlohmann::json::parse(read_text(folder.path() / "environment.json"));
  EXPECT_EQ(environment["cpu"]["cores"], "2");
  EXPECT_EQ(environment["warnings"][0], "boost is on");
  const std::string readme = read_text(folder.path() / "README.md");
  EXPECT_THAT(readme, HasSubstr("pandas.read_csv(\"memory.read.csv\")"));
  EXPECT_THAT(readme, HasSubstr("cost 2.0 % of the 1.50 s of"));  // 0.02 s + 0.01 s; the other launch does not say
}

TEST(RunFolder, AKilledRunKnowsItsPlanAndItsRows) {
  const TemporaryFolder folder;
  results::Run run = example_run();
  run.provenance.state = State::running;
  {
    RunFolder open = RunFolder::create(folder.path(), run);
    open.append(run.measurements[0], run.measurements[0].samples[0]);
    open.append(run.measurements[0], run.measurements[0].samples[1]);
  }
  std::ofstream(folder.path() / "memory.read.csv", std::ios::app) << "16384,\"in order, fa";
  std::ofstream(folder.path() / "launches.csv", std::ios::app) << "memory.re";
  EXPECT_THROW(read_run(folder.path()), InvalidInput);
  const results::Run left = read_run(folder.path(), true);
  ASSERT_EQ(left.measurements.size(), 3u);
  EXPECT_EQ(left.measurements[0].samples.size(), 2u);
  EXPECT_TRUE(left.measurements[0].flags.interrupted);
  EXPECT_FALSE(left.measurements[1].flags.interrupted);
  EXPECT_EQ(left.measurements[1].status, Status::skipped);
  EXPECT_THAT(check_run(folder.path()), testing::Contains(HasSubstr("sextant run --resume")));

  RunFolder resumed = RunFolder::open(folder.path(), left);
  results::Run whole = example_run();
  for (std::size_t i = 2; i < whole.measurements[0].samples.size(); ++i)
    resumed.append(whole.measurements[0], whole.measurements[0].samples[i]);
  for (const Launch& launch : whole.launches) resumed.append(launch);
  resumed.finish(whole);
  EXPECT_TRUE(same(read_run(folder.path()), whole));
  EXPECT_THAT(check_run(folder.path()), testing::IsEmpty());
}

TEST(RunFolder, OpenMendsAHeaderAndRefusesAnother) {
  const TemporaryFolder folder;
  results::Run run = example_run();
  run.measurements[0].samples.clear();
  RunFolder::create(folder.path(), run);
  std::ofstream(folder.path() / "sync.barrier.csv") << "threa";
  RunFolder::open(folder.path(), run);
  EXPECT_EQ(read_run(folder.path()).measurements.size(), 3u);
  run.tables[1].extras.push_back({"joules", Unit::joule, ""});
  EXPECT_THROW(RunFolder::open(folder.path(), run), InvalidInput);
  const TemporaryFolder empty;
  EXPECT_THROW(RunFolder::open(empty.path(), run), InvalidInput);
}

std::string write_refusal(const std::filesystem::path& folder) {
  try {
    write_run(folder, example_run());
    return "written";
  } catch (const WriteError& error) {
    return error.what();
  }
}

TEST(RunFolder, NeverOverwrites) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "mine.txt") << "mine";
  EXPECT_THAT(write_refusal(folder.path()), HasSubstr("is not empty: choose another --output"));
  EXPECT_THAT(write_refusal(folder.path() / "mine.txt"), HasSubstr("mine.txt"));
  EXPECT_EQ(read_text(folder.path() / "mine.txt"), "mine");
}

TEST(RunFolder, FullDeviceIsNamed) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full";
  AppendedFile file("/dev/full");
  try {
    file.append("row\n");
    FAIL();
  } catch (const WriteError& error) {
    EXPECT_STREQ(error.what(), "/dev/full: cannot be written: disk full: free space or choose another --output");
  }
}

// In a child with a mount of its own: fills a small disk, then reads what is left. Returns 0 when all is as promised.
int fill_a_disk(const std::filesystem::path& disk) {
  constexpr int refused = 77;
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return refused;
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=128k") != 0) return refused;
  results::Run run = example_run();
  const Measurement& measurement = run.measurements[0];
  Sample sample = measurement.samples[2];
  RunFolder folder = RunFolder::create(disk / "run", run);
  std::size_t rows = 0;
  bool full = false;
  while (!full && rows < 100000) {
    try {
      sample.repetition = static_cast<int>(rows);
      folder.append(measurement, sample);
      ++rows;
    } catch (const WriteError& error) {
      full = std::string(error.what()).find("memory.read.csv: cannot be written: disk full") != std::string::npos;
    }
  }
  if (!full) return 1;
  if (read_run(disk / "run").measurements[0].samples.size() != rows) return 2;  // whole rows, all of them
  try {
    folder.finish(run);
    return 3;
  } catch (const WriteError&) {
  }
  return read_run(disk / "run").measurements.size() == 3 ? 0 : 4;  // the plan written at the start still stands
}

TEST(RunFolder, AFullDiskKeepsEveryRow) {
  const TemporaryFolder disk;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    int code = 5;
    try {
      code = fill_a_disk(disk.path());
    } catch (const std::exception&) {
    }
    ::_exit(code);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "mounting a small disk is not allowed here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(RunFolder, RefusesWhatItCannotStore) {
  const auto refused = [](auto damage) {
    const TemporaryFolder folder;
    results::Run run = example_run();
    damage(run);
    EXPECT_THROW(write_run(folder.path(), run), std::invalid_argument);
  };
  refused([](results::Run& run) { run.tables[0].extras[0].name = "bytes"; });
  refused([](results::Run& run) { run.tables[0].axes[0].name = "pattern"; });
  refused([](results::Run& run) { run.tables[1].probe = "../out"; });
  refused([](results::Run& run) { run.tables[1].probe = "summary"; });
  refused([](results::Run& run) { run.tables[1].probe = "launches"; });
  refused([](results::Run& run) { run.launches[0].probe = "memory.write"; });
  refused([](results::Run& run) { run.tables.pop_back(); });
  refused([](results::Run& run) { run.tables.push_back(run.tables[0]); });
  refused([](results::Run& run) { run.measurements[2].point = {{"threads", "two"}}; });
  refused([](results::Run& run) { run.measurements.push_back(run.measurements[2]); });
  refused([](results::Run& run) { run.measurements[0].samples[0].extras.clear(); });
  refused([](results::Run& run) { run.provenance.environment.emplace_back("cpu.cores", "3"); });
}

rc::Gen<std::string> word() {
  return rc::gen::container<std::string>(
      rc::gen::element(',', '"', '\n', '\r', ' ', '=', '\\', 'a', 'z', '1', '.', '-'));
}

rc::Gen<double> number() {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 8), rc::gen::arbitrary<double>()), [](const auto& p) {
    return p.first == 0 || !std::isfinite(p.second) ? not_available : p.second;
  });
}

rc::Gen<double> finite() {
  return rc::gen::map(rc::gen::arbitrary<double>(), [](double x) { return std::isfinite(x) ? x : 1.0; });
}

// Starts grow with `repetition`, as time does.
Sample any_sample(int repetition, std::size_t extras) {
  Sample s;
  s.seconds = std::max(std::abs(*finite()), std::numeric_limits<double>::min());
  s.operations = std::abs(*finite());
  s.bytes = std::abs(*finite());
  s.launch = *rc::gen::inRange(0, 3);
  s.repetition = repetition;
  s.stage = *rc::gen::element(Stage::warmup, Stage::measure);
  s.start = repetition + *rc::gen::inRange(0, 1000) / 1024.0;
  s.cpu = *rc::gen::inRange(-1, 300);
  s.conditions = {*number(), *number(), *number(), *number(), *number(), *number(), *number(), *number()};
  s.extras = *rc::gen::container<std::vector<double>>(extras, number());
  return s;
}

Run any_run() {
  results::Run run;
  run.provenance = {*word(),
                    *word(),
                    "standard",
                    *word(),
                    *rc::gen::arbitrary<std::uint64_t>(),
                    State::complete,
                    *word(),
                    *word(),
                    {{"a", *word()}, {"a.b", *word()}, {"b.c.d", *word()}},
                    {*word(), *word()}};
  const int tables = *rc::gen::inRange(0, 3);
  for (int t = 0; t < tables; ++t) {
    Table table{"probe." + std::to_string(t),
                *word(),
                {*word(), *rc::gen::element(Unit::second, Unit::byte_per_second, Unit::per_second)},
                {},
                {}};
    table.axes = {{"size", Unit::byte, *word()}, {"kind " + *word(), Unit::text, *word()}};
    const int extras = *rc::gen::inRange(0, 3);
    for (int e = 0; e < extras; ++e) table.extras.push_back({"extra" + std::to_string(e), Unit::joule, *word()});
    const int points = *rc::gen::inRange(0, 4);
    for (int p = 0; p < points; ++p) {
      Measurement m{table.probe,
                    {},
                    table.quantity,
                    *rc::gen::element(Status::converged, Status::failed, Status::skipped),
                    {},
                    "why " + *word(),
                    {}};
      m.point.set("size", p + std::abs(*rc::gen::inRange(0, 1000)) / 1024.0);
      m.point.set(table.axes[1].name, *word());
      m.flags.quick = *rc::gen::arbitrary<bool>();
      m.flags.bimodal = *rc::gen::arbitrary<bool>();
      const int samples = *rc::gen::inRange(0, 12);
      for (int s = 0; s < samples; ++s) m.samples.push_back(any_sample(s, table.extras.size()));
      run.measurements.push_back(std::move(m));
    }
    const int launches = *rc::gen::inRange(0, 3);
    for (int l = 0; l < launches; ++l) {
      const auto cost = [] { return std::abs(*number()); };
      run.launches.push_back({table.probe, l, std::abs(*finite()), std::abs(*finite()), cost(), cost(), cost(), cost(),
                              cost(), cost(), cost()});
    }
    run.tables.push_back(std::move(table));
  }
  return run;
}

TEST(RunFolder, AnyRunReadsBackExactlyAndItsSummaryIsRebuilt) {
  EXPECT_TRUE(rc::check([] {
    const TemporaryFolder folder;
    const results::Run run = any_run();
    write_run(folder.path(), run);
    RC_ASSERT(same(read_run(folder.path()), run));
    for (const std::string& complaint : check_run(folder.path())) {
      RC_LOG() << complaint << '\n';
      RC_ASSERT(complaint.find("must not be empty") != std::string::npos);  // words may be
    }
  }));
}

}  // namespace
}  // namespace sextant::results
