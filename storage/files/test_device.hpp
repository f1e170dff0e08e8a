// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "storage/files/file_descriptor.hpp"

// Block devices for one test, gone after it. They need root and a kernel that has them; path() is empty without.
namespace sextant::storage {

// In memory (zram).
class RamDevice {
 public:
  explicit RamDevice(std::uint64_t bytes) {
    int number = -1;
    if (!(std::ifstream("/sys/class/zram-control/hot_add") >> number)) return;
    number_ = number;
    const std::string name = "zram" + std::to_string(number);
    std::ofstream(std::filesystem::path("/sys/block") / name / "disksize") << bytes;
    const std::filesystem::path node = std::filesystem::path("/dev") / name;
    std::error_code error;
    if (std::filesystem::exists(node, error)) path_ = node;
  }
  ~RamDevice() {
    if (number_ < 0) return;
    // Whoever looked at the new device (udev) may still have it open.
    for (int i = 0; i < 50; ++i) {
      std::ofstream remove("/sys/class/zram-control/hot_remove");
      remove << number_ << std::flush;
      if (remove) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  RamDevice(const RamDevice&) = delete;
  RamDevice& operator=(const RamDevice&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  int number_ = -1;
  std::filesystem::path path_;
};

// A file as a device. `direct`: past the page cache, so that what becomes of the file becomes of the device.
class LoopDevice {
 public:
  explicit LoopDevice(const std::filesystem::path& file, bool read_only = false) {
    const FileDescriptor control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    const FileDescriptor backing(::open(file.c_str(), (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC));
    if (!control || !backing) return;
    for (int i = 0; i < 10 && !opened_; ++i) {  // somebody may take the free one first
      const int number = ::ioctl(control.number(), LOOP_CTL_GET_FREE);
      if (number < 0) return;
      const std::string node = "/dev/loop" + std::to_string(number);
      FileDescriptor opened(::open(node.c_str(), (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC));
      if (!opened || ::ioctl(opened.number(), LOOP_SET_FD, backing.number()) != 0) continue;
      ::ioctl(opened.number(), LOOP_SET_DIRECT_IO, 1ul);
      opened_ = std::move(opened);
      path_ = node;
    }
  }
  ~LoopDevice() {
    if (opened_) ::ioctl(opened_.number(), LOOP_CLR_FD, 0);
  }
  LoopDevice(const LoopDevice&) = delete;
  LoopDevice& operator=(const LoopDevice&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  FileDescriptor opened_;
  std::filesystem::path path_;
};

}  // namespace sextant::storage
