// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/noise.hpp"

#include <unistd.h>

#include "probes/machine/cgroup.hpp"
#include "probes/machine/tree.hpp"

namespace sextant::probes {
namespace {

using results::not_available;

// The first line, "cpu  user nice system idle iowait irq softirq steal guest guest_nice", in ticks (proc(5)).
double read_steal(const Tree& tree) {
  const auto all = lines(tree.text("proc/stat"));
  if (all.empty()) return not_available;
  const auto fields = words(all.front());
  constexpr std::size_t steal = 8;
  if (fields.size() <= steal || fields.front() != "cpu") return not_available;
  return leading_number(fields[steal]).value_or(not_available) / double(sysconf(_SC_CLK_TCK));
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345": microseconds since the start (Documentation/accounting/psi.rst).
double read_pressure(const Tree& tree, const std::string& resource) {
  for (const auto& line : lines(tree.text("proc/pressure/" + resource))) {
    const auto fields = words(line);
    if (fields.empty() || fields.front() != "some") continue;
    for (const auto& field : fields) {
      if (field.starts_with("total=")) return 1e-6 * leading_number(field.substr(6)).value_or(not_available);
    }
  }
  return not_available;
}

}  // namespace

Noise read_noise(const std::filesystem::path& root) {
  const Tree tree(root);
  return {read_steal(tree), read_pressure(tree, "cpu"), read_pressure(tree, "io"), read_pressure(tree, "memory"),
          read_cgroup(tree).throttled.value_or(not_available)};
}

Noise between(const Noise& before, const Noise& after) {
  return {after.steal - before.steal, after.pressure_cpu - before.pressure_cpu, after.pressure_io - before.pressure_io,
          after.pressure_memory - before.pressure_memory, after.throttled - before.throttled};
}

void note(const Noise& noise, results::Launch& launch) {
  launch.steal = noise.steal;
  launch.pressure_cpu = noise.pressure_cpu;
  launch.pressure_io = noise.pressure_io;
  launch.pressure_memory = noise.pressure_memory;
  launch.throttled = noise.throttled;
}

}  // namespace sextant::probes
