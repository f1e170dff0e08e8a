// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/descriptions.hpp"
#include "storage/request_descriptions.hpp"
#include "storage/storage_probes.hpp"
#include "storage/sustained_description.hpp"

namespace sextant::storage {

std::vector<probes::Probe> storage_probes() {
  std::vector<probes::Probe> probes = {storage_read_description(),  storage_write_description(),
                                       storage_mixed_description(), storage_latency_description(),
                                       stream_layers_description(), sparse_rows_description(),
                                       sustained_description()};
  for (probes::Probe& probe : probes) {
    probe.available = [](const probes::Machine&) {
      return probes::unavailable(
          "built without liburing (not found, or SEXTANT_STORAGE=OFF): install liburing-dev and build again");
    };
  }
  return probes;
}

}  // namespace sextant::storage
