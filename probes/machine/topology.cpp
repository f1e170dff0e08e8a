// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/topology.hpp"

#include <hwloc.h>

#include <algorithm>
#include <functional>
#include <span>
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

// A core of ours: its processors that may be used, ascending.
struct Core {
  std::vector<int> processors;
  int speed = 0;  // of its kind, among the kinds of the machine; larger is faster
};

// hwloc ranks the kinds of processors by the kernel's word on their capacity or by their clock, the slowest first. Where
// it cannot, all are alike to us.
int speed_of(const Topology& topology, hwloc_obj_t core) {
  const int kind = hwloc_cpukinds_get_by_cpuset(topology.get(), core->cpuset, 0);
  int rank = 0;
  if (kind < 0 || hwloc_cpukinds_get_info(topology.get(), unsigned(kind), nullptr, &rank, nullptr, nullptr, 0) != 0) {
    return 0;
  }
  return rank;
}

// The fastest first; those of a kind as hwloc has them, neighbours side by side.
std::vector<Core> cores_of(const Topology& topology, const std::optional<std::vector<int>>& allowed) {
  std::vector<Core> cores;
  // Some virtual machines show processors without cores; then every processor stands for itself.
  const bool has_cores = hwloc_get_nbobjs_by_type(topology.get(), HWLOC_OBJ_CORE) > 0;
  const auto type = has_cores ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
  for (hwloc_obj_t object = nullptr; (object = hwloc_get_next_obj_by_type(topology.get(), type, object)) != nullptr;) {
    Core core{{}, speed_of(topology, object)};
    for (int cpu = hwloc_bitmap_first(object->cpuset); cpu >= 0; cpu = hwloc_bitmap_next(object->cpuset, cpu)) {
      if (!allowed || std::find(allowed->begin(), allowed->end(), cpu) != allowed->end())
        core.processors.push_back(cpu);
    }
    if (!core.processors.empty()) cores.push_back(std::move(core));
  }
  std::stable_sort(cores.begin(), cores.end(), [](const Core& a, const Core& b) { return a.speed > b.speed; });
  return cores;
}

// Processors among which none is to be preferred: one of each core of a kind, then of each of the next kind, then the
// second threads of the cores, and so on. The first n of all blocks are then the n that share least.
std::vector<std::vector<int>> blocks_of(const std::vector<Core>& cores) {
  std::vector<std::vector<int>> blocks;
  std::size_t most = 0;
  for (const Core& core : cores) most = std::max(most, core.processors.size());
  for (std::size_t thread = 0; thread < most; ++thread) {
    const Core* before = nullptr;
    for (const Core& core : cores) {
      if (thread >= core.processors.size()) continue;
      if (!before || before->speed != core.speed) blocks.emplace_back();
      before = &core;
      blocks.back().push_back(core.processors[thread]);
    }
  }
  return blocks;
}

// What processors may share, the largest first: an ordinal of the package, node or cache that holds a processor, -1
// where there is none.
using Holder = std::function<int(int processor)>;
std::vector<Holder> holders(const Topology& topology, const Machine& machine) {
  const auto within = [&topology](hwloc_obj_type_t type) {
    return [&topology, type](int processor) {
      const hwloc_obj_t pu = hwloc_get_pu_obj_by_os_index(topology.get(), unsigned(processor));
      const hwloc_obj_t holder = pu ? hwloc_get_ancestor_obj_by_type(topology.get(), type, pu) : nullptr;
      return holder ? int(holder->logical_index) : -1;
    };
  };
  return {within(HWLOC_OBJ_PACKAGE), [&machine](int processor) { return node_of(machine, processor); },
          within(HWLOC_OBJ_L3CACHE), within(HWLOC_OBJ_L2CACHE)};
}

// The packages taking turns, within each its nodes, within these its caches.
std::vector<int> scatter(const std::vector<int>& processors, std::span<const Holder> levels) {
  if (levels.empty() || processors.size() < 2) return processors;
  std::vector<std::pair<int, std::vector<int>>> groups;
  for (const int processor : processors) {
    const int holder = levels.front()(processor);
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == holder; });
    (same == groups.end() ? groups.emplace_back(holder, std::vector<int>{}) : *same).second.push_back(processor);
  }
  for (auto& group : groups) group.second = scatter(group.second, levels.subspan(1));
  std::vector<int> in_turn;
  for (std::size_t turn = 0; in_turn.size() < processors.size(); ++turn) {
    for (const auto& [holder, members] : groups) {
      if (turn < members.size()) in_turn.push_back(members[turn]);
    }
  }
  return in_turn;
}

// hwloc lets memory without processors (CXL, high-bandwidth memory) name the processors it is nearest to, so that
// several nodes may name one. It belongs to the node that names the fewest, of these to the lowest: the operating system
// numbers the processors' own memory first.
void describe_nodes(const Topology& topology, Machine& machine) {
  std::vector<hwloc_obj_t> objects;
  for (hwloc_obj_t node = nullptr; (node = hwloc_get_next_obj_by_type(topology.get(), HWLOC_OBJ_NUMANODE, node));) {
    objects.push_back(node);
  }
  std::sort(objects.begin(), objects.end(), [](auto a, auto b) { return a->os_index < b->os_index; });
  for (const hwloc_obj_t node : objects) {
    machine.nodes.push_back({int(node->os_index), {}, std::size_t(node->attr->numanode.local_memory)});
  }
  for (const int processor : machine.processors) {
    std::size_t own = objects.size();
    for (std::size_t i = 0; i < objects.size(); ++i) {
      if (!hwloc_bitmap_isset(objects[i]->cpuset, unsigned(processor))) continue;
      const auto weight = [&](std::size_t at) { return hwloc_bitmap_weight(objects[at]->cpuset); };
      if (own == objects.size() || weight(i) < weight(own)) own = i;
    }
    if (own < objects.size()) machine.nodes[own].processors.push_back(processor);
  }
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
  const auto cores = cores_of(topology, allowed);
  const auto blocks = blocks_of(cores);
  machine.cores = std::max(1, int(cores.size()));
  for (const auto& block : blocks) machine.processors.insert(machine.processors.end(), block.begin(), block.end());
  describe_nodes(topology, machine);
  const auto levels = holders(topology, machine);
  for (const auto& block : blocks) {
    const auto in_turn = scatter(block, levels);
    machine.scattered.insert(machine.scattered.end(), in_turn.begin(), in_turn.end());
  }
  describe_caches(topology, machine);
  machine.numa_nodes = std::max(1, hwloc_get_nbobjs_by_type(topology.get(), HWLOC_OBJ_NUMANODE));
  return machine;
}

std::string topology_xml() { return anonymised(export_xml(this_topology(Devices::important))); }

}  // namespace sextant::probes
