// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/probe/probe.hpp"
#include "storage/requests/transfer.hpp"

namespace sextant::storage {

probes::Probe storage_read();
probes::Probe storage_write();
probes::Probe storage_mixed();
probes::Probe storage_latency();

// What each of them makes of a transfer.
TransferKind read_kind();
TransferKind write_kind();
TransferKind mixed_kind();
TransferKind latency_kind();

// A probe that prepares the points of its description as transfers.
probes::Probe transferring(probes::Probe description, TransferKind kind);

}  // namespace sextant::storage
