// SPDX-License-Identifier: Apache-2.0
#include "storage/files/device_counter.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

#include "results/record/sample.hpp"

namespace sextant::storage {
namespace {

// The kernel counts sectors of 512 bytes here, whatever the device's own sector is
// (Documentation/ABI/stable/sysfs-block, "stat").
constexpr double sector = 512;

constexpr DeviceCount unknown = {results::not_available, results::not_available, results::not_available,
                                 results::not_available};

}  // namespace

DeviceCount operator-(const DeviceCount& after, const DeviceCount& before) {
  return {after.read_requests - before.read_requests, after.read_bytes - before.read_bytes,
          after.written_requests - before.written_requests, after.written_bytes - before.written_bytes};
}

DeviceCounter::DeviceCounter(int file, const std::filesystem::path& devices) {
  struct stat status = {};
  if (::fstat(file, &status) != 0) return;
  const dev_t number = S_ISBLK(status.st_mode) ? status.st_rdev : status.st_dev;
  const auto device = std::to_string(major(number)) + ":" + std::to_string(minor(number));
  statistics_ = FileDescriptor(::open((devices / device / "stat").c_str(), O_RDONLY | O_CLOEXEC));
}

DeviceCount DeviceCounter::now() const {
  if (!statistics_) return unknown;
  std::array<char, 512> text = {};
  if (::pread(statistics_.number(), text.data(), text.size() - 1, 0) <= 0) return unknown;
  std::uint64_t reads = 0, read = 0, writes = 0, written = 0;  // requests and sectors
  const int fields = std::sscanf(text.data(), "%" SCNu64 " %*u %" SCNu64 " %*u %" SCNu64 " %*u %" SCNu64, &reads, &read,
                                 &writes, &written);
  if (fields != 4 || (read == 0 && written == 0)) return unknown;
  return {static_cast<double>(reads), static_cast<double>(read) * sector, static_cast<double>(writes),
          static_cast<double>(written) * sector};
}

}  // namespace sextant::storage
