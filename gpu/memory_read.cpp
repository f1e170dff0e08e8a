// SPDX-License-Identifier: Apache-2.0
#include "gpu/memory_read.hpp"

#include <vector>

#include "gpu/device.hpp"
#include "gpu/gpu_probes.hpp"
#include "gpu/read_arithmetic.hpp"
#include "gpu/read_kernel.hpp"

namespace sextant::gpu {
namespace {

constexpr int device = 0;  // the first one that CUDA_VISIBLE_DEVICES leaves visible

class MemoryRead final : public probes::Trial {
 public:
  explicit MemoryRead(std::size_t quads)
      : grid_(read_grid(device)),
        data_(quads),
        partials_(grid_.threads()),
        host_(grid_.threads()),
        sum_(buffer_sum(quads)) {
    launch_fill(data_.data(), data_.size(), grid_, stream_.get());
    stream_.wait();
  }

  probes::Work run(std::uint64_t iterations) override {
    partials_.set_bytes(0xff, stream_);
    begin_.record(stream_);
    launch_read(data_.data(), data_.size(), iterations, partials_.data(), grid_, stream_.get());
    end_.record(stream_);
    const float milliseconds = end_.milliseconds_since(begin_);
    partials_.copy_to(host_, stream_);
    if (total(host_) != expected_total(sum_, iterations)) wrong_ = true;
    return read_work(data_.size(), iterations, milliseconds);
  }

  void verify() override {
    if (wrong_)
      throw probes::WrongAnswer("the device's sum of the buffer differs from the sum of what was written to it");
  }

 private:
  Grid grid_;
  Stream stream_;
  Event begin_, end_;
  DeviceMemory<Quad> data_;
  DeviceMemory<std::uint32_t> partials_;
  std::vector<std::uint32_t> host_;
  std::uint32_t sum_;  // of the buffer
  bool wrong_ = false;
};

}  // namespace

probes::Probe memory_read() {
  probes::Probe probe = gpu_probes().front();
  probe.prepare = [](probes::Workspace&, const probes::Point& point) {
    const probes::Availability availability = device_availability();
    if (!availability.ready) throw probes::Unavailable(availability.reason);
    check(cudaSetDevice(device));
    return std::make_unique<MemoryRead>(quads_in(point.number("footprint")));
  };
  return probe;
}

}  // namespace sextant::gpu
