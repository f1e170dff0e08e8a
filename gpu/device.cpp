// SPDX-License-Identifier: Apache-2.0
#include "gpu/device.hpp"

#include <stdexcept>
#include <string>

#include "results/record/unit.hpp"

namespace sextant::gpu {
namespace {

std::string version(int number) { return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10); }

}  // namespace

void check(cudaError_t code, std::source_location where) {
  if (code == cudaSuccess) return;
  cudaGetLastError();  // so that the next call does not report this one again
  throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(code) + " (" + cudaGetErrorName(code) + ") in " +
                           where.function_name() + ", line " + std::to_string(where.line()));
}

probes::Availability availability_from(cudaError_t code, int devices, int driver, int runtime) {
  const std::string none = "no CUDA device: ";
  switch (code) {
    case cudaSuccess:
      if (devices > 0) return {};
      return probes::unavailable(none + "the driver reports none");
    case cudaErrorNoDevice:
      return probes::unavailable(none + "the driver reports none");
    case cudaErrorStubLibrary:
      return probes::unavailable(none + "libcuda is the toolkit's stub, not a driver");
    case cudaErrorInsufficientDriver:
      if (driver == 0) return probes::unavailable(none + "the driver is not installed");
      return probes::unavailable(none + "the driver is for CUDA " + version(driver) + " and Sextant was built with " +
                                 version(runtime) + ": install a newer driver");
    default:
      check(code);
      return {};
  }
}

probes::Availability device_availability() {
  int devices = 0, driver = 0, runtime = 0;
  const cudaError_t code = cudaGetDeviceCount(&devices);
  cudaGetLastError();  // the answer is in `code`; leave nothing for later calls
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  return availability_from(code, devices, driver, runtime);
}

void* allocate_on_device(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t code = cudaMalloc(&memory, bytes);
  if (code == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    throw probes::Unavailable("the device has no room for " + results::format(double(bytes), results::Unit::byte));
  }
  check(code);
  return memory;
}

}  // namespace sextant::gpu
