// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/probe/probe.hpp"

namespace sextant::storage {

// storage.read without the code that reads: name, sentence, axes, columns.
probes::Probe storage_read_description();

}  // namespace sextant::storage
