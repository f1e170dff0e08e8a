// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probes/probe/clock.hpp"
#include "storage/requests/ring.hpp"

namespace sextant::storage {

// One read of a block as it goes to the kernel. A test bends it to prove that verify() notices.
struct BlockRead {
  std::uint64_t number;  // since the reader began, from 0
  std::span<std::byte> into;
  std::uint64_t offset;
  bool sent = true;  // false: counted as done without being asked for
};
using BlockFault = std::function<void(BlockRead&)>;

// What reading did up to a moment: differences of two belong to the time between.
struct ReadFlow {
  double seconds = 0;       // the moment
  double bytes = 0;         // arrived
  double byte_seconds = 0;  // integral of the bytes in flight
};

// Reads whole layers of a file into a few buffers of a layer each: block by block, those asked for first ahead of the
// others, as many blocks in flight as the depth allows. Used by one thread, which has to come by (send, wait) for reads to
// go on. A read that fails or ends early throws std::runtime_error, when nothing is in flight any more: the kernel
// writes into the buffers until then.
class LayerReader {
 public:
  // Blocks divide layers; both are multiples of `page`. Throws probes::Unavailable when there can be no ring.
  LayerReader(int file, std::uint64_t layer, std::uint64_t block, unsigned depth, unsigned buffers, BlockFault fault);

  // The buffers, one after the other, from now on. Returns whether the kernel registered them.
  bool begin(std::span<std::byte> memory);
  // Waits for what is in flight, sends no more and forgets everything.
  void end();

  bool has_room() const;  // a buffer is free
  // Puts a layer in the queue; there must be room.
  void ask(std::uint64_t layer);
  // The buffer of a layer that was asked for and not released.
  std::optional<unsigned> buffer_of(std::uint64_t layer) const;
  bool whole(unsigned buffer) const { return buffers_[buffer].missing == 0; }
  std::span<std::byte> content(unsigned buffer) const;
  // The buffer is free, as soon as what was sent for it has come; what was not is not sent any more.
  void release(unsigned buffer);

  void look();                    // sends what may be sent and takes what has come
  void wait();                    // the same, but waits until something has come. Something must be in flight.
  bool wait_for(double seconds);  // the same for at most so long; false when nothing came
  bool busy() const { return in_flight_ > 0; }

  ReadFlow flow(double now);

 private:
  struct Buffer {
    std::uint64_t layer = 0;
    std::uint64_t missing = 0;    // blocks that have not come
    std::uint64_t unsent = 0;     // blocks
    std::uint64_t in_flight = 0;  // blocks
    bool held = false;            // asked for and not released
    std::uint64_t turn = 0;       // the smaller, the earlier it was asked for
  };
  struct Slot {
    unsigned buffer = 0;
    std::uint64_t block = 0;
  };

  void send();
  void take();
  void settle(const Completion& completion);
  void account(double now);
  [[noreturn]] void fail();
  bool free(const Buffer& buffer) const { return !buffer.held && buffer.in_flight == 0; }

  const std::uint64_t layer_, block_;
  Ring ring_;
  BlockFault fault_;
  std::vector<Buffer> buffers_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> idle_slots_;
  std::span<std::byte> memory_;
  probes::Clock clock_ = probes::monotonic_clock();
  std::uint64_t turns_ = 0, requests_ = 0, in_flight_ = 0;
  ReadFlow flow_;
  std::string failure_;
};

}  // namespace sextant::storage
