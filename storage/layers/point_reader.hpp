// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"
#include "storage/files/device_counter.hpp"

// What the probes of this folder share.
namespace sextant::storage {

// The value of an axis. Throws probes::Unavailable where it is not a whole number from `least` to `most`.
std::uint64_t whole_number(const probes::Point& point, const char* axis, double least, double most);

// `bytes` of the arena that begin where a huge page does.
std::span<std::byte> huge_aligned(probes::Workspace& workspace, std::size_t bytes);

// Mean size of the reads that reached the device; NaN where none did or nobody knows.
double request_bytes(const DeviceCount& count);

// Whether the kernel lets us have an io_uring.
probes::Availability ring_available(const probes::Machine&);

}  // namespace sextant::storage
