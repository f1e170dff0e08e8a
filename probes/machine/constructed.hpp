// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include "probes/machine/topology.hpp"

// Machines that we do not have, for tests: topologies in hwloc's notations and trees of system files, written after the
// kernel's documentation and the vendors' layouts. Constructed, not captured: nothing in them was measured.
namespace sextant::probes::constructed {

// A folder of system files that goes with its owner; anybody may read it.
class Files {
 public:
  Files() {
    std::string name = std::filesystem::temp_directory_path() / "sextant-constructed-XXXXXX";
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    root_ = name;
    chmod(name.c_str(), 0755);
  }
  ~Files() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  const std::filesystem::path& root() const { return root_; }
  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << "\n";
  }

 private:
  std::filesystem::path root_;
};

// Two sockets of four cores with two threads each. As Linux counts: the second threads follow all cores.
inline Topology two_socket_smt_server() {
  return topology_from_synthetic(
      "pack:2 [numa(memory=137438953472)] l3:1(size=33554432) l2:4(size=2097152) core:1 "
      "pu:2(indexes=0,8,1,9,2,10,3,11,4,12,5,13,6,14,7,15)");
}

// One socket in four nodes, each with two caches of two cores.
inline Topology four_node_epyc() {
  return topology_from_synthetic(
      "pack:1 group:4 [numa(memory=68719476736)] l3:2(size=33554432) l2:2(size=1048576) core:1 pu:1");
}

// Four fast cores of two threads after four slow ones that have a cache in common. The second threads of the slow ones
// (processors 1, 3, 5, 7), which such a laptop has not, are left out as an affinity would.
inline Topology hybrid_laptop() {
  auto xml =
      export_xml(topology_from_synthetic("pack:1 [numa(memory=17179869184)] l3:1(size=25165824) "
                                         "l2:2(size=2097152) core:4 pu:2"));
  xml.insert(xml.rfind("</topology>"),
             "<cpukind cpuset=\"0x000000ff\" forced_efficiency=\"0\"/>\n"
             "<cpukind cpuset=\"0x0000ff00\" forced_efficiency=\"1\"/>\n");
  return topology_from_xml(xml);
}
inline const std::vector<int> hybrid_processors = {0, 2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15};

// Two sockets, no second threads, clusters of two cores that share a second-level cache.
inline Topology arm_server() {
  return topology_from_synthetic(
      "pack:2 [numa(memory=68719476736)] l3:1(size=67108864) l2:4(size=2097152) core:2 pu:1");
}

// Two sockets with memory, and memory behind CXL that has no processors and is near to all: node 2.
inline Topology with_cxl_memory() {
  return topology_from_synthetic("[numa(memory=274877906944)] pack:2 [numa(memory=137438953472)] core:2 pu:1");
}

// As hwloc sees the virtual machine that we build on: 508 MiB of last cache for each of two cores, which nobody has.
inline Topology virtual_machine() {
  return topology_from_synthetic(
      "pack:1 [numa(memory=6442450944)] l3:2(size=532676608) l2:1(size=2097152) l1d:1(size=49152) core:1 pu:1");
}

}  // namespace sextant::probes::constructed
