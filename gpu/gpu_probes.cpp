// SPDX-License-Identifier: Apache-2.0
#include "gpu/gpu_probes.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "gpu/ask.hpp"
#include "gpu/not_built.hpp"

namespace sextant::gpu {

using probes::Availability;
using probes::Axis;
using probes::Machine;
using probes::Unit;

namespace {

// Only the worker can tell whether there is a device. It says so with exit code 77 and a sentence; every other end (a
// crash, a failing driver, silence) is a failure that the run will find again and report, not an absence.
Availability available(const Machine& machine) {
  const std::filesystem::path worker = machine.libexec / "sextant-gpu";
  if (access(worker.c_str(), X_OK) != 0) {
    if (!not_built.empty()) return probes::unavailable("not built: " + std::string(not_built));
    return probes::unavailable(
        "the worker sextant-gpu is missing from the installation: build or install Sextant again");
  }
  const Answer answer = ask({worker.string(), "--availability"}, std::chrono::seconds(20));
  if (answer.exit_code == 77) return probes::unavailable(answer.text);
  return {};
}

// From well inside L2 (tens of MiB) to well beyond it.
std::vector<Axis> axes(const Machine&, bool quick) {
  constexpr double mebibyte = 1 << 20;
  const double last = (quick ? 1024 : 8192) * mebibyte;
  return {{"footprint", Unit::byte, probes::powers_of_two(mebibyte, last, quick ? 2 : 1), "bytes read over and over"}};
}

probes::Probe memory_read() {
  return {.name = "gpu.memory.read",
          .summary = "Bytes per second at which a whole GPU reads a buffer of its own memory, past its L1 caches.",
          .quantity = {"bandwidth", Unit::byte_per_second},
          .precision = 0.01,
          .worker = "sextant-gpu",
          .axes = axes,
          .available = available};
}

}  // namespace

std::vector<probes::Probe> gpu_probes() { return {memory_read()}; }

}  // namespace sextant::gpu
