// SPDX-License-Identifier: Apache-2.0

// What is measured: bytes per second that a file on a device takes while each of `threads` threads has `depth` direct
// writes of `block` bytes in flight, in the window and order of storage.read. A write is done when the device says so: it
// may lie in a cache of the device. Only after the clock has stopped is the file made lasting (fdatasync), so a device
// that empties its cache slowly is faster here than it can be for long.
//
// How bytes are counted: requests that were done times `block`. What the block device says it wrote stands beside it as
// device_bytes.
//
// What would make it wrong: content that the device compresses or drops as zeros or duplicates (every sector is
// pseudo-random and no two are alike); a file whose blocks were reserved and never written, whose first writes have to
// note that (ours was written when it was made); a file system that copies on write, for which every write is a new place
// (that is what it does); stamping the buffer, which takes a fortieth of a second per gigabyte while others are in flight;
// a device that is still fast because its fast part is not yet full (storage.sustained).
//
// How it is verified: every write carries a new generation in the stamps of its sectors, and only into the file that we
// made. After each run some megabytes of the blocks it wrote are read back past the page cache: all sectors must be of
// their place and of the last generation. verify() throws when anything differed or when a block was not done exactly as
// often as it was asked for. The file stays one that reads verify: they accept any generation.
//
// Where the method comes from: as storage.read; verification after fio's verify=crc and its header of generation and
// offset.

#include "storage/request_descriptions.hpp"
#include "storage/request_probes.hpp"

namespace sextant::storage {

TransferKind write_kind() {
  TransferKind kind = read_kind();
  kind.probe = "storage.write";
  return kind;
}

probes::Probe storage_write() {
  probes::Probe probe = transferring(storage_write_description(), write_kind());
  probe.prepare = [](probes::Workspace& workspace, const probes::Point& point) {
    TransferPoint asked = transfer_point(point, workspace.machine());
    asked.reads = 0;
    return transfer_trial(workspace, asked, write_kind());
  };
  return probe;
}

}  // namespace sextant::storage
