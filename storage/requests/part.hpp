// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "storage/files/test_file.hpp"
#include "storage/requests/latencies.hpp"
#include "storage/requests/methods.hpp"
#include "storage/requests/transfer_point.hpp"

namespace sextant::storage {

// What one thread of a transfer asks for and what came: its part of the blocks, each once a pass, in an order made
// beforehand. It is the Asker of flow().
class Part {
 public:
  // `file` outlives it, null for Method::nop; `mapping` too, of a method that goes through the page cache.
  Part(const TransferPoint& point, const TestFile* file, std::vector<std::uint32_t> order, std::uint64_t seed,
       const Mapping* mapping);

  // Before the clock starts: `memory` has room for `depth` blocks, and is faulted in and filled.
  void begin(std::span<std::byte> memory);

  Request next(std::uint32_t slot);
  bool settle(const Completion& completion);
  std::uint64_t paused() const { return paused_; }

  // After the clock has stopped: makes written blocks lasting, and compares whole blocks with what they should be.
  void end();

  // What the device said no to, empty when it did not; the run is worth nothing then.
  const std::string& failure() const { return failure_; }

  // Throws probes::WrongAnswer with the sentence when some answer of the runs so far was wrong.
  void verify(const std::string& probe) const;

  // Of the current run.
  std::uint64_t reads_asked() const { return reads_; }
  std::uint64_t writes_asked() const { return writes_; }

 private:
  struct Slot {
    std::uint32_t block = 0;
    Operation operation = Operation::read;
    bool holds = false;  // a finished read of `block`
  };

  std::span<std::byte> buffer(std::uint32_t slot) const { return memory_.subspan(slot * point_.block, point_.block); }
  std::uint64_t offset(std::uint32_t block) const { return block * point_.block; }
  std::uint32_t generation(std::uint32_t block) const;
  Operation operation_of(std::uint64_t request) const;
  void prepare_cache();
  void fail(const Slot& slot, int result);
  void mismatch(const std::string& what);
  void compare_reads();
  void compare_writes();

  const TransferPoint point_;
  const TestFile* const file_;
  const std::vector<std::uint32_t> order_;
  const Mapping* const mapping_;
  const std::uint32_t first_generation_;
  std::mt19937_64 random_;  // which blocks are compared
  std::span<std::byte> memory_;
  std::vector<Slot> slots_;
  std::vector<std::int16_t> missing_;   // per block: how often it was asked for and has not come
  std::vector<std::uint32_t> written_;  // per block: how often it was asked to be written
  std::size_t next_ = 0;                // in order_
  std::size_t first_ = 0;               // where this run began
  std::uint64_t requests_ = 0;          // since the trial began
  std::uint64_t reads_ = 0, writes_ = 0;
  bool lapped_ = false;  // in this run a block was to be written again that was not yet written
  std::uint64_t paused_ = 0;
  std::uint64_t mismatches_ = 0;
  std::string first_mismatch_;
  std::string failure_;
};

// The order of all blocks of a span, cut into parts of the threads. Same seed, same order, with every standard library.
std::vector<std::vector<std::uint32_t>> orders_of(std::uint64_t blocks, Pattern pattern, std::uint64_t seed,
                                                  int threads);

}  // namespace sextant::storage
