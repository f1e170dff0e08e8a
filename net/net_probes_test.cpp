// SPDX-License-Identifier: Apache-2.0
#include "net/net_probes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace sextant::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A folder with an executable file `name` in it, gone at the end of the test.
class FolderWith {
 public:
  explicit FolderWith(const std::string& name) {
    std::string pattern = (std::filesystem::temp_directory_path() / "sextant-net-test-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    std::ofstream(folder_ / name) << "#!/bin/sh\n";
    std::filesystem::permissions(folder_ / name, std::filesystem::perms::owner_all);
  }
  ~FolderWith() { std::filesystem::remove_all(folder_); }
  FolderWith(const FolderWith&) = delete;
  FolderWith& operator=(const FolderWith&) = delete;
  const std::filesystem::path& path() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

// PATH replaced for the length of a test.
class Path {
 public:
  explicit Path(const std::string& path) : before_(std::getenv("PATH")) { setenv("PATH", path.c_str(), 1); }
  ~Path() { setenv("PATH", before_.c_str(), 1); }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;

 private:
  std::string before_;
};

probes::Machine machine_with(int cores, const std::filesystem::path& libexec) {
  probes::Machine machine;
  machine.cores = cores;
  for (int i = 0; i < cores; ++i) machine.processors.push_back(i);
  machine.libexec = libexec;
  return machine;
}

probes::Availability available(const probes::Machine& machine) { return net_probes().front().available(machine); }

TEST(NetProbes, DescribeThemselvesWithoutMpi) {
  const auto probes = net_probes();
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].name, "net.allreduce");
  EXPECT_EQ(probes[0].worker, "sextant-net");
  EXPECT_FALSE(probes[0].prepare);
  EXPECT_THAT(probes[0].launch_axes, ElementsAre("ranks"));
}

TEST(NetProbes, RanksGoUpToTheCores) {
  const auto axes = net_probes().front().axes(machine_with(12, ""), false);
  ASSERT_EQ(axes[0].name, "ranks");
  EXPECT_THAT(axes[0].values,
              ElementsAre(probes::Value(2.0), probes::Value(4.0), probes::Value(8.0), probes::Value(12.0)));
  EXPECT_THAT(net_probes().front().axes(machine_with(12, ""), true)[0].values,
              ElementsAre(probes::Value(2.0), probes::Value(12.0)));
  EXPECT_THAT(net_probes().front().axes(machine_with(2, ""), true)[0].values, ElementsAre(probes::Value(2.0)));
}

TEST(NetProbes, BytesAreWholeElementsUpToFourMebibytes) {
  for (bool quick : {false, true}) {
    const auto axes = net_probes().front().axes(machine_with(2, ""), quick);
    ASSERT_EQ(axes[1].name, "bytes");
    EXPECT_EQ(std::get<double>(axes[1].values.front()), 8);
    EXPECT_LE(std::get<double>(axes[1].values.back()), 4 << 20);
    for (const auto& value : axes[1].values) EXPECT_EQ(long(std::get<double>(value)) % 4, 0);
  }
}

TEST(NetProbes, SayWhyNot) {
  const FolderWith worker("sextant-net"), launcher("mpirun"), nothing("readme");
  {
    const Path path(launcher.path().string());
    EXPECT_TRUE(available(machine_with(2, worker.path())).ready);
    EXPECT_THAT(available(machine_with(1, worker.path())).reason, HasSubstr("one core"));
    const auto missing = available(machine_with(2, nothing.path()));
    EXPECT_FALSE(missing.ready);
    EXPECT_THAT(missing.reason, ::testing::AnyOf(HasSubstr("not built: "), HasSubstr("missing from the installation")));
  }
  const Path path(nothing.path().string());
  EXPECT_EQ(available(machine_with(2, worker.path())).reason, "mpirun is not on PATH: install openmpi-bin");
}

TEST(NetProbes, CommandStartsOneProcessPerRank) {
  EXPECT_THAT(net_command(machine_with(4, "/x"), {{"ranks", 4.0}, {"bytes", 8.0}}),
              ElementsAre("mpirun", "-n", "4", "--oversubscribe", "--bind-to", "none", "/x/sextant-net"));
}

}  // namespace
}  // namespace sextant::net
