// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/point_reader.hpp"

#include <cmath>
#include <string>

#include "storage/requests/ring.hpp"

namespace sextant::storage {

std::uint64_t whole_number(const probes::Point& point, const char* axis, double least, double most) {
  const double value = point.number(axis);
  if (value >= least && value <= most && value == std::floor(value)) return static_cast<std::uint64_t>(value);
  throw probes::Unavailable(std::string(axis) + " must be a whole number from " + std::to_string(std::uint64_t(least)) +
                            " to " + std::to_string(std::uint64_t(most)));
}

std::span<std::byte> huge_aligned(probes::Workspace& workspace, std::size_t bytes) {
  constexpr std::size_t huge_page = std::size_t{2} << 20;
  const std::span<std::byte> arena = workspace.arena(bytes + huge_page);
  const auto past = reinterpret_cast<std::uintptr_t>(arena.data()) % huge_page;
  return arena.subspan(past == 0 ? 0 : huge_page - past, bytes);
}

double request_bytes(const DeviceCount& count) {
  return count.read_requests > 0 ? count.read_bytes / count.read_requests : results::not_available;
}

probes::Availability ring_available(const probes::Machine&) {
  try {
    Ring(1, -1);
    return {};
  } catch (const probes::Unavailable& reason) {
    return probes::unavailable(reason.what());
  }
}

}  // namespace sextant::storage
