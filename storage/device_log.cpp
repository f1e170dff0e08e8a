// SPDX-License-Identifier: Apache-2.0
#include "storage/device_log.hpp"

#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

#include "probes/probe/probe.hpp"
#include "results/record/csv.hpp"
#include "storage/files/block_device.hpp"
#include "storage/files/file_descriptor.hpp"
#include "storage/files/file_system.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;

constexpr double unit = 512e3;  // the log counts thousands of 512 bytes

// A little-endian number of up to 16 bytes; what a double cannot hold exactly it holds to 16 digits.
double number(std::span<const std::byte> bytes) {
  double value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value * 256 + std::to_integer<int>(bytes[i - 1]);
  return value;
}

bool is_controller(const std::string& name) {
  return name.size() > 4 && name.starts_with("nvme") &&
         std::all_of(name.begin() + 4, name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Get Log Page (admin command 02h), log 02h, of the whole controller; returns 0 or an errno.
int ask(int controller, std::span<std::byte> page) {
  nvme_admin_cmd command = {};
  command.opcode = 0x02;
  command.nsid = 0xffffffff;
  command.addr = reinterpret_cast<std::uintptr_t>(page.data());
  command.data_len = static_cast<std::uint32_t>(page.size());
  command.cdw10 = (static_cast<std::uint32_t>(page.size() / 4 - 1) << 16) | 0x02;
  const int result = ::ioctl(controller, NVME_IOCTL_ADMIN_CMD, &command);
  return result == 0 ? 0 : result > 0 ? EIO : errno;
}

std::string first_line(const fs::path& file) {
  std::string line;
  std::getline(std::ifstream(file) >> std::ws, line);
  const auto end = line.find_last_not_of(" \t\r");
  return end == std::string::npos ? std::string() : line.substr(0, end + 1);
}

// "none mq-deadline [bfq]" says bfq.
std::string chosen(const std::string& text) {
  const auto open = text.find('['), close = text.find(']');
  return open == std::string::npos || close == std::string::npos ? text : text.substr(open + 1, close - open - 1);
}

void add(Facts& facts, const char* key, const std::string& text) {
  if (!text.empty()) facts.emplace_back(std::string("storage.") + key, text);
}

void add(Facts& facts, const std::string& group, const HealthLog& log) {
  const auto fact = [&](const char* key, double value) {
    facts.emplace_back("storage." + group + "." + key, results::number_text(value));
  };
  fact("temperature_K", log.temperature);
  fact("percentage_used", log.percentage_used);
  fact("read_By", log.read_bytes);
  fact("written_By", log.written_bytes);
  fact("media_errors", log.media_errors);
}

}  // namespace

std::optional<HealthLog> parse_health_log(std::span<const std::byte> page) {
  if (page.size() < health_log_bytes) return {};
  const bool empty = std::all_of(page.begin(), page.end(), [](std::byte each) { return each == std::byte{0}; });
  if (empty) return {};
  return HealthLog{number(page.subspan(1, 2)), number(page.subspan(5, 1)), number(page.subspan(32, 16)) * unit,
                   number(page.subspan(48, 16)) * unit, number(page.subspan(160, 16))};
}

// .../nvme/nvme0/nvme0n1/nvme0n1p1, or with several paths to a drive .../nvme-subsystem/nvme-subsys0/nvme0n1 beside links
// to its controllers.
std::string controller_of(const fs::path& entry) {
  std::error_code error;
  for (fs::path at = entry; at.has_relative_path(); at = at.parent_path()) {
    if (is_controller(at.filename().string())) return at.filename().string();
    if (!at.filename().string().starts_with("nvme-subsys")) continue;
    for (const auto& link : fs::directory_iterator(at, error)) {
      if (is_controller(link.path().filename().string())) return link.path().filename().string();
    }
  }
  return {};
}

DeviceLog read_device_log(std::uint64_t device, const fs::path& root) {
  std::error_code error;
  const fs::path entry = fs::canonical(
      root / "sys/dev/block" / (std::to_string(major(device)) + ":" + std::to_string(minor(device))), error);
  if (entry.empty()) return {{}, "no block device of its own"};
  const std::string controller = controller_of(entry);
  if (controller.empty()) return {{}, "the device is no NVMe drive, whose log alone is read"};
  const FileDescriptor opened(::open((root / "dev" / controller).c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return {{}, std::string("the log of the NVMe drive cannot be asked for: ") + std::strerror(errno)};
  std::array<std::byte, health_log_bytes> page = {};
  if (const int failed = ask(opened.number(), page)) {
    return {{}, std::string("the NVMe drive does not give its log: ") + std::strerror(failed)};
  }
  const std::optional<HealthLog> health = parse_health_log(page);
  return {health, health ? "" : "the NVMe drive gives an empty log"};
}

DeviceWatch::DeviceWatch(const fs::path& target, const fs::path& root) : root_(root) {
  const std::optional<NamedDevice> device = named_device(target);
  const fs::path path = device ? device->path : target;
  // Neither reads nor writes: a device in use may be asked for its number.
  const FileDescriptor opened(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat status = {};
  if (!opened || ::fstat(opened.number(), &status) != 0) return;
  number_ = S_ISBLK(status.st_mode) ? status.st_rdev : status.st_dev;
  try {
    file_system_ = device ? "none: a block device" : file_system_of(target).name;
  } catch (const probes::Unavailable&) {
  }
  counter_.emplace(opened.number(), root / "sys/dev/block");
  count_ = counter_->now();
  log_ = read_device_log(number_, root);
  std::error_code error;
  entry_ = fs::canonical(
      root / "sys/dev/block" / (std::to_string(major(number_)) + ":" + std::to_string(minor(number_))), error);
  if (fs::exists(entry_ / "partition", error)) entry_ = entry_.parent_path();
}

Facts DeviceWatch::before() const {
  Facts facts;
  add(facts, "file_system", file_system_);
  if (entry_.empty()) return facts;
  add(facts, "model", first_line(entry_ / "device/model"));
  add(facts, "rotational", first_line(entry_ / "queue/rotational"));
  add(facts, "logical_block_By", first_line(entry_ / "queue/logical_block_size"));
  add(facts, "write_cache", first_line(entry_ / "queue/write_cache"));
  add(facts, "scheduler", chosen(first_line(entry_ / "queue/scheduler")));
  return facts;
}

Facts DeviceWatch::after() const {
  Facts facts;
  if (!counter_) return facts;
  const DeviceCount moved = counter_->now() - *count_;
  if (!std::isnan(moved.read_bytes)) add(facts, "read_By", results::number_text(moved.read_bytes));
  if (!std::isnan(moved.written_bytes)) add(facts, "written_By", results::number_text(moved.written_bytes));
  const DeviceLog now = read_device_log(number_, root_);
  if (!log_.health || !now.health) {
    add(facts, "health", log_.health ? now.reason : log_.reason);
    return facts;
  }
  add(facts, "health_before", *log_.health);
  add(facts, "health_after", *now.health);
  return facts;
}

}  // namespace sextant::storage
