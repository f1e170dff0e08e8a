// SPDX-License-Identifier: Apache-2.0
#include "probes/probes.hpp"

#include "probes/probe/meters.hpp"

namespace sextant::probes {

std::vector<Probe> cpu_probes() {
  std::vector<Probe> all = {
      memory_read(),         //
      memory_latency(),      //
      near_data_gemv(),      //
      near_data_shard(),     //
      near_data_pushdown(),  //
      sync_core_to_core(),   //
      sync_barrier(),        //
      overhead_dispatch(),   //
      cpu_interference(),    //
      compute_fma(),        //
  };
  for (Probe& probe : all) probe = with_meters(std::move(probe));
  return all;
}

}  // namespace sextant::probes
