// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <source_location>
#include <span>
#include <utility>

#include "probes/probe/probe.hpp"

// CUDA's handles, each owned by one object. libcuda itself is never linked: it comes with the driver, and a program
// that links it does not start where there is none.
namespace sextant::gpu {

// Throws std::runtime_error with CUDA's own words and the place of the call when `code` is an error.
void check(cudaError_t code, std::source_location where = std::source_location::current());

// Whether there is a device to measure. Ready, or the sentence why there is none; throws when the driver is there but
// fails, which is a failure and no absence.
probes::Availability device_availability();

// The part of device_availability that can be tested: what an answer of cudaGetDeviceCount means.
// `driver` and `runtime` are CUDA versions as CUDA counts them (13000 is 13.0); 0 is a driver that is not there.
probes::Availability availability_from(cudaError_t code, int devices, int driver, int runtime);

class Stream {
 public:
  Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  cudaStream_t get() const { return stream_; }
  void wait() const { check(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

class Event {
 public:
  Event() { check(cudaEventCreate(&event_)); }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void record(const Stream& stream) const { check(cudaEventRecord(event_, stream.get())); }

  // Waits for this event; milliseconds since `earlier`.
  float milliseconds_since(const Event& earlier) const {
    check(cudaEventSynchronize(event_));
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, earlier.event_, event_));
    return milliseconds;
  }

 private:
  cudaEvent_t event_ = nullptr;
};

// `count` elements on the device, uninitialised. Throws Unavailable when the device has no room.
template <class T>
class DeviceMemory {
 public:
  explicit DeviceMemory(std::size_t count) : count_(count), data_(static_cast<T*>(allocate(count * sizeof(T)))) {}
  ~DeviceMemory() { cudaFree(data_); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  T* data() const { return data_; }
  std::size_t size() const { return count_; }

  void set_bytes(int value, const Stream& stream) {
    check(cudaMemsetAsync(data_, value, count_ * sizeof(T), stream.get()));
  }

  // Copies everything to `host`, which has room for it, and waits.
  void copy_to(std::span<T> host, const Stream& stream) const {
    check(cudaMemcpyAsync(host.data(), data_, count_ * sizeof(T), cudaMemcpyDeviceToHost, stream.get()));
    stream.wait();
  }

 private:
  static void* allocate(std::size_t bytes);
  std::size_t count_;
  T* data_;
};

void* allocate_on_device(std::size_t bytes);  // cudaMalloc; throws Unavailable when the device has no room

template <class T>
void* DeviceMemory<T>::allocate(std::size_t bytes) {
  return allocate_on_device(bytes);
}

}  // namespace sextant::gpu
