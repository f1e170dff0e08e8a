// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/topology.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "results/record/csv.hpp"

namespace sextant::probes {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string fixture() {
  return results::read_text(std::filesystem::path(SEXTANT_SOURCE_DIR) / "probes/machine/captures/two-nodes-hmat.xml");
}

// The fixture with everything in it that could name a machine.
std::string with_secrets() {
  auto xml = fixture();
  const auto put = [&](std::string_view before, std::string_view text) { xml.insert(xml.find(before), text); };
  put("<info name=\"Architecture\"",
      "<info name=\"DMIProductUUID\" value=\"5ec7e7-uuid\"/>\n<info name=\"LinuxCgroup\" "
      "value=\"/user/5ec7e7-group\"/>\n");
  const auto host = xml.find("(none)");
  xml.replace(host, 6, "5ec7e7-host");
  const auto serial = xml.find("DMIChassisSerial\" value=\"") + 25;
  xml.insert(serial, "5ec7e7-serial");
  put("<object type=\"PCIDev\" gp_index=\"28\"",
      "<object type=\"PCIDev\" gp_index=\"40\" pci_busid=\"0000:00:03.0\" pci_type=\"0200 [8086:100e] [1af4:1100] 03\" "
      "pci_link_speed=\"0.000000\">\n<object type=\"OSDev\" gp_index=\"41\" name=\"enx5ec7e7abcdef\" "
      "osdev_type=\"2\">\n"
      "<info name=\"Address\" value=\"5e:c7:e7:ab:cd:ef\"/>\n</object>\n</object>\n");
  return xml;
}

TEST(Anonymised, DropsWhatNamesTheMachine) {
  const auto xml = with_secrets();
  ASSERT_THAT(xml, HasSubstr("5ec7e7-host"));
  const auto clean = anonymised(xml);
  for (const char* secret : {"5ec7e7", "5e:c7", "HostName", "DMI", "Serial", "LinuxCgroup", "OSRelease", "OSVersion",
                             "ProcessName", "LinuxDeviceID"}) {
    EXPECT_THAT(clean, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(clean, HasSubstr("name=\"network0\""));
  EXPECT_THAT(clean, HasSubstr("name=\"CPUModel\""));
  EXPECT_THAT(clean, HasSubstr("name=\"nvme0n1\""));
}

TEST(Anonymised, ReloadsWithTheSameMachineInIt) {
  const auto clean = anonymised(with_secrets());
  const auto before = describe(topology_from_xml(fixture()), std::nullopt);
  const auto after = describe(topology_from_xml(clean), std::nullopt);
  EXPECT_EQ(after.processors, before.processors);
  EXPECT_EQ(after.cores, before.cores);
  EXPECT_EQ(after.numa_nodes, 2);
  EXPECT_EQ(after.caches.size(), before.caches.size());
  EXPECT_THAT(export_xml(topology_from_xml(clean)), HasSubstr("network0"));
}

TEST(Anonymised, TextWithoutTagsIsLeftAlone) {
  EXPECT_EQ(anonymised(""), "");
  EXPECT_EQ(anonymised("plain"), "plain");
  EXPECT_EQ(anonymised("<a b=\"c\""), "<a b=\"c\"");
}

TEST(TopologyXml, OfThisMachineReloads) {
  const auto xml = topology_xml();
  EXPECT_THAT(xml, Not(HasSubstr("HostName")));
  EXPECT_THAT(xml, Not(HasSubstr("\"Address\"")));
  std::array<char, 256> host{};
  ASSERT_EQ(gethostname(host.data(), host.size() - 1), 0);
  EXPECT_THAT(xml, Not(HasSubstr("\"" + std::string(host.data()) + "\"")));
  const auto here = detect_machine();
  EXPECT_GE(describe(topology_from_xml(xml), std::nullopt).processors.size(), here.processors.size());
}

TEST(Topology, RefusesWhatItCannotRead) {
  EXPECT_THROW(topology_from_xml("<topology"), std::runtime_error);
  EXPECT_THROW(topology_from_synthetic("pack:banana"), std::runtime_error);
}

}  // namespace
}  // namespace sextant::probes
