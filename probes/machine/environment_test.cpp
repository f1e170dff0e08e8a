// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "probes/machine/machine.hpp"
#include "probes/machine/warnings.hpp"

// Captured trees of two machines: `virtual` is a guest with a memory limit under control groups version 1, `two-socket`
// is written by hand after a bare-metal server with everything set the wrong way.
namespace sextant::probes {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Environment captured(const std::string& name) {
  return capture_environment(std::filesystem::path(SEXTANT_SOURCE_DIR) / "probes/machine/captures" / name);
}

std::string all_text(const Environment& environment) {
  std::string text;
  for (const auto& [key, value] : environment.facts) text += key + "=" + value + "\n";
  for (const auto& warning : environment.warnings) text += warning + "\n";
  return text;
}

TEST(Environment, ReadsAVirtualMachine) {
  const auto here = captured("virtual");
  EXPECT_EQ(fact(here, "cpu.model"), "AMD EPYC");
  EXPECT_EQ(fact(here, "cpu.vendor"), "AuthenticAMD");
  EXPECT_EQ(fact(here, "cpu.family"), "25");
  EXPECT_EQ(fact(here, "cpu.processors"), "2");
  EXPECT_EQ(fact(here, "cpu.cores"), "2");
  EXPECT_EQ(fact(here, "cpu.packages"), "1");
  EXPECT_EQ(fact(here, "virtualised"), "yes");
  EXPECT_EQ(fact(here, "memory.total"), "25276502016");
  EXPECT_EQ(fact(here, "numa.nodes"), "1");
  EXPECT_EQ(fact(here, "pages.thp_enabled"), "madvise");
  EXPECT_EQ(fact(here, "pages.hugetlb.2048kB"), "0");
  EXPECT_EQ(fact(here, "clocksource"), "tsc");
  EXPECT_EQ(fact(here, "cgroup.version"), "1");
  EXPECT_EQ(fact(here, "cgroup.memory_limit"), "8589934592");
  EXPECT_EQ(fact(here, "cgroup.cpu_quota"), "");
  EXPECT_EQ(fact(here, "kernel.options"), "mitigations=auto");
  EXPECT_EQ(fact(here, "mitigations.meltdown"), "Not affected");
  EXPECT_EQ(fact(here, "cpu.governor"), "");  // no cpufreq in this guest
  EXPECT_EQ(fact(here, "load"), "0.05");
}

TEST(Environment, KeepsOnlyVectorFlags) {
  const auto flags = " " + fact(captured("virtual"), "cpu.flags.simd") + " ";
  EXPECT_THAT(flags, HasSubstr(" avx512_vnni "));
  EXPECT_THAT(flags, HasSubstr(" ssse3 "));
  EXPECT_THAT(flags, HasSubstr(" fma "));
  EXPECT_THAT(flags, Not(HasSubstr(" hypervisor ")));
  EXPECT_THAT(flags, Not(HasSubstr(" smep ")));
}

TEST(Environment, ReadsATwoSocketServer) {
  const auto here = captured("two-socket");
  EXPECT_EQ(fact(here, "cpu.processors"), "16");
  EXPECT_EQ(fact(here, "cpu.cores"), "8");
  EXPECT_EQ(fact(here, "cpu.packages"), "2");
  EXPECT_EQ(fact(here, "cpu.governor"), "powersave");
  EXPECT_EQ(fact(here, "cpu.driver"), "intel_pstate");
  EXPECT_EQ(fact(here, "cpu.energy_preference"), "balance_performance");
  EXPECT_EQ(fact(here, "cpu.frequency.min"), "800000000");
  EXPECT_EQ(fact(here, "cpu.frequency.max"), "3700000000");
  EXPECT_EQ(fact(here, "cpu.boost"), "on");
  EXPECT_EQ(fact(here, "cpu.throttle_count"), "2");
  EXPECT_EQ(fact(here, "cpu.isolated"), "2-3");
  EXPECT_EQ(fact(here, "affinity.processors"), "0-1,4-15");
  EXPECT_EQ(fact(here, "virtualised"), "no");
  EXPECT_EQ(fact(here, "numa.nodes"), "2");
  EXPECT_EQ(fact(here, "cgroup.version"), "2");
  EXPECT_EQ(fact(here, "cgroup.cpu_quota"), "12");
  EXPECT_EQ(fact(here, "cgroup.memory_limit"), "137438953472");
  EXPECT_EQ(fact(here, "pages.hugetlb.1048576kB"), "16");
  EXPECT_EQ(fact(here, "psi.cpu.some_avg10"), "3.25");
}

TEST(Environment, KernelOptionsNameNobody) {
  const auto here = captured("two-socket");
  EXPECT_EQ(fact(here, "kernel.options"),
            "isolcpus=2,3 nohz_full=2,3 mitigations=off transparent_hugepage=always hugepagesz=1G hugepages=16");
  for (const char* secret : {"UUID", "node17", "192.0.2", "vmlinuz", "user-1000"}) {
    EXPECT_THAT(all_text(here), Not(HasSubstr(secret)));
  }
  EXPECT_THAT(all_text(captured("virtual")), Not(HasSubstr("secret")));
}

TEST(Environment, WarnsAboutEverythingSetTheWrongWayAndSaysWhatToDo) {
  const auto warnings = captured("two-socket").warnings;
  EXPECT_THAT(warnings, Contains(HasSubstr("cpupower frequency-set -g performance")));
  EXPECT_THAT(warnings, Contains(HasSubstr("intel_pstate/no_turbo")));
  EXPECT_THAT(warnings, Contains(HasSubstr("time from 'hpet'")));
  EXPECT_THAT(warnings, Contains(HasSubstr("throttled")));
  EXPECT_THAT(warnings, Contains(HasSubstr("smt/control")));
  EXPECT_THAT(warnings, Contains(HasSubstr("numa_balancing")));
  EXPECT_THAT(warnings, Contains(HasSubstr("transparent_hugepage/enabled")));
  EXPECT_THAT(warnings, Contains(HasSubstr("12 of 16 processors' time")));
  EXPECT_THAT(warnings, Contains(HasSubstr("131072 MiB of memory")));
  EXPECT_THAT(warnings, Contains(HasSubstr("may use 14 of 16 processors")));
  EXPECT_THAT(warnings, Contains(HasSubstr("load is 2.5 on 16")));
  EXPECT_THAT(warnings, Not(Contains(HasSubstr("virtual machine"))));
}

TEST(Environment, AQuietGuestIsWarnedOnlyOfBeingOneAndOfItsLimit) {
  const auto warnings = captured("virtual").warnings;
  EXPECT_EQ(warnings.size(), 2u) << testing::PrintToString(warnings);
  EXPECT_THAT(warnings, Contains(HasSubstr("virtual machine")));
  EXPECT_THAT(warnings, Contains(HasSubstr("8192 MiB of memory")));
}

TEST(Environment, AnEmptyTreeIsNoFailure) {
  const auto nothing = capture_environment(std::filesystem::path(SEXTANT_SOURCE_DIR) / "probes/machine/no-such-tree");
  EXPECT_THAT(nothing.facts, IsEmpty());
  EXPECT_THAT(nothing.warnings, IsEmpty());
}

TEST(Environment, ReadsThisMachine) {
  const auto here = capture_environment();
  EXPECT_NE(fact(here, "kernel.release"), "");
  EXPECT_NE(fact(here, "memory.total"), "");
  for (const auto& [key, value] : here.facts) {
    EXPECT_FALSE(value.empty()) << key;
    EXPECT_THAT(value, Not(HasSubstr("\n"))) << key;
  }
}

TEST(Warnings, DependOnFactsAlone) {
  EXPECT_THAT(warnings_for({}), IsEmpty());
  EXPECT_THAT(warnings_for({{{"cpu.governor", "performance"}, {"clocksource", "tsc"}, {"cpu.boost", "off"}}, {}}),
              IsEmpty());
  EXPECT_THAT(warnings_for({{{"cpu.boost", "on"}, {"cpu.driver", "acpi-cpufreq"}}, {}}),
              Contains(HasSubstr("cpufreq/boost")));
}

}  // namespace
}  // namespace sextant::probes
