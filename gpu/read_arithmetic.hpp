// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "probes/probe/probe.hpp"

// Everything about the read probe that needs no device: what the sum must be, what is counted, what an event's time
// means.
namespace sextant::gpu {

// The sum modulo 2^32 of the words of a filled buffer of `quads` quads.
std::uint32_t buffer_sum(std::size_t quads);

// What the threads' partial sums must add up to, modulo 2^32, after `passes` passes over a buffer with that sum.
std::uint32_t expected_total(std::uint32_t buffer, std::uint64_t passes);

std::uint32_t total(std::span<const std::uint32_t> partials);

// Counts `passes` passes over `quads` quads: 16 bytes and four elements each. `milliseconds` is what CUDA says passed
// between two events; the resolution of its events is about half a microsecond.
probes::Work read_work(std::size_t quads, std::uint64_t passes, float milliseconds);

// Whole quads in a footprint; throws Unavailable when there is not one.
std::size_t quads_in(double footprint);

}  // namespace sextant::gpu
