// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <string_view>

#include "gpu/device.hpp"
#include "gpu/memory_read.hpp"
#include "probes/probe/worker.hpp"

// The worker of the GPU probes. Speaks the row protocol; with --availability it only says whether there is a device:
// exit code 0 when there is, 77 and a sentence when not.
int main(int argc, char** argv) {
  using namespace sextant;
  try {
    if (argc > 1 && std::string_view(argv[1]) == "--availability") {
      const probes::Availability availability = gpu::device_availability();
      std::puts(availability.ready ? "ready" : availability.reason.c_str());
      return availability.ready ? 0 : 77;
    }
    return probes::serve({gpu::memory_read()}, stdin, stdout);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sextant-gpu: %s\n", error.what());
    return 1;
  }
}
