// SPDX-License-Identifier: Apache-2.0
#include "bench/single_run.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <system_error>

#include "results/record/run_folder.hpp"

namespace sextant::bench {

SingleRun::SingleRun() {
  constexpr std::string_view name = "sextant-run";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());  // a leading zero byte makes it abstract
  const auto length = socklen_t(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    const int error = errno;
    close(socket_);
    if (error == EADDRINUSE) {
      throw results::WriteError(
          "another sextant run is measuring on this machine: wait for it, two would measure each other");
    }
    throw std::system_error(error, std::generic_category(), "bind");
  }
}

SingleRun::~SingleRun() { close(socket_); }

}  // namespace sextant::bench
