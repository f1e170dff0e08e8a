// SPDX-License-Identifier: Apache-2.0
#include "probes/probes.hpp"

#include "probes/probe/meters.hpp"

namespace sextant::probes {

std::vector<Probe> cpu_probes() {
  std::vector<Probe> all = {
      memory_read(),            //
      memory_write(),           //
      memory_copy(),            //
      memory_triad(),           //
      memory_latency(),         //
      memory_loaded_latency(),  //
      memory_gather(),          //
      compute_fma(),            //
      near_data_gemv(),         //
      near_data_attention(),    //
      near_data_shard(),        //
      near_data_pushdown(),     //
      sync_core_to_core(),      //
      sync_barrier(),           //
      overhead_dispatch(),      //
      decode_reference(),       //
      cpu_interference(),       //
  };
  for (Probe& probe : all) probe = with_meters(std::move(probe));
  return all;
}

}  // namespace sextant::probes
