// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "probes/machine/tree.hpp"

namespace sextant::probes {

// Processors that differ in what they can do: performance and efficiency cores, big and little ones.
struct ProcessorKind {
  std::string name;        // "core", "atom" (Intel's names), or the capacity that the kernel gives them: "1024"
  std::string processors;  // the kernel's list: "0-11"
};

// The kinds that the kernel tells apart, the fastest first; empty where they are all alike or it does not say.
std::vector<ProcessorKind> processor_kinds(const Tree& tree);

}  // namespace sextant::probes
