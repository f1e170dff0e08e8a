// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/probe/probe.hpp"
#include "storage/files/test_file.hpp"

namespace sextant::storage {

// The canary of the disk below `target`: each call reads one 4 KiB page of the test file that lies there, at a random
// place, past the page cache and with nothing else in flight, and returns the seconds; NaN when the read failed, or
// when there is no such file (it makes none). Throws probes::WrongAnswer when another page came.
probes::DeviceCanary device_canary(const std::filesystem::path& target, std::uint64_t seed,
                                   Medium medium = Medium::device);

}  // namespace sextant::storage
