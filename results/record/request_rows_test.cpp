// SPDX-License-Identifier: Apache-2.0
#include "results/record/request_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "results/record/example_run.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* file = "memory.read.requests.csv";

Run telling_run() {
  Run run = example_run();
  run.tables[0].request = Column{"latency", Unit::second, "time of the request"};
  for (Sample& sample : run.measurements[0].samples) {
    if (sample.stage == Stage::measure) sample.requests = {1e-4, 1e-4 / 3, 0};
  }
  return run;
}

class RequestTable : public testing::Test {
 protected:
  RequestTable() { write_run(folder_.path(), telling_run()); }

  void replace(const std::string& from, const std::string& to) {
    std::string text = read_text(folder_.path() / file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    std::ofstream(folder_.path() / file, std::ios::binary) << text;
  }

  TemporaryFolder folder_;
};

TEST_F(RequestTable, ReadsBackAndIsSound) {
  EXPECT_THAT(check_run(folder_.path()), IsEmpty());
  const auto read = read_run(folder_.path());
  ASSERT_TRUE(read.tables[0].request);
  EXPECT_EQ(read.tables[0].request, telling_run().tables[0].request);
  EXPECT_FALSE(read.tables[1].request);
  for (const Sample& sample : read.measurements[0].samples) {
    if (sample.stage == Stage::measure) {
      EXPECT_THAT(sample.requests, ElementsAre(1e-4, 1e-4 / 3, 0));
    } else {
      EXPECT_THAT(sample.requests, IsEmpty());
    }
  }
  EXPECT_THAT(read_text(folder_.path() / file), HasSubstr("footprint,pattern,launch,repetition,request,latency\n"));
}

TEST_F(RequestTable, IsKeptWhereARunIsWrittenAnew) {
  const TemporaryFolder other;
  write_run(other.path() / "published", read_run(folder_.path()));
  EXPECT_EQ(read_text(other.path() / "published" / file), read_text(folder_.path() / file));
}

TEST_F(RequestTable, DamageIsNamed) {
  const std::string row = "16384,\"in order, fast\",0,1,1,";
  replace(row, "16384,\"in order, fast\",0,1,2,");
  EXPECT_THAT(check_run(folder_.path()).at(0), HasSubstr("does not follow from the row before it"));
  replace("16384,\"in order, fast\",0,1,2,", row);
  replace(row + "3.3333333333333335e-05", row + "-1");
  EXPECT_THAT(check_run(folder_.path()).at(0), HasSubstr("cannot be negative"));
  replace(row + "-1", row + "3.3333333333333335e-05");
  EXPECT_THAT(check_run(folder_.path()), IsEmpty());
  replace("16384,\"in order, fast\",0,1,0,", "16384,\"in order, fast\",0,99,0,");
  EXPECT_THAT(check_run(folder_.path()).at(0), HasSubstr("no such sample"));
}

TEST_F(RequestTable, AKillLeavesWholeRows) {
  const std::string text = read_text(folder_.path() / file);
  std::ofstream(folder_.path() / file, std::ios::binary) << text.substr(0, text.size() - 5);
  const auto left = read_run(folder_.path(), true);
  EXPECT_EQ(left.measurements[0].samples.back().requests.size(), 2u);
  RunFolder::open(folder_.path(), left);
  EXPECT_THAT(check_run(folder_.path()), IsEmpty());
}

}  // namespace
}  // namespace sextant::results
