// SPDX-License-Identifier: Apache-2.0
#include "results/record/privacy.hpp"

#include <gtest/gtest.h>

namespace sextant::results {
namespace {

TEST(Privacy, FindsWhatGivesAMachineAway) {
  EXPECT_EQ(private_piece("eth0 is 52:54:00:12:34:5f, up"), "52:54:00:12:34:5f");
  EXPECT_EQ(private_piece("52-54-00-12-34-5F"), "52-54-00-12-34-5F");
  EXPECT_EQ(private_piece("guid 00:11:22:33:44:55:66:77"), "00:11:22:33:44:55:66:77");
  EXPECT_EQ(private_piece("root=UUID=6f1d2c3b-0a1b-4c2d-8e3f-0123456789ab ro"), "6f1d2c3b-0a1b-4c2d-8e3f-0123456789ab");
  EXPECT_EQ(private_piece("built in /home/someone/sextant"), "/home/someone/sextant");
  EXPECT_EQ(private_piece("-fdebug-prefix-map=/b/src=."), "/b/src");
  EXPECT_EQ(private_piece("see file:///etc/x now"), "file:///etc/x");
  EXPECT_EQ(private_piece("(/opt/mpi)"), "/opt/mpi");
}

TEST(Privacy, LeavesWhatIsTheSameEverywhere) {
  for (const char* text :
       {"", "By/s", "1/s", "read/write", "/", "a / b", "/proc/cpuinfo", "write to /sys/devices/system/cpu/smt/control",
        "https://creativecommons.org/licenses/by/4.0/", "12:34:56", "2024-11-24T04:05:06Z", "0000:00:01.0",
        "20241124-1a2b3c", "footprint=16384 pattern=random", "9f:aa:bb:cc:dd"}) {
    EXPECT_EQ(private_piece(text), std::nullopt) << text;
  }
}

TEST(Privacy, AddressesAlone) {
  EXPECT_EQ(hardware_address("<info value=\"/devices/x\"/>"), std::nullopt);
  EXPECT_EQ(hardware_address("<info name=\"Address\" value=\"52:54:00:12:34:5f\"/>"), "52:54:00:12:34:5f");
}

}  // namespace
}  // namespace sextant::results
