// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/machine/machine.hpp"

struct hwloc_topology;

namespace sextant::probes {

// An hwloc topology that is destroyed with its owner.
struct DestroyTopology {
  void operator()(hwloc_topology* topology) const;
};
using Topology = std::unique_ptr<hwloc_topology, DestroyTopology>;

enum class Devices { none, important };  // PCI, disk, network: for the export only, finding them costs time

// This machine, XML as hwloc exports it, or hwloc's synthetic notation ("pack:2 core:4 pu:2"), so that what we do with
// a topology is tested without the hardware. Throws std::runtime_error when hwloc refuses it.
Topology this_topology(Devices devices);
Topology topology_from_xml(const std::string& xml);
Topology topology_from_synthetic(const std::string& description);

std::string export_xml(const Topology& topology);  // as hwloc writes it, host name and all

// Processors, cores, nodes and caches. `allowed` holds the processors that this process may use, absent = all of them.
Machine describe(const Topology& topology, const std::optional<std::vector<int>>& allowed);

// detect_machine with everything it would ask the system for: what a test hands in.
Machine detect_machine(const Topology& topology, const std::optional<std::vector<int>>& allowed,
                       const std::filesystem::path& root);

// Keeps the properties known to be harmless, drops every other one (host name, addresses, serials, board strings,
// UUIDs, control group, kernel version), and numbers network devices instead of naming them (their names may hold the
// address).
std::string anonymised(std::string_view xml);

}  // namespace sextant::probes
