// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "probes/kernels/stream.hpp"
#include "probes/probe/team.hpp"

namespace sextant::probes {

// The form of the loop that is fastest here, and about how long it takes over all parts once.
struct Tuned {
  Shape shape;
  double pass_seconds = 0;
};

// Tries every form that the machine has, on the parts (one a member) as they lie, for a few milliseconds. Of parts that
// are larger than a MiB each try takes another stretch, so that what is meant to come from memory comes from there.
// Overwrites the destinations, leaves the sources as they were.
Tuned tune(Team& team, std::span<const Part> parts, Stream stream, Store store);

}  // namespace sextant::probes
