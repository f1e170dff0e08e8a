// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "probes/machine/tree.hpp"

namespace sextant::probes {

// Bytes of the huge pages that mmap gives without saying which (2 MiB on x86, 512 MiB on Arm with 64 KiB pages); 2 MiB
// where the kernel does not say.
std::size_t huge_page_bytes(const Tree& tree);

// Why `bytes` cannot be had in huge pages that the system's owner has set aside, with the command that sets aside enough;
// empty where they can be had, or where nobody says. `node` is the NUMA node they must lie on, -1 for any. To be asked
// before the pages are mapped: the kernel promises pages of all nodes and without a look at the control group's limit,
// and ends the process at the touch.
std::string too_few_huge_pages(const Tree& tree, std::size_t bytes, int node);

}  // namespace sextant::probes
