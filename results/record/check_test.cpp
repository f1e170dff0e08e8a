// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "results/record/csv.hpp"
#include "results/record/example_run.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::results {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// What `sextant check` says once `before` is replaced by `after` in a file of a sound folder.
std::vector<std::string> complaints(const char* file, const std::string& before, const std::string& after) {
  const TemporaryFolder folder;
  write_run(folder.path(), example_run());
  std::string text = read_text(folder.path() / file);
  const auto at = text.find(before);
  if (at == std::string::npos) throw std::runtime_error("'" + before + "' is not in " + file);
  text.replace(at, before.size(), after);
  std::ofstream(folder.path() / file, std::ios::binary) << text;
  return check_run(folder.path());
}

constexpr const char* first_row = "\n16384,\"in order, fast\",0,0,warmup,0.01,";

TEST(Check, AnotherSchemaVersionIsOneClearError) {
  EXPECT_THAT(complaints("datapackage.json", "\"schema_version\": 3", "\"schema_version\": 7"),
              ElementsAre(HasSubstr("schema_version 7: this program reads schema version 3")));
}

TEST(Check, DamagedDescriptionIsNamed) {
  EXPECT_THAT(complaints("datapackage.json", "{", "["), ElementsAre(HasSubstr("datapackage.json: ")));
  EXPECT_THAT(complaints("datapackage.json", "\"unit\": \"By\"", "\"unit\": \"furlong\""),
              ElementsAre(HasSubstr("'furlong'")));
  EXPECT_THAT(complaints("datapackage.json", "\"unit\": \"By\"", "\"units\": \"By\""), ElementsAre(HasSubstr("unit")));
  EXPECT_THAT(complaints("datapackage.json", "\"state\": \"complete\"", "\"state\": \"running\""),
              ElementsAre(HasSubstr("--resume")));
  EXPECT_THAT(complaints("datapackage.json", "\"mode\": \"quick\"", "\"mode\": \"fast\""),
              ElementsAre(HasSubstr("'fast'")));
  EXPECT_THAT(complaints("environment.json", "{", ""), Contains(HasSubstr("environment.json: ")));
}

TEST(Check, EveryCellIsRead) {
  EXPECT_THAT(complaints("memory.read.csv", first_row, "\n16384,\"in order, fast\",0,0,warmup,slow,"),
              ElementsAre(HasSubstr("memory.read.csv:2: column 'seconds': value 'slow': write a number")));
  EXPECT_THAT(complaints("memory.read.csv", first_row, "\n16384,\"in order, fast\",0,0,warmup,-1,"),
              ElementsAre(HasSubstr("memory.read.csv:2: column 'seconds': value '-1'")));
  EXPECT_THAT(complaints("memory.read.csv", first_row, "\n16384,\"in order, fast\",0,0,early,0.01,"),
              ElementsAre(HasSubstr("memory.read.csv:2: column 'stage': value 'early': 'early' is no stage")));
  EXPECT_THAT(complaints("memory.read.csv", first_row, "\n16384,\"in order, fast\",0.5,0,warmup,0.01,"),
              ElementsAre(HasSubstr("column 'launch': value '0.5': write a whole number")));
  EXPECT_THAT(complaints("memory.read.csv", first_row, "\n,\"in order, fast\",0,0,warmup,0.01,"),
              ElementsAre(HasSubstr("memory.read.csv:2: column 'footprint': value ''")));
  EXPECT_THAT(complaints("memory.read.csv", first_row, "\n999,\"in order, fast\",0,0,warmup,0.01,"),
              ElementsAre(HasSubstr("is not in summary.csv")));
  EXPECT_THAT(complaints("memory.read.csv", first_row, "\n16384,\"in order, fast\",1,0,warmup,0.01,"),
              ElementsAre(HasSubstr("memory.read.csv:3: column 'repetition': value '0': this sample stands twice")));
}

TEST(Check, FilesAndHeadersMatchTheSchema) {
  EXPECT_THAT(
      complaints("memory.read.csv", ",seconds,", ",milliseconds,"),
      ElementsAre(HasSubstr(
          "memory.read.csv:1: column 6: value 'milliseconds': the schema in datapackage.json wants 'seconds'")));
  EXPECT_THAT(complaints("summary.csv", ",median,", ",mean,"),
              ElementsAre(HasSubstr("summary.csv:1: column 10: value 'mean'")));
  EXPECT_THAT(complaints("memory.read.csv", first_row, "\n1,2,"),
              ElementsAre(HasSubstr("memory.read.csv:2: the row has")));
  const TemporaryFolder folder;
  write_run(folder.path(), example_run());
  std::filesystem::remove(folder.path() / "sync.barrier.csv");
  EXPECT_THAT(check_run(folder.path()), ElementsAre(HasSubstr("sync.barrier.csv: cannot be read")));
  EXPECT_THAT(check_run(folder.path() / "absent"), ElementsAre(HasSubstr("datapackage.json: cannot be read")));
}

TEST(Check, SummaryIsRebuiltFromTheRows) {
  EXPECT_THAT(complaints("memory.read.csv", "measure,0.0106,", "measure,0.01060000001,"),
              Contains(HasSubstr("summary.csv:2: column 'median'")));
  const double median = summarise(example_run().measurements[0]).median;
  EXPECT_THAT(
      complaints("summary.csv", "," + number_text(median) + ",", "," + number_text(std::nextafter(median, 0)) + ","),
      ElementsAre(HasSubstr("the raw rows give '" + number_text(median))));
  EXPECT_THAT(complaints("summary.csv", ",10,2,", ",11,2,"),
              ElementsAre(HasSubstr("summary.csv:2: column 'n': value '11': the raw rows give '10'")));
  EXPECT_THAT(complaints("summary.csv", "threads=2,latency,s,not_converged,,Time was up.,0,0,,",
                         "threads=2,latency,s,not_converged,,Time was up.,0,0,1,"),
              ElementsAre(HasSubstr("summary.csv:4: column 'median': value '1': the raw rows give ''")));
}

TEST(Check, StatusFlagsAndReasons) {
  EXPECT_THAT(complaints("summary.csv", "converged", "fine"),
              ElementsAre(HasSubstr("summary.csv:2: column 'status': value 'fine'")));
  EXPECT_THAT(complaints("summary.csv", "quick virtualised", "quick lucky"),
              ElementsAre(HasSubstr("summary.csv:2: column 'flags': value 'quick lucky': 'lucky'")));
  EXPECT_THAT(complaints("summary.csv", "Too little memory.", ""),
              ElementsAre(HasSubstr("summary.csv:3: column 'reason': value ''")));
  EXPECT_THAT(complaints("summary.csv", "threads=2", "threads=two"),
              ElementsAre(HasSubstr("summary.csv:4: column 'point'")));
  EXPECT_THAT(complaints("summary.csv", "latency,s,", "latency,1/s,"),
              Contains(HasSubstr("differs from that in datapackage.json")));
}

TEST(Check, NothingGivesTheMachineAway) {
  EXPECT_THAT(complaints("summary.csv", "Too little memory.", "No room in /home/someone/x."),
              ElementsAre(HasSubstr(
                  "summary.csv:3: column 'reason': value 'No room in /home/someone/x.': '/home/someone/x.'")));
  EXPECT_THAT(complaints("environment.json", "boost is on", "eth0 52:54:00:12:34:5f"),
              ElementsAre(HasSubstr("52:54:00:12:34:5f")));
  EXPECT_THAT(complaints("topology.xml", "<topology/>", "<info name=\"Address\" value=\"52:54:00:12:34:5f\"/>"),
              ElementsAre(HasSubstr("topology.xml:1: value '52:54:00:12:34:5f'")));
}

TEST(Check, TheCanariesOfThePackageAreThoseOfTheRows) {
  EXPECT_THAT(complaints("datapackage.json", "\"compute\": 0.0001", "\"compute\": 0.0002"),
              testing::Contains(HasSubstr("datapackage.json: canaries.compute: value '0.0002")));
}

TEST(Check, ManyComplaintsAreCounted) {
  const TemporaryFolder folder;
  write_run(folder.path(), example_run());
  std::ofstream rows(folder.path() / "sync.barrier.csv", std::ios::app);
  for (int i = 0; i < 50; ++i) rows << "3,0," << i << ",measure,1,1,1,0,0,,,,,,,,,,,\n";
  rows.close();
  const auto all = check_run(folder.path());
  EXPECT_THAT(all, SizeIs(21));
  EXPECT_THAT(all.back(), HasSubstr("sync.barrier.csv: and 30 more complaints"));
}

}  // namespace
}  // namespace sextant::results
