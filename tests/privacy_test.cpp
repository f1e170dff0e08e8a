// SPDX-License-Identifier: Apache-2.0
#include "tests/privacy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sextant::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// No machine's: made up, so that this file itself holds nothing of the one it runs on.
const Identity invented{.host = "cedar-node17",
                        .user = "ada",
                        .home = "/home/ada",
                        .checkout = "/data/ada/checkout",
                        .unique = {"52:54:00:12:34:56", "SN-4711-XY"}};
const Identity plain{.host = "vm", .user = "root", .home = "/vm-home", .checkout = "/src", .unique = {}};

std::vector<std::string> judge(const std::string& path, const std::string& text, const Identity& identity) {
  return leaks({{path, text}}, identity);
}

TEST(Privacy, NoFileOfTheTreeNamesThisMachine) {
  const auto files = files_below(SEXTANT_SOURCE_DIR);
  ASSERT_GT(files.size(), 20u);
  EXPECT_THAT(leaks(files, identity_of_this_machine(SEXTANT_SOURCE_DIR)), IsEmpty());
}

TEST(Privacy, FindsWhatNamesAMachine) {
  EXPECT_THAT(judge("a.md", "one\nmeasured on cedar-node17.\n", invented),
              IsEmpty());  // another name: cedar-node17.<domain>
  EXPECT_THAT(judge("a.md", "one\nmeasured on cedar-node17, at night\n", invented),
              ElementsAre("a.md:2: holds the host name"));
  EXPECT_THAT(judge("a.txt", "mac=52:54:00:12:34:56", invented), ElementsAre(HasSubstr("hardware address")));
  EXPECT_THAT(judge("a.xml", "<info name=\"x\" value=\"sn-4711-xy\"/>", invented), ElementsAre(HasSubstr("serial")));
  EXPECT_THAT(judge("a.json", "{\"file\": \"/home/ada/run\"}", invented), ElementsAre(HasSubstr("home folder")));
  EXPECT_THAT(judge("a.cpp", "// see /data/ada/checkout/results", invented), ElementsAre(HasSubstr("checkout")));
  EXPECT_THAT(judge("a.csv", "name,by\nx,ada\n", invented), ElementsAre("a.csv:2: holds the user name as a value"));
}

TEST(Privacy, ShortNamesCountOnlyAsWholeValues) {
  EXPECT_THAT(judge("a.md", "run as root in a vm, from the root path; see /src\n", plain),
              ElementsAre(HasSubstr("checkout")));
  EXPECT_THAT(judge("a.cpp", "const auto root = \"root\"; // vm", plain), IsEmpty());
  EXPECT_THAT(judge("a.json", "{\"root\": \"/\", \"kind\": \"a vm\"}", plain), IsEmpty());
  EXPECT_THAT(judge("a.json", "{\"host\": \"vm\"}", plain), ElementsAre(HasSubstr("host name as a value")));
  EXPECT_THAT(judge("a.json", "[\"root\"]", plain), ElementsAre(HasSubstr("user name as a value")));
  EXPECT_THAT(judge("a.xml", "<info name=\"HostName\" value=\"vm\"/>", plain), ElementsAre(HasSubstr("host name")));
  EXPECT_THAT(judge("a.csv", "vm,1\n", plain), ElementsAre(HasSubstr("host name")));
  EXPECT_THAT(judge("a.csv", "vm scale,vmx\n", plain), IsEmpty());
}

TEST(Privacy, PathsAreWholePaths) {
  EXPECT_THAT(judge("a.md", "${root}/src and lib/src and ./src, https://x.org/src", plain), IsEmpty());
  EXPECT_THAT(judge("a.md", "the folder /vm-home alone says nothing", plain), IsEmpty());
  EXPECT_THAT(judge("a.md", "copied to /vm-home/notes", plain), ElementsAre(HasSubstr("home folder")));
}

}  // namespace
}  // namespace sextant::tests
