// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/probe/probe.hpp"

namespace sextant::storage {

// The probes that keep requests in flight, without the code that does: name, sentence, axes, columns.
probes::Probe storage_read_description();
probes::Probe storage_write_description();
probes::Probe storage_mixed_description();
probes::Probe storage_latency_description();

}  // namespace sextant::storage
