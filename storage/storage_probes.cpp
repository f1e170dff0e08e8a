// SPDX-License-Identifier: Apache-2.0
#include "storage/storage_probes.hpp"

#include "storage/storage_read.hpp"
#include "storage/sustained.hpp"

namespace sextant::storage {

std::vector<probes::Probe> storage_probes() { return {storage_read(), sustained()}; }

}  // namespace sextant::storage
