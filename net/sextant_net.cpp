// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include "net/allreduce.hpp"
#include "probes/probe/worker.hpp"

// The worker of the collective probes, started by mpirun: rank 0 speaks the row protocol, the others follow it and stay
// silent. A follower that fails ends all of them, and the supervisor writes the rows that are lost.
int main(int argc, char** argv) {
  using namespace sextant;
  net::bind_to_own_processor();
  const net::Ranks ranks(&argc, &argv);  // MPI ends the process itself when it cannot start
  try {
    net::Allreduce allreduce(ranks);
    if (ranks.rank() == 0) return probes::serve({net::allreduce_probe(allreduce)}, stdin, stdout);
    allreduce.follow();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sextant-net, rank %d: %s\n", ranks.rank(), error.what());
    if (ranks.rank() != 0) ranks.abort(1);  // rank 0 has already let the others go
    return 1;
  }
}
