// SPDX-License-Identifier: Apache-2.0
#include "results/record/profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "results/record/csv.hpp"
#include "results/record/sample.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::results {
namespace {

using testing::HasSubstr;

Profile example() {
  Profile profile;
  profile.machine = "machine, \"quoted\"";
  profile.parameters.push_back({"memory.read.bandwidth",
                                {12.5e9, 12.1e9, 12.9e9},
                                Unit::byte_per_second,
                                Source::fitted,
                                TransferClass::T0,
                                "footprint=268435456 threads=2",
                                "same device",
                                "run 1, rows 3 to 9",
                                ""});
  profile.parameters.push_back({"memory.read.bandwidth", exactly(80e9), Unit::byte_per_second, Source::datasheet,
                                TransferClass::T5, "", "as sold", "vendor, page 3", ""});
  profile.parameters.push_back({"gap",
                                {not_available, not_available, not_available},
                                Unit::second_per_byte,
                                Source::measured,
                                TransferClass::T1,
                                "bytes=8..32768",
                                "",
                                "",
                                "the interval holds zero"});
  profile.draws.columns = {"memory.read.bandwidth[footprint=268435456 threads=2]", "memory.read.bandwidth"};
  profile.draws.rows = {{12.4e9, 80e9}, {12.6e9, 0.1 + 0.2}};
  return profile;
}

TEST(Profile, ReadsBack) {
  const TemporaryFolder folder;
  const Profile wrote = example();
  write_profile(folder.path() / "p", wrote);
  const Profile read = read_profile(folder.path() / "p");
  EXPECT_EQ(read.machine, wrote.machine);
  EXPECT_EQ(read.draws.columns, wrote.draws.columns);
  EXPECT_EQ(read.draws.rows, wrote.draws.rows);
  ASSERT_EQ(read.parameters.size(), wrote.parameters.size());
  for (std::size_t i = 0; i < read.parameters.size(); ++i) {
    const Parameter &a = wrote.parameters[i], &b = read.parameters[i];
    EXPECT_EQ(key(a), key(b));
    EXPECT_TRUE(a.estimate.value == b.estimate.value || std::isnan(b.estimate.value));
    EXPECT_EQ(a.unit, b.unit);
    EXPECT_EQ(a.source, b.source);
    EXPECT_EQ(a.transfer, b.transfer);
    EXPECT_EQ(a.assumption + a.evidence + a.refused, b.assumption + b.evidence + b.refused);
  }
  EXPECT_EQ(find(read, "memory.read.bandwidth")->estimate.value, 80e9);
  EXPECT_EQ(find(read, "memory.read.bandwidth[footprint=268435456 threads=2]")->estimate.low, 12.1e9);
  EXPECT_EQ(find(read, "absent"), nullptr);
}

TEST(Profile, OlderDrawsDoNotStay) {
  const TemporaryFolder folder;
  Profile profile = example();
  write_profile(folder.path(), profile);
  profile.draws = {};
  write_profile(folder.path(), profile);
  EXPECT_TRUE(read_profile(folder.path()).draws.columns.empty());
}

std::string refusal(const std::string& rows) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "profile.csv")
      << "parameter,value,low,high,unit,source,transfer_class,validity,assumption,evidence,refused\n"
      << rows;
  try {
    read_profile(folder.path());
    return "read";
  } catch (const InvalidInput& error) {
    return error.what();
  }
}

TEST(Profile, DamageIsNamed) {
  EXPECT_EQ(refusal("a,1,1,1,s,assumed,T6,,,,\n"), "read");
  EXPECT_THAT(refusal("a,1,1,1,,assumed,T6,,,,\n"),
              HasSubstr("profile.csv:2: column 'unit': value '': unknown unit code"));
  EXPECT_THAT(refusal("a,1,1,1,s,guessed,T6,,,,\n"), HasSubstr("column 'source': value 'guessed'"));
  EXPECT_THAT(refusal("a,1,1,1,s,assumed,T7,,,,\n"), HasSubstr("column 'transfer_class': value 'T7'"));
  EXPECT_THAT(refusal("a,,,,s,assumed,T6,,,,\n"), HasSubstr("column 'value'"));
  EXPECT_THAT(refusal("a,3,1,2,s,assumed,T6,,,,\n"), HasSubstr("between low and high"));
  EXPECT_THAT(refusal("a,1,1,1,s,assumed,T6,,,,\na,1,1,1,s,assumed,T6,,,,\n"),
              HasSubstr("profile.csv:3: column 'parameter'"));
}

}  // namespace
}  // namespace sextant::results
