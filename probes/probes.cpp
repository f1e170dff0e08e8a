// SPDX-License-Identifier: Apache-2.0
#include "probes/probes.hpp"

namespace sextant::probes {

std::vector<Probe> cpu_probes() {
  return {
      memory_read(),         //
      memory_latency(),      //
      near_data_gemv(),      //
      near_data_shard(),     //
      near_data_pushdown(),  //
      sync_core_to_core(),   //
      sync_barrier(),        //
      overhead_dispatch(),   //
      cpu_interference(),    //
  };
}

}  // namespace sextant::probes
