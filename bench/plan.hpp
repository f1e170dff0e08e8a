// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "probes/probe/probe.hpp"

// What a run will measure, before anything is measured. Pure: the same request on the same machine gives the same plan.
namespace sextant::bench {

struct Request {
  std::vector<std::string> prefixes = {};   // "memory", "net.allreduce"; empty = every probe
  std::string filter = {};                  // regular expression on probe names; empty = all
  std::vector<std::string> overrides = {};  // "memory.read.footprint=64KiB,1MiB"
  std::string mode = "standard";            // quick, standard, publish
};

struct PlannedProbe {
  probes::Probe probe;
  probes::Availability availability;
  results::Table table;
  std::vector<probes::Point> points;
};

// Throws UsageError: a prefix or filter that matches nothing, an unknown probe or axis in an override (with the nearest
// name), a value that is not understood.
std::vector<PlannedProbe> make_plan(const std::vector<probes::Probe>& all, const probes::Machine& machine,
                                    const Request& request);

// The dry run's table: probe, points, launches, least seconds, why not.
std::string describe(const std::vector<PlannedProbe>& plan, const std::string& mode);

// "footprint=64 MiB threads=2" for people.
std::string describe(const probes::Point& point, const results::Table& table);

}  // namespace sextant::bench
