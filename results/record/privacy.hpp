// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

// What must never reach a file that may be published.
namespace sextant::results {

// The first piece of `text` that would give away a machine or its user: a MAC address or another hardware address (six
// or more pairs of hexadecimal digits between colons or hyphens), a UUID, or an absolute path. Interfaces of the kernel
// (/proc, /sys, /dev) are the same on every machine and are allowed. Empty when there is none.
std::optional<std::string> private_piece(std::string_view text);

// The first hardware address or UUID alone: for files that hold paths of the system by nature (topology.xml).
std::optional<std::string> hardware_address(std::string_view text);

}  // namespace sextant::results
