// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "gpu/read_body.hpp"

// The kernels of the read probe; the only file compiled by nvcc is read_kernel.cu.
namespace sextant::gpu {

// Blocks and threads of a launch that fills the device once: as many blocks as it keeps resident at a time.
struct Grid {
  unsigned blocks = 0;
  unsigned threads_per_block = 0;
  std::size_t threads() const { return std::size_t(blocks) * threads_per_block; }
};

Grid read_grid(int device);

// Both only enqueue; an error of the launch is thrown.
void launch_fill(Quad* data, std::size_t count, Grid grid, cudaStream_t stream);
void launch_read(const Quad* data, std::size_t count, std::uint64_t passes, std::uint32_t* partials, Grid grid,
                 cudaStream_t stream);

}  // namespace sextant::gpu
