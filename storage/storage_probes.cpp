// SPDX-License-Identifier: Apache-2.0
#include "storage/storage_probes.hpp"

#include "storage/layers/sparse_rows.hpp"
#include "storage/layers/stream_layers.hpp"
#include "storage/request_probes.hpp"
#include "storage/sustained.hpp"

namespace sextant::storage {

std::vector<probes::Probe> storage_probes() {
  return {storage_read(),  storage_write(), storage_mixed(), storage_latency(),
          stream_layers(), sparse_rows(),   sustained()};
}

}  // namespace sextant::storage
