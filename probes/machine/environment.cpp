// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "probes/machine/cgroup.hpp"
#include "probes/machine/kinds.hpp"
#include "probes/machine/machine.hpp"
#include "probes/machine/tree.hpp"
#include "probes/machine/warnings.hpp"

namespace sextant::probes {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view cpu_folder = "sys/devices/system/cpu";

// Facts are kept as the system words them; what is missing is left out, so an empty value never stands for a fact.
void add(Facts& facts, std::string key, std::string value) {
  if (!value.empty()) facts.emplace_back(std::move(key), std::move(value));
}

void add_number(Facts& facts, std::string key, std::optional<double> value, double scale = 1) {
  if (value) add(facts, std::move(key), fmt::format("{}", *value * scale));
}

// "always [madvise] never" -> "madvise"
std::string chosen(const std::string& text) {
  const auto open = text.find('[');
  const auto close = text.find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return text;
  return text.substr(open + 1, close - open - 1);
}

bool is_simd(std::string_view flag) {
  constexpr std::array prefixes{std::string_view("sse"), std::string_view("avx"), std::string_view("amx"),
                                std::string_view("sve"), std::string_view("asimd")};
  constexpr std::array names{std::string_view("ssse3"), std::string_view("fma"),  std::string_view("f16c"),
                             std::string_view("gfni"),  std::string_view("i8mm"), std::string_view("bf16"),
                             std::string_view("sme"),   std::string_view("sme2")};
  return std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return flag.starts_with(prefix); }) ||
         std::find(names.begin(), names.end(), flag) != names.end();
}

std::string simd_flags(const std::string& cpuinfo) {
  auto flags = words(value_of(cpuinfo, "flags"));
  if (flags.empty()) flags = words(value_of(cpuinfo, "Features"));  // Arm
  std::string kept;
  for (const auto& flag : flags) {
    if (is_simd(flag)) kept += (kept.empty() ? "" : " ") + flag;
  }
  return kept;
}

// Counts what /proc/cpuinfo lists: processors, and the distinct packages and cores where it names them.
void add_counts(Facts& facts, const std::string& cpuinfo) {
  std::set<std::string> packages, cores;
  std::string package;
  int processors = 0;
  for (const auto& line : lines(cpuinfo)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto key = trimmed(std::string_view(line).substr(0, colon));
    const auto value = std::string(trimmed(std::string_view(line).substr(colon + 1)));
    if (key == "processor") ++processors;
    if (key == "physical id") packages.insert(package = value);
    if (key == "core id") cores.insert(package + "/" + value);
  }
  if (!packages.empty()) add(facts, "cpu.packages", fmt::format("{}", packages.size()));
  if (!cores.empty()) add(facts, "cpu.cores", fmt::format("{}", cores.size()));
  if (processors > 0) add(facts, "cpu.processors", fmt::format("{}", processors));
}

// The distinct words that the processors give in one of their files, joined: "powersave", or "performance powersave".
std::string over_processors(const Tree& tree, std::string_view file) {
  std::set<std::string> found;
  for (const auto& name : tree.names(cpu_folder)) {
    if (!name.starts_with("cpu") || !leading_number(name.substr(3))) continue;
    auto text = tree.text(fmt::format("{}/{}/{}", cpu_folder, name, file));
    if (!text.empty()) found.insert(std::move(text));
  }
  return fmt::format("{}", fmt::join(found, " "));
}

// "core 0-11, atom 12-19", the fastest first.
std::string kinds(const Tree& tree) {
  std::string text;
  for (const auto& kind : processor_kinds(tree)) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kind.name, kind.processors);
  }
  return text;
}

std::string boost(const Tree& tree) {
  if (const auto off = tree.number(fmt::format("{}/intel_pstate/no_turbo", cpu_folder)))
    return *off == 0 ? "on" : "off";
  if (const auto on = tree.number(fmt::format("{}/cpufreq/boost", cpu_folder))) return *on != 0 ? "on" : "off";
  return {};
}

std::optional<double> throttle_count(const Tree& tree) {
  std::optional<double> sum;
  for (const auto& name : tree.names(cpu_folder)) {
    const auto count = tree.number(fmt::format("{}/{}/thermal_throttle/core_throttle_count", cpu_folder, name));
    if (count) sum = sum.value_or(0) + *count;
  }
  return sum;
}

void add_cpu(Facts& facts, const Tree& tree) {
  const auto cpuinfo = tree.text("proc/cpuinfo");
  add(facts, "cpu.vendor", value_of(cpuinfo, "vendor_id"));
  add(facts, "cpu.model", value_of(cpuinfo, "model name"));
  add(facts, "cpu.family", value_of(cpuinfo, "cpu family"));
  add(facts, "cpu.model_number", value_of(cpuinfo, "model"));
  add(facts, "cpu.stepping", value_of(cpuinfo, "stepping"));
  add(facts, "cpu.microcode", value_of(cpuinfo, "microcode"));
  add(facts, "cpu.flags.simd", simd_flags(cpuinfo));
  add_counts(facts, cpuinfo);
  add(facts, "cpu.kinds", kinds(tree));
  add(facts, "cpu.smt", tree.text(fmt::format("{}/smt/control", cpu_folder)));
  add(facts, "cpu.smt_active", tree.text(fmt::format("{}/smt/active", cpu_folder)));
  add(facts, "cpu.isolated", tree.text(fmt::format("{}/isolated", cpu_folder)));
  add(facts, "cpu.driver", over_processors(tree, "cpufreq/scaling_driver"));
  add(facts, "cpu.governor", over_processors(tree, "cpufreq/scaling_governor"));
  add(facts, "cpu.energy_preference", over_processors(tree, "cpufreq/energy_performance_preference"));
  add_number(facts, "cpu.frequency.min", leading_number(over_processors(tree, "cpufreq/cpuinfo_min_freq")), 1e3);
  add_number(facts, "cpu.frequency.max", leading_number(over_processors(tree, "cpufreq/cpuinfo_max_freq")), 1e3);
  add(facts, "cpu.boost", boost(tree));
  add_number(facts, "cpu.throttle_count", throttle_count(tree));
  add(facts, "affinity.processors", value_of(tree.text("proc/self/status"), "Cpus_allowed_list"));
}

void add_memory(Facts& facts, const Tree& tree) {
  const auto meminfo = tree.text("proc/meminfo");
  add_number(facts, "memory.total", leading_number(value_of(meminfo, "MemTotal")), 1024);
  add_number(facts, "memory.available", leading_number(value_of(meminfo, "MemAvailable")), 1024);
  int nodes = 0;
  for (const auto& name : tree.names("sys/devices/system/node")) {
    if (name.starts_with("node") && leading_number(name.substr(4))) ++nodes;
  }
  if (nodes > 0) add(facts, "numa.nodes", fmt::format("{}", nodes));
  add(facts, "numa.with_processors", tree.text("sys/devices/system/node/has_cpu"));
  add(facts, "numa.with_memory", tree.text("sys/devices/system/node/has_memory"));
  add(facts, "numa.balancing", tree.text("proc/sys/kernel/numa_balancing"));
  add(facts, "pages.thp_enabled", chosen(tree.text("sys/kernel/mm/transparent_hugepage/enabled")));
  add(facts, "pages.thp_defrag", chosen(tree.text("sys/kernel/mm/transparent_hugepage/defrag")));
  for (const auto& size : tree.names("sys/kernel/mm/hugepages")) {  // "hugepages-2048kB"
    if (!size.starts_with("hugepages-")) continue;
    add(facts, "pages.hugetlb." + size.substr(10), tree.text("sys/kernel/mm/hugepages/" + size + "/nr_hugepages"));
    add(facts, "pages.hugetlb." + size.substr(10) + ".free",
        tree.text("sys/kernel/mm/hugepages/" + size + "/free_hugepages"));
  }
}

// Only options known to change performance and to name nothing: the rest of the line holds UUIDs, addresses and hosts.
std::string kernel_options(const std::string& command_line) {
  constexpr std::array known{std::string_view("amd_pstate"),
                             std::string_view("clocksource"),
                             std::string_view("default_hugepagesz"),
                             std::string_view("hugepages"),
                             std::string_view("hugepagesz"),
                             std::string_view("idle"),
                             std::string_view("intel_idle.max_cstate"),
                             std::string_view("intel_pstate"),
                             std::string_view("iommu"),
                             std::string_view("irqaffinity"),
                             std::string_view("isolcpus"),
                             std::string_view("mitigations"),
                             std::string_view("nohz_full"),
                             std::string_view("nosmt"),
                             std::string_view("numa_balancing"),
                             std::string_view("preempt"),
                             std::string_view("processor.max_cstate"),
                             std::string_view("rcu_nocbs"),
                             std::string_view("transparent_hugepage"),
                             std::string_view("tsc")};
  std::string kept;
  for (const auto& word : words(command_line)) {
    if (word == "--") break;  // what follows is for init
    const auto name = std::string_view(word).substr(0, word.find('='));
    if (std::find(known.begin(), known.end(), name) != known.end()) kept += (kept.empty() ? "" : " ") + word;
  }
  return kept;
}

void add_kernel(Facts& facts, const Tree& tree) {
  add(facts, "kernel.release", tree.text("proc/sys/kernel/osrelease"));
  add(facts, "kernel.options", kernel_options(tree.text("proc/cmdline")));
  add(facts, "kernel.perf_event_paranoid", tree.text("proc/sys/kernel/perf_event_paranoid"));
  add(facts, "clocksource", tree.text("sys/devices/system/clocksource/clocksource0/current_clocksource"));
  for (const auto& name : tree.names("sys/devices/system/cpu/vulnerabilities")) {
    add(facts, "mitigations." + name, tree.text("sys/devices/system/cpu/vulnerabilities/" + name));
  }
}

void add_containment(Facts& facts, const Tree& tree) {
  if (tree.has("proc/cpuinfo")) add(facts, "virtualised", is_virtualised(tree) ? "yes" : "no");
  if (tree.has(".dockerenv") || tree.has("run/.containerenv")) add(facts, "container", "yes");
  const auto group = read_cgroup(tree);
  if (group.version > 0) add(facts, "cgroup.version", fmt::format("{}", group.version));
  add_number(facts, "cgroup.cpu_quota", group.cpu_quota);
  add_number(facts, "cgroup.memory_limit", group.memory_limit);
}

void add_disturbance(Facts& facts, const Tree& tree) {
  add_number(facts, "load", tree.number("proc/loadavg"));
  for (const char* resource : {"cpu", "io", "memory"}) {
    for (const auto& word : words(tree.text(fmt::format("proc/pressure/{}", resource)))) {
      // The first line, "some": the share of the last 10 s, in percent, in which at least one task waited.
      if (!word.starts_with("avg10=")) continue;
      add(facts, fmt::format("psi.{}.some_avg10", resource), word.substr(6));
      break;
    }
  }
}

}  // namespace

Environment capture_environment(const std::filesystem::path& root) {
  const Tree tree(root);
  Environment environment;
  add_cpu(environment.facts, tree);
  add_memory(environment.facts, tree);
  add_kernel(environment.facts, tree);
  add_containment(environment.facts, tree);
  add_disturbance(environment.facts, tree);
  environment.warnings = warnings_for(environment);
  return environment;
}

std::string fact(const Environment& environment, std::string_view key) {
  for (const auto& [name, value] : environment.facts) {
    if (name == key) return value;
  }
  return {};
}

}  // namespace sextant::probes
