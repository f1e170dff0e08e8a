// SPDX-License-Identifier: Apache-2.0
// Rows that cannot be: one sentence each, from a check and from reading alike.
#include "results/record/run_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fstream>
#include <set>

#include "results/record/example_run.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::results {
namespace {

using testing::HasSubstr;

// The one complaint about a run once it was damaged, which reading it gives word for word.
template <class Damage>
std::string complaint(Damage damage, const std::string& source = "") {
  const TemporaryFolder folder;
  results::Run run = example_run();
  run.provenance.source = source;
  damage(run);
  write_run(folder.path(), run);
  const auto all = check_run(folder.path());
  if (all.size() != 1) return std::to_string(all.size()) + " complaints";
  try {
    read_run(folder.path());
    return "read";
  } catch (const InvalidInput& error) {
    return all[0] == error.what() ? all[0] : "read otherwise: " + std::string(error.what());
  }
}

// The same where a cell is replaced by a text that no program writes: column `column` of line `line` of a file.
std::string complaint_about(const char* file, int line, const std::string& before, const std::string& after) {
  const TemporaryFolder folder;
  write_run(folder.path(), example_run());
  std::string text = read_text(folder.path() / file);
  std::size_t begin = 0;
  for (int i = 1; i < line; ++i) begin = text.find('\n', begin) + 1;
  const std::size_t at = text.find(before, begin);
  if (at == std::string::npos || at > text.find('\n', begin)) throw std::runtime_error(before + " is not in that line");
  text.replace(at, before.size(), after);
  std::ofstream(folder.path() / file, std::ios::binary) << text;
  const auto all = check_run(folder.path());
  EXPECT_THROW(read_run(folder.path()), InvalidInput);
  return all.size() == 1 ? all[0] : std::to_string(all.size()) + " complaints";
}

TEST(Rows, EverySampleTakesTime) {
  for (const std::string source : {"", "a paper"}) {
    EXPECT_THAT(complaint([](results::Run& run) { run.measurements[0].samples[2].seconds = 0; }, source),
                HasSubstr("memory.read.csv:4: column 'seconds': value '0': every sample takes time: remove the row"));
    EXPECT_THAT(complaint([](results::Run& run) { run.measurements[0].samples[0].seconds = 0; }, source),
                HasSubstr("memory.read.csv:2: column 'seconds': value '0': every sample takes time"));  // warm-up
    EXPECT_THAT(complaint([](results::Run& run) { run.measurements[0].samples[2].seconds = -0.0; }, source),
                HasSubstr("memory.read.csv:4: column 'seconds': value '-0': every sample takes time"));
    EXPECT_THAT(complaint([](results::Run& run) { run.measurements[0].samples[2].seconds = -1; }, source),
                HasSubstr("memory.read.csv:4: column 'seconds': value '-1': cannot be negative: remove the row"));
    EXPECT_THAT(complaint([](results::Run& run) { run.measurements[0].samples[2].seconds = not_available; }, source),
                HasSubstr("memory.read.csv:4: column 'seconds': value '': write a number"));
  }
  for (const std::string text : {"nan", "inf", "-inf", "1e999", "0x1p3", "1 s"}) {
    EXPECT_THAT(complaint_about("memory.read.csv", 4, "0.0102", text),
                HasSubstr("memory.read.csv:4: column 'seconds': value '" + text + "': write a number"));
  }
}

TEST(Rows, WorkIsNotNegative) {
  EXPECT_THAT(complaint([](results::Run& run) { run.measurements[0].samples[2].operations = -1; }),
              HasSubstr("memory.read.csv:4: column 'operations': value '-1': cannot be negative"));
  EXPECT_THAT(complaint([](results::Run& run) { run.measurements[0].samples[2].bytes = -1; }),
              HasSubstr("memory.read.csv:4: column 'bytes': value '-1': cannot be negative"));
}

TEST(Rows, TimeDoesNotGoBackwardsWithinALaunchAtAPoint) {
  EXPECT_THAT(
      complaint([](results::Run& run) { run.measurements[0].samples[5].start = 0.25; }),  // launch 1: 0.3 before
      HasSubstr("memory.read.csv:7: column 'start': value '0.25': earlier than the sample before it in launch "
                "1, at 0.30000000000000004: the clock was set back"));
  EXPECT_THAT(complaint([](results::Run& run) { run.measurements[0].samples[0].start = -1; }),
              HasSubstr("memory.read.csv:2: column 'start': value '-1': cannot be negative"));
  // Another launch has a clock reading of its own, and so have the rows of another point: a run that was published
  // stands point by point.
  const TemporaryFolder folder;
  results::Run run = example_run();
  for (Sample& sample : run.measurements[0].samples) sample.start = sample.launch == 0 ? 5 : 1;
  write_run(folder.path(), run);
  EXPECT_THAT(check_run(folder.path()), testing::IsEmpty());
}

TEST(Rows, ASampleStandsOnce) {
  EXPECT_THAT(complaint([](results::Run& run) { run.measurements[0].samples[4].repetition = 1; }),
              HasSubstr("memory.read.csv:6: column 'repetition': value '1': this sample stands twice"));
}

TEST(Rows, LaunchesArePossible) {
  EXPECT_THAT(complaint([](results::Run& run) { run.launches[1].seconds = -0.5; }),
              HasSubstr("launches.csv:3: column 'seconds': value '-0.5': a process cannot end before it starts"));
  EXPECT_THAT(complaint([](results::Run& run) { run.launches[1].start = -1; }),
              HasSubstr("launches.csv:3: column 'start': value '-1': cannot be negative"));
  EXPECT_THAT(complaint([](results::Run& run) { run.launches[0].steal = -1; }),
              HasSubstr("launches.csv:2: column 'steal': value '-1': cannot be negative"));
  EXPECT_THAT(complaint([](results::Run& run) { run.launches[0].seconds = not_available; }),
              HasSubstr("launches.csv:2: column 'seconds': value '': write a number"));
  EXPECT_THAT(complaint([](results::Run& run) { run.launches[1] = run.launches[0]; }),
              HasSubstr("launches.csv:3: column 'launch': value '0': this process stands twice"));
  EXPECT_THAT(complaint_about("launches.csv", 2, "memory.read", "memory.write"),
              HasSubstr("launches.csv:2: column 'probe': value 'memory.write': has no table in datapackage.json"));
  EXPECT_THAT(complaint_about("launches.csv", 1, "steal", "stolen"), HasSubstr("launches.csv:1: column 7"));
}

TEST(Rows, ALaunchMayHaveBeenCompletedByASecondProcess) {
  const TemporaryFolder folder;
  results::Run run = example_run();
  run.launches[1].launch = run.launches[0].launch;
  run.launches[1].start = run.launches[0].start + 10;
  write_run(folder.path(), run);
  EXPECT_THAT(check_run(folder.path()), testing::IsEmpty());
}

TEST(Rows, NumberSetIsASet) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& numbers) {
    NumberSet set;
    std::set<int> known;
    for (const int number : numbers) RC_ASSERT(set.insert(number) == known.insert(number).second);
  }));
}

TEST(Rows, SampleBlocksKeepTheOrderOverManyBlocks) {
  SampleBlocks blocks;
  for (int i = 0; i < 5000; ++i) {
    Sample sample;
    sample.repetition = i;
    blocks.add(sample);
  }
  const auto samples = blocks.take();
  ASSERT_EQ(samples.size(), 5000u);
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(samples[static_cast<std::size_t>(i)].repetition, i);
  EXPECT_TRUE(blocks.take().empty());
}

}  // namespace
}  // namespace sextant::results
