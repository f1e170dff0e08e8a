// SPDX-License-Identifier: Apache-2.0
#include "probes/probes.hpp"

namespace sextant::probes {

std::vector<Probe> cpu_probes() {
  return {
      memory_read(),     //
      memory_latency(),  //
      memory_loaded_latency(), memory_gather(),
      near_data_gemv(),     //
      sync_barrier(),       //
      overhead_dispatch(),  //
      cpu_interference(),   //
  };
}

}  // namespace sextant::probes
