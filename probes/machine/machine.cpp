// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/machine.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>

#include "probes/machine/cgroup.hpp"
#include "probes/machine/topology.hpp"
#include "probes/machine/tree.hpp"

namespace sextant::probes {
namespace {

// The kernel refuses a mask smaller than its own, whose size it does not tell: double it until it is accepted.
std::optional<std::vector<int>> affinity() {
  for (int size = 1024; size <= 1 << 20; size *= 2) {
    const auto release = [](cpu_set_t* set) { CPU_FREE(set); };
    const std::unique_ptr<cpu_set_t, decltype(release)> set(CPU_ALLOC(size), release);
    if (!set) return std::nullopt;
    const auto bytes = CPU_ALLOC_SIZE(size);
    if (sched_getaffinity(0, bytes, set.get()) != 0) continue;
    std::vector<int> allowed;
    for (int cpu = 0; cpu < size; ++cpu) {
      if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set.get())) allowed.push_back(cpu);
    }
    return allowed;
  }
  return std::nullopt;
}

std::size_t available_memory(const Tree& tree) {
  const auto kibibytes = leading_number(value_of(tree.text("proc/meminfo"), "MemAvailable"));
  double bytes = kibibytes.value_or(0) * 1024;
  if (const auto room = read_cgroup(tree).memory_room) bytes = std::min(bytes, *room);
  return static_cast<std::size_t>(bytes);
}

// Free pages and those that hold files nobody used lately: what can be had without pushing somebody out.
std::size_t available_on(const Tree& tree, int node) {
  const auto meminfo = tree.text(fmt::format("sys/devices/system/node/node{}/meminfo", node));
  const auto kibibytes = [&](std::string_view name) {
    return leading_number(value_of(meminfo, fmt::format("Node {} {}", node, name))).value_or(0);
  };
  return static_cast<std::size_t>(1024 * (kibibytes("MemFree") + kibibytes("Inactive(file)")));
}

// What the kernel itself says of the nodes: which processors are of a node decides where a first touch puts a page, and
// the control group decides which memory is ours.
void describe_nodes(const Tree& tree, Machine& machine) {
  const auto in = [](const std::vector<int>& numbers, int number) {
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
  };
  const auto memory = value_of(tree.text("proc/self/status"), "Mems_allowed_list");
  const auto allowed = list_numbers(memory);
  for (Node& node : machine.nodes) {
    node.available = available_on(tree, node.number);
    if (!memory.empty() && !in(allowed, node.number)) node.bytes = 0;
    const auto file = fmt::format("sys/devices/system/node/node{}/cpulist", node.number);
    if (!tree.has(file)) continue;
    const auto own = list_numbers(tree.text(file));
    node.processors.clear();
    std::copy_if(machine.processors.begin(), machine.processors.end(), std::back_inserter(node.processors),
                 [&](int processor) { return in(own, processor); });
  }
}

// FNV-1a, 64 bit: a label has to be the same everywhere and for ever, which std::hash does not promise. Parameters from
// the authors' page, http://www.isthe.com/chongo/tech/comp/fnv/.
std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return hash;
}

}  // namespace

int node_of(const Machine& machine, int processor) {
  for (std::size_t i = 0; i < machine.nodes.size(); ++i) {
    const auto& own = machine.nodes[i].processors;
    if (std::find(own.begin(), own.end(), processor) != own.end()) return int(i);
  }
  return -1;
}

Machine detect_machine(const std::filesystem::path& root) {
  return detect_machine(this_topology(Devices::none), affinity(), root);
}

Machine detect_machine(const Topology& topology, const std::optional<std::vector<int>>& allowed,
                       const std::filesystem::path& root) {
  auto machine = describe(topology, allowed);
  const Tree tree(root);
  describe_nodes(tree, machine);
  machine.available_memory = available_memory(tree);
  machine.virtualised = is_virtualised(tree);
  return machine;
}

std::string machine_hash(const Machine& machine, const Environment& environment) {
  std::string identity;
  for (const char* key : {"cpu.model", "cpu.packages", "cpu.cores", "cpu.processors", "numa.nodes"}) {
    identity += fmt::format("{}={}\n", key, fact(environment, key));
  }
  for (const auto& cache : machine.caches) identity += fmt::format("L{}={}\n", cache.level, cache.bytes);
  // What the firmware and the kernel reserve changes from boot to boot: memory counts in steps of a quarter octave (19
  // %).
  const double memory = leading_number(fact(environment, "memory.total")).value_or(0);
  if (memory > 0) identity += fmt::format("memory=2^{}/4\n", std::lround(4 * std::log2(memory)));
  return fmt::format("{:08x}", fnv1a(identity) >> 32);
}

}  // namespace sextant::probes
