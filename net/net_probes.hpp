// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "probes/probe/probe.hpp"

// The description of the collective probes, linked everywhere and without MPI. The trials live in the worker
// sextant-net.
namespace sextant::net {

std::vector<probes::Probe> net_probes();

// How the supervisor starts the worker for points that share their ranks: the arguments, program first...
std::vector<std::string> net_command(const probes::Machine& machine, const probes::Point& first_point);

// ...and what must be added to its environment, as "NAME=value".
std::vector<std::string> net_environment();

}  // namespace sextant::net
