// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sextant::probes {

// One level of cache as the system claims it. Virtual machines claim wrong sizes, so nothing is ever sized from these;
// they are recorded and drawn beside what was measured.
struct CacheClaim {
  int level = 0;
  std::size_t bytes = 0;
  int shared_by = 1;  // processors
};

// A NUMA node: some of the memory, and the processors it is nearest to. Without processors it is memory alone: CXL, or
// high-bandwidth memory beside the processors' own.
struct Node {
  int number = 0;               // the operating system's
  std::vector<int> processors;  // those of them that this process may use; each processor is of one node
  // What the system says, 0 where there is none for this process. A virtual machine may say too little, so no footprint
  // is ever chosen by it.
  std::size_t bytes = 0;
  std::size_t available = 0;  // bytes that can be used now without taking from anybody; 0 where nobody says
};

// What a probe may know about the machine it runs on. Plain values, captured once.
struct Machine {
  // Operating-system numbers of the processors this process may run on. One per core first, package after package, and
  // where cores are of several kinds the fastest kind before the others: the first n are the n that share no core and lie
  // closest together.
  std::vector<int> processors;
  // The same with packages, nodes and caches taking turns: the first n share as little as n can.
  std::vector<int> scattered;
  std::vector<Node> nodes;  // ascending by number; empty where nobody says
  int cores = 1;            // physical cores among them
  int numa_nodes = 1;
  std::size_t available_memory = 0;  // bytes that can be used now: MemAvailable, cut by the cgroup limit
  std::vector<CacheClaim> caches;
  bool virtualised = false;
  std::filesystem::path libexec;  // where the other workers are installed
  std::filesystem::path target;   // the folder the user named for files, may be empty
};

// Index among machine.nodes of the node that holds this processor, -1 where none does.
int node_of(const Machine& machine, int processor);

// hwloc for processors, caches and nodes, cut to the affinity of the calling process; the cgroup and /proc under `root`
// ("/" outside tests) for memory. Throws std::runtime_error when hwloc cannot read the machine at all.
Machine detect_machine(const std::filesystem::path& root = "/");

// hwloc's XML without host name, MAC addresses, serial numbers or device names that identify a machine.
std::string topology_xml();

// Facts as dotted keys and text ("cpu.model" -> "AMD EPYC"), read below `root`, so that captured trees test it. What is
// missing is left out; nothing here throws. Never a host name, user, serial, MAC, UUID or path of the user's.
struct Environment {
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<std::string> warnings;  // each says what to do about it
};
Environment capture_environment(const std::filesystem::path& root = "/");

// The text of a fact; empty when it is not there.
std::string fact(const Environment& environment, std::string_view key);

// A label for the machine that names nobody: first 8 hex digits of a hash of processor model, topology and memory.
std::string machine_hash(const Machine& machine, const Environment& environment);

}  // namespace sextant::probes
