// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/part.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "probes/probe/probe.hpp"
#include "results/record/unit.hpp"
#include "storage/requests/flow.hpp"

namespace sextant::storage {
namespace {

constexpr std::size_t compared_per_run = std::size_t{4} << 20;  // about a millisecond
constexpr std::uint32_t generations = (1u << 24) - 1;           // what a stamp has room for

std::string text(std::uint64_t bytes) { return results::format(static_cast<double>(bytes), results::Unit::byte); }

}  // namespace

std::vector<std::vector<std::uint32_t>> orders_of(std::uint64_t blocks, Pattern pattern, std::uint64_t seed,
                                                  int threads) {
  std::vector<std::uint32_t> order(blocks);
  std::iota(order.begin(), order.end(), 0u);
  std::mt19937_64 random(seed);
  if (pattern == Pattern::random) {
    // std::shuffle may differ between libraries.
    for (std::uint64_t i = blocks; i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  }
  if (threads == 1) return {std::move(order)};
  std::vector<std::vector<std::uint32_t>> parts;
  const auto cut = [&](int thread) {
    return order.begin() + static_cast<std::ptrdiff_t>(blocks * static_cast<std::uint64_t>(thread) /
                                                       static_cast<std::uint64_t>(threads));
  };
  for (int thread = 0; thread < threads; ++thread) parts.emplace_back(cut(thread), cut(thread + 1));
  return parts;
}

Part::Part(const TransferPoint& point, const TestFile* file, std::vector<std::uint32_t> order, std::uint64_t seed,
           const Mapping* mapping)
    : point_(point),
      file_(file),
      order_(std::move(order)),
      mapping_(mapping),
      first_generation_(static_cast<std::uint32_t>(seed) % generations),
      random_(seed),
      slots_(point.depth),
      missing_(file ? point.span / point.block : 0),
      written_(point.reads < 1 ? missing_.size() : 0) {}

void Part::begin(std::span<std::byte> memory) {
  memory_ = memory;
  if (point_.reads < 1) {
    // Valid sectors, which restamp() makes those of their place; filling all would take longer than writing it.
    const std::size_t filled = std::min<std::size_t>(memory.size(), std::size_t{1} << 20);
    fill(memory.first(filled), file_->seed(), 0);
    for (std::size_t at = filled; at < memory.size(); at += filled) {
      const std::size_t length = std::min(filled, memory.size() - at);
      std::memcpy(memory.data() + at, memory.data(), length);
    }
  } else {
    for (std::size_t at = 0; at < memory.size(); at += page) memory[at] = std::byte{1};
  }
  first_ = next_ == order_.size() ? 0 : next_;
  reads_ = writes_ = 0;
  lapped_ = false;
  failure_.clear();
  prepare_cache();
}

void Part::prepare_cache() {
  if (mapping_ == nullptr) return;
  if (point_.method == Method::mmap_cold) {
    mapping_->evict(0, point_.span);
  } else {
    mapping_->warm(0, point_.span);
  }
}

std::uint32_t Part::generation(std::uint32_t block) const {
  return 1 + (first_generation_ + written_[block]) % generations;
}

// Reads and writes alternate as evenly as their shares allow.
Operation Part::operation_of(std::uint64_t request) const {
  if (point_.reads >= 1) return Operation::read;
  const auto reads = [&](std::uint64_t n) { return std::floor(point_.reads * static_cast<double>(n)); };
  return reads(request + 1) > reads(request) ? Operation::read : Operation::write;
}

Request Part::next(std::uint32_t slot) {
  if (file_ == nullptr) {
    ++reads_;
    return {slot, Operation::nothing, {}, 0};
  }
  if (next_ == order_.size()) {
    next_ = 0;
    if (point_.method == Method::mmap_cold) {  // what was read is in the cache now
      const std::uint64_t begin = nanoseconds();
      prepare_cache();
      paused_ += nanoseconds() - begin;
    }
  }
  const std::uint32_t block = order_[next_++];
  const Operation operation = operation_of(requests_++);
  const std::span<std::byte> memory = buffer(slot);
  slots_[slot] = {block, operation, false};
  if (operation == Operation::write) {
    ++writes_;
    ++written_[block];
    lapped_ = lapped_ || missing_[block] > 0;
    restamp(memory, file_->seed(), offset(block), generation(block));
  } else {
    ++reads_;
    file_->spoil(memory, offset(block));
  }
  ++missing_[block];
  return {slot, operation, memory, offset(block)};
}

bool Part::settle(const Completion& completion) {
  Slot& slot = slots_[completion.slot];
  const int wanted = file_ == nullptr ? 0 : static_cast<int>(point_.block);
  if (completion.result != wanted) {
    fail(slot, completion.result);
    return false;
  }
  if (file_ == nullptr) return true;
  std::uint64_t came = offset(slot.block);
  if (slot.operation == Operation::read) {
    slot.holds = true;
    const std::span<const std::byte> content = buffer(completion.slot);
    came = file_->origin(content, offset(slot.block));
    if (came != offset(slot.block)) {
      mismatch("byte " + std::to_string(offset(slot.block)) + " was asked for, the buffer " +
               file_->describe(content, offset(slot.block)));
    }
  }
  // Counted by what came, not by what was asked for.
  if (came / point_.block < missing_.size()) --missing_[came / point_.block];
  return true;
}

void Part::end() {
  if (file_ == nullptr || !failure_.empty()) return;
  compare_reads();
  if (writes_ > 0) compare_writes();
  for (Slot& slot : slots_) slot.holds = false;  // the memory belongs to others now
}

// As many of the last reads as fit into compared_per_run, at least one, beginning at another slot each time.
void Part::compare_reads() {
  const std::uint64_t most = std::max<std::uint64_t>(1, compared_per_run / point_.block);
  const auto first = static_cast<std::uint32_t>(random_() % point_.depth);
  for (std::uint32_t i = 0; i < std::min<std::uint64_t>(most, point_.depth); ++i) {
    const std::uint32_t slot = (first + i) % point_.depth;
    const std::uint64_t at = offset(slots_[slot].block);
    if (slots_[slot].holds && !file_->holds(buffer(slot), at)) {
      mismatch("the block at byte " + std::to_string(at) + " " +
               (file_->origin(buffer(slot), at) == at ? "differs within" : file_->describe(buffer(slot), at)));
    }
  }
}

// Reads back, past the page cache, blocks of this run: all, or a share drawn from the seed. They must be of the last
// generation that was written to them.
void Part::compare_writes() {
  if (::fdatasync(file_->descriptor()) != 0) {
    failure_ = std::string("the written blocks could not be made lasting: ") + std::strerror(errno);
    return;
  }
  const std::uint64_t touched = std::min<std::uint64_t>(reads_ + writes_, order_.size());
  const std::uint64_t most = std::max<std::uint64_t>(1, compared_per_run / point_.block);
  const std::span<std::byte> memory = buffer(0);
  for (std::uint64_t i = 0; i < std::min(most, touched); ++i) {
    const std::uint64_t step = touched <= most ? i : random_() % touched;
    const std::uint32_t block = order_[(first_ + step) % order_.size()];
    if (written_[block] == 0) continue;
    file_->spoil(memory, offset(block));
    const ssize_t came = ::pread(file_->descriptor(), memory.data(), memory.size(), static_cast<off_t>(offset(block)));
    if (came != static_cast<ssize_t>(memory.size())) {
      fail({block, Operation::read, false}, came < 0 ? -errno : static_cast<int>(came));
      return;
    }
    const bool last = storage::holds(memory, file_->seed(), offset(block), generation(block));
    if (last || (lapped_ && file_->holds(memory, offset(block)))) continue;
    mismatch("the block at byte " + std::to_string(offset(block)) +
             " was written and does not hold what was written last");
  }
}

void Part::fail(const Slot& slot, int result) {
  if (!failure_.empty()) return;
  const std::string what = result < 0 ? std::string("failed: ") + std::strerror(-result)
                                      : "ended after " + text(static_cast<std::uint64_t>(result));
  failure_ = std::string(slot.operation == Operation::write ? "a write" : "a read") + " of " + text(point_.block) +
             " at byte " + std::to_string(offset(slot.block)) + " of the test file " + what;
}

void Part::mismatch(const std::string& what) {
  if (++mismatches_ == 1) first_mismatch_ = what;
}

void Part::verify(const std::string& probe) const {
  if (mismatches_ > 0) {
    throw probes::WrongAnswer(probe + ": " + std::to_string(mismatches_) + " of " + std::to_string(requests_) +
                              " requests brought or left other content than they should; first: " + first_mismatch_);
  }
  for (std::size_t block = 0; block < missing_.size(); ++block) {
    if (missing_[block] == 0) continue;
    throw probes::WrongAnswer(probe + ": block " + std::to_string(block) + " came " +
                              std::to_string(std::abs(missing_[block])) + " times " +
                              (missing_[block] > 0 ? "less" : "more") + " than it was asked for");
  }
}

}  // namespace sextant::storage
