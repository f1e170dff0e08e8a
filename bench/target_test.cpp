// SPDX-License-Identifier: Apache-2.0
// Where the storage probes may read and write, as the user says it: every way to go wrong ends before anything is made.
#include "bench/test_command_line.hpp"

namespace sextant::bench {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Target : public CommandLine {
 protected:
  // A run of one point of storage.read with these options.
  Outcome run(const std::string& options) const {
    return sextant(
        "run storage.read --quick --budget 2s --seed 5 --output run --set storage.read.span=1MiB "
        "--set storage.read.block=64KiB --set storage.read.depth=2 --set storage.read.pattern=random " +
        options);
  }
  void expect_refused(const std::string& options, const std::string& sentence) const {
    expect_error(run(options), 2, sentence);
    EXPECT_FALSE(fs::exists(folder / "run")) << options;
  }
};

TEST_F(Target, ThatIsNothingIsRefused) {
  expect_refused("--target nothing", "is neither a folder nor a block device");
  std::ofstream(folder / "file") << "mine";
  expect_refused("--target file", "is neither a folder nor a block device");
}

TEST_F(Target, DestructiveNamesTheDeviceOfTheTarget) {
  fs::create_directories(folder / "disk");
  expect_refused("--destructive /dev/null", "needs --target with the same block device");
  expect_refused("--target disk --destructive disk", "needs --target with the same block device");
}

TEST_F(Target, KeepNeedsAFolder) { expect_refused("--keep", "--keep needs --target"); }

TEST_F(Target, TheFileGoesWithTheRunUnlessItIsKept) {
  fs::create_directories(folder / "disk");
  const Outcome gone = run("--target disk");
  if (gone.code == 77) GTEST_SKIP() << gone.out;
  EXPECT_EQ(gone.code, 0) << gone.err;
  EXPECT_TRUE(fs::is_empty(folder / "disk"));
  EXPECT_EQ(run("--target disk --keep --force").code, 0);
  EXPECT_FALSE(fs::is_empty(folder / "disk"));
  EXPECT_EQ(run("--target disk --force").code, 0);
  EXPECT_TRUE(fs::is_empty(folder / "disk"));
}

}  // namespace
}  // namespace sextant::bench
