// SPDX-License-Identifier: Apache-2.0
#include "storage/files/read_counter.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <cinttypes>
#include <cstdio>

#include "results/record/sample.hpp"

namespace sextant::storage {
namespace {

// The kernel counts sectors of 512 bytes here, whatever the device's own sector is
// (Documentation/ABI/stable/sysfs-block, "stat").
constexpr double sector = 512;

}  // namespace

ReadCounter::ReadCounter(int file, const std::filesystem::path& devices) {
  struct stat status = {};
  if (::fstat(file, &status) != 0) return;
  const auto device = std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));
  statistics_ = FileDescriptor(::open((devices / device / "stat").c_str(), O_RDONLY | O_CLOEXEC));
}

double ReadCounter::bytes() const {
  if (!statistics_) return results::not_available;
  std::array<char, 512> text = {};
  if (::pread(statistics_.number(), text.data(), text.size() - 1, 0) <= 0) return results::not_available;
  std::uint64_t sectors = 0;
  if (std::sscanf(text.data(), "%*u %*u %" SCNu64, &sectors) != 1 || sectors == 0) return results::not_available;
  return static_cast<double>(sectors) * sector;
}

}  // namespace sextant::storage
