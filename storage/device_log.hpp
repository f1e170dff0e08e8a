// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/files/device_counter.hpp"

// What a device says of its own state: how worn and how warm it is, and how much was ever written.
namespace sextant::storage {

// The SMART / Health Information log page of an NVMe drive (NVM Express Base Specification 2.0, figure 207).
struct HealthLog {
  double temperature;      // K
  double percentage_used;  // 1 for a per cent; may exceed 100
  double read_bytes;       // by the host, in steps of 512 000
  double written_bytes;
  double media_errors;
};

inline constexpr std::size_t health_log_bytes = 512;

// Nothing where the page is too short or empty.
std::optional<HealthLog> parse_health_log(std::span<const std::byte> page);

// The log, or the sentence that says why there is none: the device is no NVMe drive, or this user may not ask it.
struct DeviceLog {
  std::optional<HealthLog> health;
  std::string reason;
};

// Of the drive with the block device `number`, which may be a partition of it. Read below `root`.
DeviceLog read_device_log(std::uint64_t number, const std::filesystem::path& root = "/");

// The controller of a block device from where its entry in sysfs really lies: "nvme0"; empty when it is no NVMe drive.
std::string controller_of(const std::filesystem::path& entry);

using Facts = std::vector<std::pair<std::string, std::string>>;

// For the record of a run that uses `target` (a folder, or one that stands for a device): what lies below it, and what it
// has moved and suffered meanwhile. One is made before the run, and asked after it. Nothing throws; nothing that names the
// drive (serial number, WWN) is read.
class DeviceWatch {
 public:
  explicit DeviceWatch(const std::filesystem::path& target, const std::filesystem::path& root = "/");

  // Facts below "storage.": file_system, model, rotational, logical_block_bytes, write_cache, scheduler; those that the
  // system gives.
  Facts before() const;

  // storage.read_bytes and .written_bytes of everybody on the device since the beginning, and the log before and after:
  // storage.health_before.percentage_used, ... or storage.health with the sentence.
  Facts after() const;

 private:
  std::filesystem::path root_;
  std::filesystem::path entry_;  // of the whole device in sysfs; empty where there is none
  std::string file_system_;
  std::uint64_t number_ = 0;
  std::optional<DeviceCounter> counter_;
  std::optional<DeviceCount> count_;
  DeviceLog log_;
};

}  // namespace sextant::storage
