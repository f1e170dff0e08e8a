// SPDX-License-Identifier: Apache-2.0
#include "results/record/states.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "results/record/csv.hpp"
#include "results/record/example_run.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/run_package.hpp"
#include "results/record/temporary_folder.hpp"
#include "results/record/write_file.hpp"

namespace sextant::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A run of one barrier. In the second state messages take 1.9 times as long, and the barrier `ratio` times; it holds for
// `far` launches of ten.
Run barriers(int far, double ratio) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> noise(0, 0.03);
  Run run = example_run();
  run.launches.clear();
  run.canaries = {};
  run.tables = {run.tables[1]};
  Measurement barrier = run.measurements[2];
  for (int i = 0; i < 200; ++i) {
    const bool second = (i / 20) % 10 < far;
    Sample sample;
    sample.seconds = 0.01 * (second ? ratio : 1) * std::exp(noise(random));
    sample.operations = 1000;
    sample.launch = i / 20;
    sample.repetition = i % 20;
    sample.start = 0.1 * i;
    sample.conditions.canary_message = 1e-7 * (second ? 1.9 : 1) * std::exp(noise(random));
    sample.conditions.canary_together = 4e-4 * std::exp(noise(random));
    sample.conditions.canary_change = 1.02;
    barrier.samples.push_back(sample);
  }
  run.measurements = {barrier};
  return run;
}

TEST(RunStates, APointInTwoStatesThatDifferIsBimodalAndSaysWhatTheyAre) {
  results::Run run = barriers(3, 1.8);
  flag_noise(run);
  const Summary summary = summarise(run.measurements[0], run.canaries);
  EXPECT_EQ(summary.states, 2);
  EXPECT_EQ(summary.main_share, 0.7);
  EXPECT_NEAR(summary.state_ratio, 1.8, 0.05);
  EXPECT_EQ(summary.unsettled, 0);
  EXPECT_TRUE(run.measurements[0].flags.bimodal);
  EXPECT_THAT(state_note(summary), HasSubstr("2 states, 70 % in the main one, another takes 1."));
}

TEST(RunStates, StatesThatDoNotTouchAPointAreToldWithoutAFlag) {
  results::Run run = barriers(3, 1);
  flag_noise(run);
  const Summary summary = summarise(run.measurements[0], run.canaries);
  EXPECT_EQ(summary.states, 2);
  EXPECT_FALSE(run.measurements[0].flags.bimodal);
  EXPECT_EQ(state_note(summary), "2 states, 70 % in the main one");
}

TEST(RunStates, OneStateIsNotWorthAWord) {
  results::Run run = barriers(0, 1);
  flag_noise(run);
  const Summary summary = summarise(run.measurements[0], run.canaries);
  EXPECT_EQ(summary.states, 1);
  EXPECT_EQ(summary.main_share, 1);
  EXPECT_EQ(state_note(summary), "");
}

TEST(RunStates, SamplesTakenWhileTheStateChangedAreInNone) {
  results::Run run = barriers(3, 1.8);
  auto& samples = run.measurements[0].samples;
  for (std::size_t i = 0; i < samples.size(); i += 4) samples[i].conditions.canary_change = 1.9;
  const Summary summary = summarise(run.measurements[0], canary_medians(run));
  EXPECT_EQ(summary.unsettled, 50);
  EXPECT_EQ(summary.main_share, 0.525);
  EXPECT_THAT(state_note(summary), HasSubstr("; the state changed during 25 %"));
  EXPECT_EQ(state_of(samples[0], canary_medians(run).states), -1);
  EXPECT_EQ(summary.n, 200);  // nothing is dropped
}

TEST(RunStates, AreKeptInTheFolderAndCheckedAgainstItsRows) {
  const TemporaryFolder folder;
  results::Run run = barriers(3, 1.8);
  flag_noise(run);
  write_run(folder.path(), run);
  EXPECT_THAT(check_run(folder.path()), IsEmpty());
  EXPECT_EQ(read_run(folder.path()).canaries.states, run.canaries.states);
  EXPECT_EQ(run.canaries.states.levels.size(), 2u);
  EXPECT_THAT(state_remarks(folder.path()), ElementsAre(HasSubstr("sync.barrier threads=2: 2 states, 70 %")));
  std::string package = read_text(folder.path() / package_file);
  const auto at = package.find("\"message\"", package.find("\"states\": {"));
  package.insert(package.find('[', at) + 1, "1e-9,");
  replace_file(folder.path() / package_file, package);
  EXPECT_THAT(check_run(folder.path()), testing::Contains(HasSubstr("states: the raw rows give others")));
}

}  // namespace
}  // namespace sextant::results
