// SPDX-License-Identifier: Apache-2.0
#include "storage/storage_probes.hpp"
#include "storage/storage_read_description.hpp"

namespace sextant::storage {

std::vector<probes::Probe> storage_probes() {
  probes::Probe read = storage_read_description();
  read.available = [](const probes::Machine&) {
    return probes::unavailable(
        "built without liburing (not found, or SEXTANT_STORAGE=OFF): install liburing-dev and build again");
  };
  return {read};
}

}  // namespace sextant::storage
