// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "probes/probe/probe.hpp"

namespace sextant::bench {

// Every probe of every family, described; those of this program (CPU and storage) can be prepared too.
std::vector<probes::Probe> all_probes();

// How a worker is started for a group of points that share their launch axes.
struct WorkerCommand {
  std::vector<std::string> arguments;    // argv
  std::vector<std::string> environment;  // "NAME=value", added to ours
};
WorkerCommand worker_command(const probes::Probe& probe, const probes::Machine& machine, const probes::Point& first);

}  // namespace sextant::bench
