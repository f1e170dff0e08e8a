// SPDX-License-Identifier: Apache-2.0
#include "net/net_probes.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "net/not_built.hpp"

namespace sextant::net {

using probes::Availability;
using probes::Axis;
using probes::Machine;
using probes::Unit;

namespace {

bool on_path(std::string_view program) {
  const char* path = std::getenv("PATH");
  if (!path) return false;
  std::string_view rest(path);
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    if (!folder.empty() && access((std::filesystem::path(folder) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

Availability available(const Machine& machine) {
  if (access((machine.libexec / "sextant-net").c_str(), X_OK) != 0) {
    if (!not_built.empty()) return probes::unavailable("not built: " + std::string(not_built));
    return probes::unavailable(
        "the worker sextant-net is missing from the installation: build or install Sextant again");
  }
  if (!on_path("mpirun")) return probes::unavailable("mpirun is not on PATH: install openmpi-bin");
  if (machine.cores < 2) {
    return probes::unavailable(
        "an all-reduce needs two ranks on cores of their own, and this process may use one core");
  }
  return {};
}

// 2, 4, 8, ... and all cores; quick takes the two ends.
std::vector<probes::Value> rank_counts(int cores, bool quick) {
  std::vector<probes::Value> counts;
  for (int ranks = 2; ranks < cores; ranks *= 2) {
    if (!quick || ranks == 2) counts.emplace_back(double(ranks));
  }
  if (cores >= 2) counts.emplace_back(double(cores));
  return counts;
}

// One decode step of a batch B reduces 2 B d bytes per call with a hidden size d: 8 KiB for B = 1 and d = 4096, a few
// MiB for B = 64 and d = 16384. Below that, the software's own cost.
std::vector<Axis> axes(const Machine& machine, bool quick) {
  return {{"ranks", Unit::one, rank_counts(machine.cores, quick), "MPI processes, each on a core of its own"},
          {"bytes", Unit::byte, probes::powers_of_two(8, 4 << 20, quick ? 3 : 1), "message on each rank"}};
}

probes::Probe allreduce() {
  return {.name = "net.allreduce",
          .summary = "Time of one MPI all-reduce (float32, sum) of a message on each rank, the slowest rank's.",
          .quantity = {"latency", Unit::second},
          .precision = 0.03,
          .worker = "sextant-net",
          .launch_axes = {"ranks"},
          .extras = {{"start_skew", Unit::second, "between the first and the last rank to start"}},
          .axes = axes,
          .available = available};
}

}  // namespace

std::vector<probes::Probe> net_probes() { return {allreduce()}; }

std::vector<std::string> net_command(const Machine& machine, const probes::Point& first_point) {
  return {"mpirun",
          "-n",
          std::to_string(int(first_point.number("ranks"))),
          "--oversubscribe",  // the user may ask for more ranks than cores; changes nothing otherwise
          "--bind-to",
          "none",  // the ranks bind themselves (net/ranks.hpp)
          (machine.libexec / "sextant-net").string()};
}

// Containers run as root. Open MPI refuses that unless told twice.
std::vector<std::string> net_environment() { return {"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"}; }

}  // namespace sextant::net
