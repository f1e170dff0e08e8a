// SPDX-License-Identifier: Apache-2.0
// A rate that the kernel's throttle sets, and changes during the transfer: both levels and the knee are known.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

#include "probes/probe/workspace.hpp"
#include "storage/files/test_device.hpp"
#include "storage/files/test_folder.hpp"
#include "storage/sustained.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;

const fs::path groups = "/sys/fs/cgroup/blkio";

bool join(const fs::path& group) {
  std::ofstream file(group / "cgroup.procs");
  file << ::getpid() << std::flush;
  return bool(file);
}

// A control group (version 1) in which a device is throttled from its beginning: a limit that changes while requests wait
// leaves a debt in the kernel.
class Throttle {
 public:
  Throttle(const fs::path& device, const std::string& operation, double bytes_per_second) {
    struct stat status = {};
    std::error_code error;
    if (::stat(device.c_str(), &status) != 0) return;
    path_ = groups / ("sextant-test-" + std::to_string(::getpid()) + "-" +
                      std::to_string(static_cast<std::uint64_t>(bytes_per_second)));
    if (!fs::create_directory(path_, error)) return;
    std::ofstream file(path_ / ("blkio.throttle." + operation + "_bps_device"));
    file << major(status.st_rdev) << ':' << minor(status.st_rdev) << ' ' << static_cast<std::uint64_t>(bytes_per_second)
         << std::flush;
    works_ = bool(file);
  }
  ~Throttle() {
    join(groups);
    std::error_code error;
    if (!path_.empty()) fs::remove(path_, error);
  }
  Throttle(const Throttle&) = delete;
  Throttle& operator=(const Throttle&) = delete;

  bool works() const { return works_; }
  bool enter() const { return join(path_); }

 private:
  fs::path path_;
  bool works_ = false;
};

class SustainedTruth : public testing::TestWithParam<const char*> {
 protected:
  SustainedTruth() { machine_.available_memory = std::size_t{256} << 20; }
  void SetUp() override {
    if (!fast_.works() || !slow_.works()) {
      GTEST_SKIP() << "no device to throttle: root, zram and the blkio group (version 1) are needed";
    }
    name_device(folder_.path(), {device_.path(), true});
  }
  std::unique_ptr<probes::Trial> trial(double duration) {
    return sustained_trial(workspace_, {access(), span, 65536, 4, duration});
  }
  std::string operation() const { return GetParam(); }
  Access access() const { return operation() == "read" ? Access::read : Access::write; }

  static constexpr std::uint64_t span = std::uint64_t{32} << 20;
  static constexpr double high = 100e6, low = 20e6;  // bytes per second
  TestFolder folder_;
  RamDevice device_{2 * span};
  Throttle fast_{device_.path(), operation(), high};
  Throttle slow_{device_.path(), operation(), low};
  probes::Machine machine_;
  probes::Workspace workspace_{machine_, folder_.path(), 42};
};

TEST_P(SustainedTruth, ASteadyRateHasNoKnee) {
  const auto moving = trial(3);
  ASSERT_TRUE(slow_.enter());
  const probes::Work work = moving->run(1);
  EXPECT_NEAR(work.bytes / *work.seconds, low, 0.05 * low);
  EXPECT_TRUE(std::isnan(work.extras[1]));
  ASSERT_TRUE(join(groups));
  moving->verify();
}

TEST_P(SustainedTruth, ARateThatFallsHasBothLevelsAndItsKnee) {
  const auto moving = trial(5);
  ASSERT_TRUE(fast_.enter());
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2000));
    slow_.enter();
  });
  const probes::Work work = moving->run(1);
  later.join();
  EXPECT_NEAR(work.extras[0], high, 0.05 * high);
  EXPECT_NEAR(work.bytes / *work.seconds, low, 0.05 * low);
  EXPECT_NEAR(work.extras[2], 2, 0.3);
  EXPECT_NEAR(work.extras[1], work.extras[2] * high, 0.05 * work.extras[2] * high);
  ASSERT_TRUE(join(groups));
  moving->verify();
}

INSTANTIATE_TEST_SUITE_P(Operations, SustainedTruth, testing::Values("read", "write"));

}  // namespace
}  // namespace sextant::storage
