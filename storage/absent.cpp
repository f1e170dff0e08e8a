// SPDX-License-Identifier: Apache-2.0
#include "storage/storage_probes.hpp"
#include "storage/storage_read_description.hpp"
#include "storage/sustained_description.hpp"

namespace sextant::storage {

std::vector<probes::Probe> storage_probes() {
  std::vector<probes::Probe> all = {storage_read_description(), sustained_description()};
  for (probes::Probe& probe : all) {
    probe.available = [](const probes::Machine&) {
      return probes::unavailable(
          "built without liburing (not found, or SEXTANT_STORAGE=OFF): install liburing-dev and build again");
    };
  }
  return all;
}

}  // namespace sextant::storage
