// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/meters.hpp"

#include <fmt/format.h>
#include <linux/perf_event.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "probes/machine/kinds.hpp"
#include "probes/machine/tree.hpp"

namespace sextant::probes {

namespace {

constexpr std::array hardware_events{PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_CACHE_MISSES};

// Why a counter was refused, in words that say what to expect of it.
std::string reason(int error) {
  switch (error) {
    case ENOENT:
    case EOPNOTSUPP:
    case ENODEV:
      return "the machine shows no hardware counters, as most virtual machines";
    case EACCES:
    case EPERM:
      return "the kernel refuses hardware counters to this user or container";
    default:
      return "hardware counters cannot be opened: " + std::generic_category().message(error);
  }
}

}  // namespace

std::vector<Column> meter_columns() {
  return {{"cycles", Unit::one, "of all threads in user mode, during the whole call (perf_event_open)"},
          {"instructions", Unit::one, "of all threads in user mode, during the whole call (perf_event_open)"},
          {"cache_misses", Unit::one, "of the last cache, all threads in user mode, during the whole call"},
          {"joules", Unit::joule, "of all packages and their memory, during the whole call (powercap)"}};
}

Probe with_meters(Probe probe) {
  probe.metered = true;
  const auto columns = meter_columns();
  probe.extras.insert(probe.extras.end(), columns.begin(), columns.end());
  return probe;
}

Meters::Meters(const std::filesystem::path& root) : energy_(root) {
  // Each kind has counters of its own, and a thread that moves or a team over both would be counted in part.
  if (processor_kinds(Tree(root)).size() > 1) return;
  for (const auto event : hardware_events) counters_.emplace_back(PERF_TYPE_HARDWARE, event);
}

void Meters::read(Reading& reading) const {
  for (std::size_t i = 0; i < counters_.size(); ++i) reading.counts[i] = counters_[i].read();
  energy_.read(reading.microjoules);
}

std::array<double, meter_count> Meters::between(const Reading& before, const Reading& after) const {
  std::array<double, meter_count> values{};
  for (std::size_t i = 0; i < hardware_events.size(); ++i) values[i] = counted(before.counts[i], after.counts[i]);
  values.back() = energy_.joules(before.microjoules, after.microjoules);
  return values;
}

void Meters::note(Environment& environment) const {
  const auto columns = meter_columns();
  std::string counters;
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    if (counters_[i].error() == 0) counters += (counters.empty() ? "" : " ") + columns[i].name;
  }
  const bool refused = std::any_of(counters_.begin(), counters_.end(), [](const PerfCounter& counter) {
    return counter.error() == EACCES || counter.error() == EPERM;
  });
  if (counters_.empty()) counters = "none: processors of several kinds count apart";
  if (counters.empty()) counters = "none: " + reason(counters_.front().error());
  environment.facts.emplace_back("meters.counters", counters);
  environment.facts.emplace_back("meters.energy",
                                 energy_.missing().empty() ? energy_.names() : "none: " + energy_.missing());
  if (refused) {
    environment.warnings.push_back(
        "hardware counters are refused, so their columns stay empty: as root, `echo 2 > "
        "/proc/sys/kernel/perf_event_paranoid`, or start the container with the capability PERFMON");
  }
  if (energy_.forbidden()) {
    environment.warnings.push_back(
        "energy is for root alone, so its column stays empty: as root, `chmod a+r "
        "/sys/class/powercap/intel-rapl*/energy_uj` until the next start");
  }
}

}  // namespace sextant::probes
