// SPDX-License-Identifier: Apache-2.0
// Every sweep that is shipped reads, runs and has an answer against its baselines.
#include <gtest/gtest.h>

#include <set>

#include "analysis/sweep/break_even.hpp"
#include "analysis/sweep/evaluate.hpp"
#include "analysis/sweep/sweep_text.hpp"
#include "analysis/uncertainty/example_profile.hpp"

namespace sextant::analysis {
namespace {

namespace fs = std::filesystem;

// A shipped file, in the folder itself or in one below.
FindFile below(const fs::path& folder) {
  return [folder](const std::string& name) -> fs::path {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().filename() == name + ".toml") return entry.path();
    }
    throw std::runtime_error("no file is named " + name);
  };
}

std::vector<fs::path> shipped() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(example::analysis_folder() / "sweeps")) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  return files;
}

Space space_of(const fs::path& file) {
  const fs::path folder = example::analysis_folder();
  return read_space(read_sweep(file), example::catalogue(), below(folder / "workloads"), below(folder / "designs"),
                    folder / "designs");
}

TEST(ShippedSweeps, AreAtLeastOneForEachDirection) { EXPECT_GE(shipped().size(), 4u); }

TEST(ShippedSweeps, EveryPointHasAnAnswerOrAReason) {
  const ProjectionOptions options{.draws = 16};
  const results::Profile profile = example::profile();
  for (const fs::path& file : shipped()) {
    const Space space = space_of(file);
    EXPECT_FALSE(space.sweep.title.empty()) << file;
    const BaselineDraws baselines = baseline_draws(space, profile, options);
    int times = 0;
    for (const SpacePoint& point : points(space)) {
      const Answer answer = answer_at(space, point, baselines, profile, options);
      EXPECT_EQ(answer.projection.refused, "") << file;
      EXPECT_NE(answer.projection.fits, !answer.projection.reason.empty()) << file;
      times += answer.projection.time_per_token.p50 > 0 ? 1 : 0;
    }
    EXPECT_GT(times, 0) << file;
  }
}

TEST(ShippedSweeps, EveryLineIsAnsweredAgainstTheBaselines) {
  const results::Profile profile = example::profile();
  for (const fs::path& file : shipped()) {
    const Space space = space_of(file);
    std::set<std::string> baselines;
    for (const Question& question : questions(space)) {
      const BreakEven answer = break_even(space, question, profile, {.draws = 4});
      EXPECT_NE(answer.outcome, Outcome::refused) << file << answer.reason;
      EXPECT_FALSE(sentence(space, answer).empty());
      baselines.insert(space.against[question.baseline].name);
    }
    const bool servers = baselines.contains("h100x8") && baselines.contains("b200x8");
    EXPECT_TRUE(servers || baselines.contains("phone")) << file;  // a phone is no rival of eight GPUs
  }
}

}  // namespace
}  // namespace sextant::analysis
