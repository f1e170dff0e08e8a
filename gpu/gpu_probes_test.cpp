// SPDX-License-Identifier: Apache-2.0
#include "gpu/gpu_probes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace sextant::gpu {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;

// A folder that holds a shell script named like the worker, gone at the end of the test.
class Libexec {
 public:
  explicit Libexec(const std::string& script) {
    std::string pattern = (std::filesystem::temp_directory_path() / "sextant-gpu-test-XXXXXX").string();
    machine_.libexec = mkdtemp(pattern.data());
    if (script.empty()) return;
    const auto worker = machine_.libexec / "sextant-gpu";
    std::ofstream(worker) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(worker, std::filesystem::perms::owner_all);
  }
  ~Libexec() { std::filesystem::remove_all(machine_.libexec); }
  Libexec(const Libexec&) = delete;
  Libexec& operator=(const Libexec&) = delete;

  probes::Availability available() const { return gpu_probes().front().available(machine_); }

 private:
  probes::Machine machine_;
};

TEST(GpuProbes, DescribeThemselvesWithoutCuda) {
  const auto probes = gpu_probes();
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].name, "gpu.memory.read");
  EXPECT_EQ(probes[0].worker, "sextant-gpu");
  EXPECT_FALSE(probes[0].prepare);
}

TEST(GpuProbes, QuickTakesFewerFootprints) {
  const auto all = probes::points(gpu_probes().front().axes({}, false));
  const auto quick = probes::points(gpu_probes().front().axes({}, true));
  EXPECT_LT(quick.size(), all.size());
  EXPECT_EQ(quick.front().number("footprint"), 1 << 20);
  EXPECT_EQ(quick.back().number("footprint"), 1 << 30);
}

TEST(GpuProbes, WorkerThatIsNotThere) {
  const probes::Availability missing = Libexec("").available();
  EXPECT_FALSE(missing.ready);
  EXPECT_THAT(missing.reason, AnyOf(StartsWith("not built: "), StartsWith("the worker sextant-gpu is missing")));
}

TEST(GpuProbes, WorkerSaysWhyThereIsNoDevice) {
  const probes::Availability none = Libexec("echo 'no CUDA device: the driver is not installed'; exit 77").available();
  EXPECT_FALSE(none.ready);
  EXPECT_EQ(none.reason, "no CUDA device: the driver is not installed");
}

TEST(GpuProbes, WorkerThatFindsADevice) { EXPECT_TRUE(Libexec("echo ready").available().ready); }

// A failing driver must not pass for an absent one: the run then reports the failure.
TEST(GpuProbes, WorkerThatFailsIsNoAbsence) { EXPECT_TRUE(Libexec("kill -SEGV $$").available().ready); }

}  // namespace
}  // namespace sextant::gpu
