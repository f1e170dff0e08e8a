// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "probes/probe/probe.hpp"

namespace sextant::storage {

// storage.stream_layers and storage.sparse_rows without the code that reads: name, sentence, axes, columns.
probes::Probe stream_layers_description();
probes::Probe sparse_rows_description();

// Bytes of the test file that hold layers of this size: 64 of them, or a quarter of a GiB.
inline std::uint64_t stream_span(std::uint64_t layer) {
  return std::max<std::uint64_t>(64, (std::uint64_t{256} << 20) / layer) * layer;
}

// Bytes of the test file that hold the two matrices of a feed-forward layer.
inline constexpr std::uint64_t sparse_span = std::uint64_t{256} << 20;

}  // namespace sextant::storage
