// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/passthrough.hpp"

#include <fcntl.h>
#include <liburing.h>
#include <linux/fs.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <regex>
#include <stdexcept>
#include <system_error>

#include "probes/probe/probe.hpp"
#include "storage/requests/ring.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::Unavailable;

constexpr std::uint8_t nvme_read = 0x02;  // NVM Express, NVM Command Set Specification, "Read command"

FileDescriptor open_commands(int device) {
  struct stat status = {};
  if (::fstat(device, &status) != 0 || !S_ISBLK(status.st_mode)) {
    throw Unavailable(
        "NVMe passthrough reads a device and not a file: give an NVMe block device as --target (/dev/nvme0n1)");
  }
  const std::string number = std::to_string(major(status.st_rdev)) + ":" + std::to_string(minor(status.st_rdev));
  std::error_code error;
  const std::string name = fs::read_symlink("/sys/dev/block/" + number, error).filename().string();
  const std::string commands = command_device(name);
  if (commands.empty()) throw Unavailable("NVMe passthrough: " + name + " is not a whole NVMe device");
  FileDescriptor file(::open(commands.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw Unavailable("NVMe passthrough: " + commands + " cannot be opened: " + std::strerror(errno));
  return file;
}

io_uring* set_up(unsigned depth) {
  auto ring = std::make_unique<io_uring>();
  io_uring_params parameters = {};
  parameters.flags = IORING_SETUP_SQE128 | IORING_SETUP_CQE32;
  const int result = ::io_uring_queue_init_params(depth, ring.get(), &parameters);
  if (result == -EINVAL) throw Unavailable("NVMe passthrough needs Linux 5.19 or later");
  if (result < 0) throw Unavailable(why_refused(-result));
  return ring.release();
}

}  // namespace

std::string command_device(const std::string& block_device) {
  static const std::regex whole("nvme([0-9]+)n([0-9]+)");
  std::smatch part;
  if (!std::regex_match(block_device, part, whole)) return {};
  return "/dev/ng" + part[1].str() + "n" + part[2].str();
}

void Passthrough::Close::operator()(io_uring* ring) const {
  ::io_uring_queue_exit(ring);
  delete ring;
}

Passthrough::Passthrough(unsigned depth, int device)
    : commands_(open_commands(device)), ring_(set_up(depth)), finished_(depth), bytes_(depth) {
  const int name_space = ::ioctl(commands_.number(), NVME_IOCTL_ID);
  if (name_space <= 0) throw Unavailable("NVMe passthrough: the device does not name its namespace");
  name_space_ = static_cast<std::uint32_t>(name_space);
  int logical = 512;
  if (::ioctl(device, BLKSSZGET, &logical) != 0 || logical <= 0) logical = 512;
  shift_ = static_cast<unsigned>(std::countr_zero(static_cast<unsigned>(logical)));
}

void Passthrough::queue(const Request& request) {
  io_uring_sqe* entry = ::io_uring_get_sqe(ring_.get());
  if (entry == nullptr) throw std::logic_error("more requests queued than the ring has room for");
  // The command lies in the second half of the entry: more than the type says.
  std::memset(static_cast<void*>(entry), 0, 2 * sizeof *entry);
  entry->opcode = IORING_OP_URING_CMD;
  entry->fd = commands_.number();
  entry->off = NVME_URING_CMD_IO;  // the field's other name is cmd_op
  entry->user_data = request.slot;
  const std::uint64_t block = request.offset >> shift_;
  nvme_uring_cmd command = {};
  command.opcode = nvme_read;
  command.nsid = name_space_;
  command.addr = reinterpret_cast<std::uintptr_t>(request.memory.data());
  command.data_len = static_cast<std::uint32_t>(request.memory.size());
  command.cdw10 = static_cast<std::uint32_t>(block);
  command.cdw11 = static_cast<std::uint32_t>(block >> 32);
  command.cdw12 = static_cast<std::uint32_t>((request.memory.size() >> shift_) - 1);
  std::memcpy(reinterpret_cast<std::byte*>(entry) + offsetof(io_uring_sqe, addr3), &command, sizeof command);
  bytes_[request.slot] = static_cast<int>(request.memory.size());
}

bool Passthrough::submit_and_wait(double seconds) {
  const auto whole = static_cast<long long>(seconds);
  __kernel_timespec most = {whole, static_cast<long long>((seconds - static_cast<double>(whole)) * 1e9)};
  io_uring_cqe* first = nullptr;
  const int result = ::io_uring_submit_and_wait_timeout(ring_.get(), &first, 1, &most, nullptr);
  if (result < 0 && result != -ETIME && result != -EINTR && result != -EAGAIN) {
    throw std::system_error(-result, std::system_category(), "io_uring_enter");
  }
  return ::io_uring_cq_ready(ring_.get()) > 0;
}

std::span<const Completion> Passthrough::take() {
  std::size_t count = 0;
  io_uring_cqe* entry = nullptr;
  while (count < finished_.size() && ::io_uring_peek_cqe(ring_.get(), &entry) == 0) {
    const auto slot = static_cast<std::uint32_t>(entry->user_data);
    const int result = entry->res;  // positive: a status of the NVMe specification
    finished_[count++] = {slot, result == 0 ? bytes_[slot] : result < 0 ? result : -EIO};
    ::io_uring_cqe_seen(ring_.get(), entry);
  }
  return {finished_.data(), count};
}

}  // namespace sextant::storage
