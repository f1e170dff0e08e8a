// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/probe/probe.hpp"

// gpu.memory.read
//
// What is measured: the bandwidth at which all multiprocessors of one device read a buffer of `footprint` bytes, again
//   and again, past their L1 caches: the L2 cache for small footprints, the device's memory for large ones. Time is
//   what passes between two CUDA events around one kernel that makes all passes; its launch, a few microseconds, is in
//   it and is small against a sample of ten milliseconds.
// How bytes are counted: the footprint once per pass. The partial sums, 4 bytes per thread once per sample, are not
//   counted. What would make it wrong: loads that hit L1 (they are marked to bypass it); too few loads in flight (all
//   resident threads, eight 16-byte loads each); blocks that drift apart by a pass and share L2 lines near its size;
//   clocks that the device lowers; another program on the device.
// How the answer is verified: each run must return the exact sum of the buffer in integers, weighted by the pass, from
//   partial sums that were overwritten before the run (gpu/read_body.hpp).
// Where the method comes from: the grid-stride read of the CUDA programming guide, and the curve over footprints of
//   RRZE-HPC's gpu-benches (gpu-cache, gpu-stream).
namespace sextant::gpu {

// The probe of gpu_probes() with its trials.
probes::Probe memory_read();

}  // namespace sextant::gpu
