// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/topology.hpp"

#include <hwloc.h>

#include <algorithm>
#include <stdexcept>

namespace sextant::probes {
namespace {

Topology empty_topology() {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) throw std::runtime_error("hwloc cannot create a topology: out of memory?");
  return Topology(raw);
}

void load(const Topology& topology, const char* what) {
  if (hwloc_topology_load(topology.get()) != 0) throw std::runtime_error(std::string("hwloc cannot load ") + what);
}

// The processors of `core` that may be used, ascending.
std::vector<int> processors_of(hwloc_obj_t core, const std::optional<std::vector<int>>& allowed) {
  std::vector<int> found;
  for (int cpu = hwloc_bitmap_first(core->cpuset); cpu >= 0; cpu = hwloc_bitmap_next(core->cpuset, cpu)) {
    if (!allowed || std::find(allowed->begin(), allowed->end(), cpu) != allowed->end()) found.push_back(cpu);
  }
  return found;
}

// One processor per core first, then the second threads of the cores, and so on: the first n of the list are then the n
// that share least.
void describe_cores(const Topology& topology, const std::optional<std::vector<int>>& allowed, Machine& machine) {
  std::vector<std::vector<int>> cores;
  // Some virtual machines show processors without cores; then every processor stands for itself.
  const bool has_cores = hwloc_get_nbobjs_by_type(topology.get(), HWLOC_OBJ_CORE) > 0;
  const auto type = has_cores ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
  for (hwloc_obj_t core = nullptr; (core = hwloc_get_next_obj_by_type(topology.get(), type, core)) != nullptr;) {
    auto processors = processors_of(core, allowed);
    if (!processors.empty()) cores.push_back(std::move(processors));
  }
  std::size_t most = 0;
  for (const auto& core : cores) most = std::max(most, core.size());
  for (std::size_t thread = 0; thread < most; ++thread) {
    for (const auto& core : cores) {
      if (thread < core.size()) machine.processors.push_back(core[thread]);
    }
  }
  machine.cores = std::max(1, static_cast<int>(cores.size()));
}

// The cores once more, the packages taking turns; a core without a package is one of its own.
void describe_scattered(const Topology& topology, Machine& machine) {
  std::vector<std::pair<hwloc_obj_t, std::vector<int>>> packages;
  for (const int processor : machine.processors) {
    const hwloc_obj_t pu = hwloc_get_pu_obj_by_os_index(topology.get(), static_cast<unsigned>(processor));
    const hwloc_obj_t package = pu ? hwloc_get_ancestor_obj_by_type(topology.get(), HWLOC_OBJ_PACKAGE, pu) : nullptr;
    const auto same = std::find_if(packages.begin(), packages.end(), [&](const auto& p) { return p.first == package; });
    (same == packages.end() ? packages.emplace_back(package, std::vector<int>{}) : *same).second.push_back(processor);
  }
  for (std::size_t turn = 0; machine.scattered.size() < machine.processors.size(); ++turn) {
    for (const auto& [package, processors] : packages) {
      if (turn < processors.size()) machine.scattered.push_back(processors[turn]);
    }
  }
}

void describe_nodes(const Topology& topology, Machine& machine) {
  for (hwloc_obj_t node = nullptr; (node = hwloc_get_next_obj_by_type(topology.get(), HWLOC_OBJ_NUMANODE, node));) {
    Node found{static_cast<int>(node->os_index), {}, static_cast<std::size_t>(node->attr->numanode.local_memory)};
    for (const int processor : machine.processors) {
      if (node->cpuset && hwloc_bitmap_isset(node->cpuset, static_cast<unsigned>(processor)))
        found.processors.push_back(processor);
    }
    machine.nodes.push_back(std::move(found));
  }
  std::sort(machine.nodes.begin(), machine.nodes.end(),
            [](const Node& a, const Node& b) { return a.number < b.number; });
}

void describe_caches(const Topology& topology, Machine& machine) {
  for (const auto type : {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE}) {
    const hwloc_obj_t cache = hwloc_get_next_obj_by_type(topology.get(), type, nullptr);
    if (cache == nullptr) continue;
    machine.caches.push_back({.level = static_cast<int>(cache->attr->cache.depth),
                              .bytes = static_cast<std::size_t>(cache->attr->cache.size),
                              .shared_by = std::max(1, hwloc_bitmap_weight(cache->cpuset))});
  }
}

}  // namespace

void DestroyTopology::operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }

Topology this_topology(Devices devices) {
  auto topology = empty_topology();
  // Components of these names would start a GPU runtime in the supervisor; and libpciaccess leaks, while the Linux
  // component reads the same PCI list, GPUs included, from sysfs.
  for (const char* component : {"cuda", "nvml", "opencl", "rsmi", "levelzero", "gl", "pci"}) {
    hwloc_topology_set_components(topology.get(), HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, component);
  }
  if (devices == Devices::important) {
    hwloc_topology_set_io_types_filter(topology.get(), HWLOC_TYPE_FILTER_KEEP_IMPORTANT);
  }
  load(topology, "the topology of this machine");
  return topology;
}

Topology topology_from_xml(const std::string& xml) {
  auto topology = empty_topology();
  hwloc_topology_set_io_types_filter(topology.get(), HWLOC_TYPE_FILTER_KEEP_IMPORTANT);
  // hwloc counts the terminating null among the bytes of the buffer.
  if (hwloc_topology_set_xmlbuffer(topology.get(), xml.c_str(), static_cast<int>(xml.size()) + 1) != 0) {
    throw std::runtime_error("hwloc refuses the XML topology");
  }
  load(topology, "the XML topology");
  return topology;
}

Topology topology_from_synthetic(const std::string& description) {
  auto topology = empty_topology();
  if (hwloc_topology_set_synthetic(topology.get(), description.c_str()) != 0) {
    throw std::runtime_error("hwloc refuses the synthetic topology '" + description + "'");
  }
  load(topology, "the synthetic topology");
  return topology;
}

std::string export_xml(const Topology& topology) {
  char* raw = nullptr;
  int length = 0;
  if (hwloc_topology_export_xmlbuffer(topology.get(), &raw, &length, 0) != 0) {
    throw std::runtime_error("hwloc cannot export the topology");
  }
  const auto free_buffer = [&](char* buffer) { hwloc_free_xmlbuffer(topology.get(), buffer); };
  const std::unique_ptr<char, decltype(free_buffer)> buffer(raw, free_buffer);
  return std::string(buffer.get());
}

Machine describe(const Topology& topology, const std::optional<std::vector<int>>& allowed) {
  Machine machine;
  describe_cores(topology, allowed, machine);
  describe_scattered(topology, machine);
  describe_nodes(topology, machine);
  describe_caches(topology, machine);
  machine.numa_nodes = std::max(1, hwloc_get_nbobjs_by_type(topology.get(), HWLOC_OBJ_NUMANODE));
  return machine;
}

std::string topology_xml() { return anonymised(export_xml(this_topology(Devices::important))); }

}  // namespace sextant::probes
