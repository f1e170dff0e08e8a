// SPDX-License-Identifier: Apache-2.0
#include "bench/all_probes.hpp"

#include "bench/locations.hpp"
#include "gpu/gpu_probes.hpp"
#include "net/net_probes.hpp"
#include "probes/probes.hpp"
#include "storage/storage_probes.hpp"

namespace sextant::bench {

// The one explicit list of families; each family lists its probes.
std::vector<probes::Probe> all_probes() {
  std::vector<probes::Probe> all;
  for (const auto& family : {probes::cpu_probes(), storage::storage_probes(), net::net_probes(), gpu::gpu_probes()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  return all;
}

WorkerCommand worker_command(const probes::Probe& probe, const probes::Machine& machine, const probes::Point& first) {
  if (probe.worker == "sextant-net") return {net::net_command(machine, first), net::net_environment()};
  if (probe.worker == "sextant") return {{program().string(), "worker"}, {}};
  return {{(machine.libexec / probe.worker).string()}, {}};
}

}  // namespace sextant::bench
