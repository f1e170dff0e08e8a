// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/probe/probe.hpp"

namespace sextant::storage {

// storage.sustained without the code that moves bytes: name, sentence, axes, columns.
probes::Probe sustained_description();

}  // namespace sextant::storage
