// SPDX-License-Identifier: Apache-2.0
// Folders of earlier schema versions stay readable: captures/ holds one that such a program wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/summary.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path captures = std::filesystem::path(SEXTANT_SOURCE_DIR) / "results/record/captures";
const std::filesystem::path first = captures / "schema-1", second = captures / "schema-2";

// A copy of the folder of version 1 with `before` replaced by `after` in a file.
void edit(const std::filesystem::path& copy, const char* file, const std::string& before, const std::string& after) {
  using std::filesystem::copy_options;
  std::filesystem::copy(first, copy, copy_options::recursive | copy_options::overwrite_existing);
  std::string text = read_text(copy / file);
  const auto at = text.find(before);
  if (at == std::string::npos) throw std::runtime_error("'" + before + "' is not in " + file);
  text.replace(at, before.size(), after);
  std::ofstream(copy / file, std::ios::binary) << text;
}

TEST(Version, AFolderOfVersionOneIsReadAndWhatItHasNoColumnForIsNotAvailable) {
  const results::Run run = read_run(first);
  EXPECT_EQ(run.provenance.schema, 1);
  ASSERT_EQ(run.measurements.size(), 6u);
  const Sample& sample = run.measurements[0].samples[0];
  EXPECT_EQ(sample.seconds, 0.0050183569992441335);
  EXPECT_EQ(sample.conditions.run_delay, 0);
  EXPECT_TRUE(std::isnan(sample.conditions.cpu_seconds));
  EXPECT_TRUE(std::isnan(sample.conditions.canary_device));
  EXPECT_EQ(run.measurements[3].samples[0].extras.size(), 1u);  // what follows the columns of every sample
  EXPECT_EQ(run.measurements[3].samples[0].extras[0], 1.2900000001536682e-07);
  EXPECT_THAT(run.launches, IsEmpty());
}

TEST(Version, AFolderOfVersionOneIsCheckedByWhatHasNotChangedSince) {
  EXPECT_THAT(check_run(first), IsEmpty());
  const TemporaryFolder copy;
  edit(copy.path(), "summary.csv", "1.108848943237794e-09", "1.108848943237795e-09");
  EXPECT_THAT(check_run(copy.path()), ElementsAre(HasSubstr("summary.csv:2: column 'median'")));
  edit(copy.path(), "summary.csv", "1.1006407340174514e-09", "1.1e-09");  // low: computed otherwise today
  EXPECT_THAT(check_run(copy.path()), IsEmpty());
  edit(copy.path(), "memory.latency.csv", ",run_delay\n", ",run_delay,cpu_seconds\n");
  EXPECT_THAT(check_run(copy.path()), ElementsAre(HasSubstr("column 13: value 'cpu_seconds'")));
}

TEST(Version, AFolderOfVersionTwoIsReadAndCheckedAndHasNoStates) {
  const results::Run run = read_run(second);
  EXPECT_EQ(run.provenance.schema, 2);
  ASSERT_EQ(run.measurements.size(), 2u);
  const Sample& sample = run.measurements[0].samples[0];
  EXPECT_GT(sample.conditions.canary_compute, 0);
  EXPECT_TRUE(std::isnan(sample.conditions.canary_message));
  EXPECT_TRUE(std::isnan(sample.conditions.canary_change));
  EXPECT_GT(run.canaries.compute, 0);
  EXPECT_TRUE(run.canaries.states.levels.empty());
  EXPECT_TRUE(canary_medians(run).states.levels.empty());
  EXPECT_THAT(check_run(second), IsEmpty());
  const TemporaryFolder copy;
  write_run(copy.path(), run);
  EXPECT_EQ(read_run(copy.path()).provenance.schema, schema_version);
  EXPECT_THAT(check_run(copy.path()), IsEmpty());
}

TEST(Version, AFolderOfVersionOneIsNotGoneOnWith) {
  const TemporaryFolder copy;
  edit(copy.path(), "datapackage.json", "\"complete\"", "\"interrupted\"");
  const results::Run run = read_run(copy.path());
  const std::string before = read_text(copy.path() / "summary.csv");
  try {
    RunFolder::open(copy.path(), run);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("begun in schema version 1 and this program writes version 3: finish it with"));
  }
  EXPECT_EQ(read_text(copy.path() / "summary.csv"), before);
  EXPECT_FALSE(std::filesystem::exists(copy.path() / "launches.csv"));
}

TEST(Version, WrittenAnewAFolderOfVersionOneIsOfOurs) {
  const TemporaryFolder copy;
  write_run(copy.path(), read_run(first));
  EXPECT_EQ(read_run(copy.path()).provenance.schema, schema_version);
  EXPECT_THAT(check_run(copy.path()), IsEmpty());
}

TEST(Version, ANewerOneAndOneThatIsNoneAreRefused) {
  const auto complaint = [](const char* version) {
    const TemporaryFolder copy;
    edit(copy.path(), "datapackage.json", "\"schema_version\": 1", std::string("\"schema_version\": ") + version);
    const auto all = check_run(copy.path());
    EXPECT_THROW(read_run(copy.path()), InvalidInput);
    return all.empty() ? "sound" : all.front();
  };
  EXPECT_THAT(complaint("4"), HasSubstr("schema_version 4: this program reads schema version 3 and earlier ones: use a "
                                        "newer Sextant"));
  EXPECT_THAT(complaint("0"), HasSubstr("schema_version 0: write the version"));
  EXPECT_THAT(complaint("1.5"), HasSubstr("schema_version 1.5: write the version"));
  EXPECT_THAT(complaint("\"1\""), HasSubstr("schema_version \"1\": write the version"));
}

}  // namespace
}  // namespace sextant::results
