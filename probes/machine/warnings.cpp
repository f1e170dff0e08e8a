// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/warnings.hpp"

#include <fmt/format.h>

#include "probes/machine/tree.hpp"

namespace sextant::probes {
namespace {

double number(const Environment& environment, std::string_view key) {
  return leading_number(fact(environment, key)).value_or(0);
}

void warn_of_containment(const Environment& environment, std::vector<std::string>& warnings) {
  if (fact(environment, "virtualised") == "yes") {
    warnings.push_back(
        "this is a virtual machine: results are of the guest, whose neighbours and cache sizes it cannot see; measure "
        "on "
        "the bare machine for reference data");
  }
  const double processors = number(environment, "cpu.processors");
  const double quota = number(environment, "cgroup.cpu_quota");
  if (quota > 0 && quota < processors) {
    warnings.push_back(fmt::format(
        "the control group allows {} of {} processors' time and stops the process when it is used up: lift the limit "
        "(docker: no --cpus) or measure with fewer threads",
        quota, processors));
  }
  const double limit = number(environment, "cgroup.memory_limit");
  if (limit > 0 && limit < number(environment, "memory.total")) {
    warnings.push_back(fmt::format(
        "the control group allows {:.0f} MiB of memory: large footprints will be skipped; lift the limit to "
        "measure the whole memory",
        limit / 1048576));
  }
  const std::size_t allowed = list_numbers(fact(environment, "affinity.processors")).size();
  if (allowed > 0 && double(allowed) < processors) {
    warnings.push_back(fmt::format(
        "this process may use {} of {} processors: start it without taskset or with a larger cpuset to measure all",
        allowed, processors));
  }
}

void warn_of_clocks(const Environment& environment, std::vector<std::string>& warnings) {
  const auto governor = fact(environment, "cpu.governor");
  if (!governor.empty() && governor != "performance") {
    warnings.push_back(
        fmt::format("the frequency governor is '{}', so the first samples may run at a low clock: as root, `cpupower "
                    "frequency-set -g performance`",
                    governor));
  }
  if (fact(environment, "cpu.boost") == "on") {
    const bool intel = fact(environment, "cpu.driver").starts_with("intel_");
    warnings.push_back(fmt::format(
        "boost is on, so the clock depends on temperature and on the other cores: as root, `echo {}`",
        intel ? "1 > /sys/devices/system/cpu/intel_pstate/no_turbo" : "0 > /sys/devices/system/cpu/cpufreq/boost"));
  }
  const auto clock = fact(environment, "clocksource");
  if (!clock.empty() && clock != "tsc" && clock != "arch_sys_counter") {
    warnings.push_back(
        fmt::format("the kernel reads time from '{}', which is slow and coarse: as root, `echo tsc > "
                    "/sys/devices/system/clocksource/clocksource0/current_clocksource`, if tsc is listed beside it",
                    clock));
  }
  if (number(environment, "cpu.throttle_count") > 0) {
    warnings.push_back(
        "the processor has throttled for heat since it was started: check the cooling before publishing");
  }
}

void warn_of_placement(const Environment& environment, std::vector<std::string>& warnings) {
  if (fact(environment, "cpu.smt_active") == "1") {
    warnings.push_back(
        "SMT is on: points with more threads than cores share cores; as root, `echo off > "
        "/sys/devices/system/cpu/smt/control` to have one thread a core");
  }
  const auto kinds = fact(environment, "cpu.kinds");
  if (!kinds.empty()) {
    warnings.push_back("the cores are of several kinds (" + kinds +
                       "), the fastest are taken first: points with more threads mix them, and are as slow as the "
                       "slowest; `taskset` one kind's processors to measure it alone");
  }
  const auto balancing = fact(environment, "numa.balancing");
  if (number(environment, "numa.nodes") > 1 && !balancing.empty() && balancing != "0") {
    warnings.push_back(
        "automatic NUMA balancing moves pages while we measure: as root, `echo 0 > /proc/sys/kernel/numa_balancing`");
  }
  if (fact(environment, "pages.thp_enabled") == "always") {
    warnings.push_back(
        "transparent huge pages are 'always', so a probe that asks for 4 KiB pages may get larger ones: as root, `echo "
        "madvise > /sys/kernel/mm/transparent_hugepage/enabled`");
  }
}

// A tenth of the processors busy with something else already shows in the medians (libraries.md section 4).
void warn_of_load(const Environment& environment, std::vector<std::string>& warnings) {
  const double processors = number(environment, "cpu.processors");
  const double load = number(environment, "load");
  if (processors > 0 && load > 0.1 * processors) {
    warnings.push_back(
        fmt::format("the load is {} on {} processors: stop what else is running, or wait a minute if it just ended",
                    load, processors));
  }
}

}  // namespace

std::vector<std::string> warnings_for(const Environment& environment) {
  std::vector<std::string> warnings;
  warn_of_containment(environment, warnings);
  warn_of_clocks(environment, warnings);
  warn_of_placement(environment, warnings);
  warn_of_load(environment, warnings);
  return warnings;
}

}  // namespace sextant::probes
