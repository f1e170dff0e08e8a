// SPDX-License-Identifier: Apache-2.0

// What is measured: bytes per second that move between a file and memory while each thread has `depth` requests in flight
// of which the share `reads` reads and the others write, evenly mixed, in the window and order of storage.read. Flash
// answers a read that waits behind a write or an erase late: neither rate follows from those of storage.read and .write.
//
// How bytes are counted: requests that were done times `block`, reads and writes together; read_bandwidth and
// write_bandwidth are their shares.
//
// What would make it wrong, and how it is verified: as in storage.read for what is read and in storage.write for what is
// written. No block is in flight twice, so no read can see half of a write.
//
// Where the method comes from: fio's rwmixread.

#include "storage/request_descriptions.hpp"
#include "storage/request_probes.hpp"

namespace sextant::storage {

TransferKind mixed_kind() {
  TransferKind kind = read_kind();
  kind.probe = "storage.mixed";
  kind.report = [report = kind.report](const Transferred& did) {
    probes::Work work = report(did);
    work.extras.push_back(did.reads * did.bytes / did.seconds);
    work.extras.push_back((1 - did.reads) * did.bytes / did.seconds);
    return work;
  };
  return kind;
}

probes::Probe storage_mixed() { return transferring(storage_mixed_description(), mixed_kind()); }

}  // namespace sextant::storage
