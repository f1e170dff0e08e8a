// SPDX-License-Identifier: Apache-2.0
#include "gpu/device.hpp"
#include "gpu/read_kernel.hpp"

namespace sextant::gpu {
namespace {

constexpr unsigned threads_per_block = 256;

// One 128-bit load that is kept in L2 but not in L1: otherwise a small footprint, read again and again by the same
// multiprocessors, would measure their own caches.
struct LoadPastL1 {
  __device__ Quad operator()(const Quad* from) const {
    const uint4 loaded = __ldcg(reinterpret_cast<const uint4*>(from));
    return {loaded.x, loaded.y, loaded.z, loaded.w};
  }
};

__device__ std::size_t this_thread() { return std::size_t(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ std::size_t all_threads() { return std::size_t(gridDim.x) * blockDim.x; }

__global__ void fill_kernel(Quad* data, std::size_t count) { fill_body(data, count, this_thread(), all_threads()); }

__global__ void __launch_bounds__(threads_per_block)
    read_kernel(const Quad* data, std::size_t count, std::uint64_t passes, std::uint32_t* partials) {
  partials[this_thread()] = read_body(data, count, passes, this_thread(), all_threads(), LoadPastL1{});
}

}  // namespace

Grid read_grid(int device) {
  int multiprocessors = 0, blocks_on_each = 0;
  check(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device));
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks_on_each, read_kernel, int(threads_per_block), 0));
  return {unsigned(multiprocessors) * unsigned(blocks_on_each), threads_per_block};
}

void launch_fill(Quad* data, std::size_t count, Grid grid, cudaStream_t stream) {
  fill_kernel<<<grid.blocks, grid.threads_per_block, 0, stream>>>(data, count);
  check(cudaGetLastError());
}

void launch_read(const Quad* data, std::size_t count, std::uint64_t passes, std::uint32_t* partials, Grid grid,
                 cudaStream_t stream) {
  read_kernel<<<grid.blocks, grid.threads_per_block, 0, stream>>>(data, count, passes, partials);
  check(cudaGetLastError());
}

}  // namespace sextant::gpu
