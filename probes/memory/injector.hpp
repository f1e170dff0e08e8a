// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "probes/memory/trials.hpp"

namespace sextant::probes {

// One thread's traffic over a region of its own, chunk after chunk and round again, at a rate that is asked for.
//
// The words of a region follow from their place, plus the number of times their chunk has been updated, which its first
// word tells: trials that share a region can each go on where another has left it, and every chunk has a sum known
// beforehand.
class alignas(64) Injector {
 public:
  static constexpr std::size_t chunk = 512;  // words: 4 KiB

  // `words` are whole chunks, `first` the place of the first of them.
  Injector(std::span<std::uint64_t> words, std::uint64_t first) : words_(words), first_(first) {}

  void fill_unless_filled();

  // Goes on until `stop`, a chunk every `seconds_per_chunk` seconds or as fast as it can; a chunk that is due waits for no
  // more than that, and is made up for unless the thread was away for several. The kernels see one chunk at a time.
  void run(const std::atomic<bool>& stop, double seconds_per_chunk, bool updates, const SumChunk& sum,
           const UpdateChunk& update);

  // Chunks so far; readable while it runs.
  std::uint64_t chunks() const { return done_.load(std::memory_order_relaxed); }

  // Whether every sum was right and every word of the region is what it must be.
  bool sound() const;

 private:
  std::uint64_t word_at(std::size_t index) const;
  std::uint64_t pattern_sum(std::size_t begin) const;  // of the chunk, never updated
  void read(std::size_t begin, const SumChunk& sum);
  void read_and_write(std::size_t begin, const UpdateChunk& update);

  std::span<std::uint64_t> words_;
  std::uint64_t first_;
  std::size_t position_ = 0;  // of the next chunk
  std::uint64_t wrong_ = 0;   // chunks
  std::atomic<std::uint64_t> done_{0};
};

}  // namespace sextant::probes
