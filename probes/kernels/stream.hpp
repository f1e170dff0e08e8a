// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Loops that stream through memory: what memory.read, .write, .copy and .triad time.
namespace sextant::probes {

enum class Stream { read, write, copy, triad };

// How a store reaches memory: through the caches, which read the line first (write-allocate), or past them.
enum class Store { regular, nontemporal };

// The form of the loop: bytes of a vector, vectors a turn, and at how many pages side by side a turn goes on (more of them
// keep more loads under way where one page's prefetcher is the limit). Which is fastest differs from machine to machine.
struct Shape {
  int vector_bytes = 0;
  int unroll = 0;
  int pages = 1;
  friend bool operator==(const Shape&, const Shape&) = default;
};

// Every form that this machine can run; the widest vectors first, of them the longest turn.
std::vector<Shape> stream_shapes();

// Arrays of a stream, the destination first: read and write have one, copy two, triad three.
int arrays_of(Stream stream);

// One thread's part of the arrays. Each is aligned to 64 bytes and holds `count` elements of 8 bytes, a positive multiple
// of 8; they do not overlap.
struct Part {
  std::array<std::byte*, 3> arrays{};
  std::size_t count = 0;

  std::span<std::uint64_t> words(std::size_t array) const {
    return {reinterpret_cast<std::uint64_t*>(arrays[array]), count};
  }
  std::span<double> doubles(std::size_t array) const { return {reinterpret_cast<double*>(arrays[array]), count}; }
};

// Where pass number `pass` leaves what is looked at: sixteen places, spread evenly, take turns.
inline std::size_t place_of_pass(std::uint64_t pass, std::size_t count) { return (2 * (pass % 16) + 1) * count / 32; }

// The scalar of a pass of triad. Sources that hold integers up to 1023 make integers below 2^21 of it, which doubles
// hold exactly, with a fused multiplication or without.
inline double scalar_of_pass(std::uint64_t pass) { return double(1 + pass % 1024); }

// Whether pass number `pass` of read combines the vector of `lanes` elements that element i belongs to: one of each four,
// which take turns, so that any four passes after each other combine every word.
inline bool combines(std::uint64_t pass, std::size_t i, std::size_t lanes) { return i / lanes % 4 == pass % 4; }

// The last element of the last vector that a pass of read combines; count where it combines none.
inline std::size_t combined_last(std::uint64_t pass, std::size_t count, std::size_t lanes) {
  for (std::size_t end = count; end > 0 && end + 4 * lanes > count; end -= lanes) {
    if (combines(pass, end - 1, lanes)) return end - 1;
  }
  return count;
}

// The passes number `first` to first + passes - 1 over the part, and the sum (modulo 2^64) of what each of them left, so
// that none can be left out or answered from an earlier one:
// read: every word is loaded; left: the words of the vectors that the pass combines by exclusive or, the last of which
// holds pass + 1 more than before and after;
// write: every word becomes pass + 1; left: the word at the place of the pass;
// copy: array 1 to array 0, the source holding pass + 1 at the place of the pass for its time; left: the copy of that;
// triad: array 0 = array 1 + scalar * array 2 in doubles; left: the element at the place of the pass, as an integer.
// Non-temporal stores have arrived when the function returns.
std::uint64_t stream_passes(Stream stream, Store store, const Shape& shape, const Part& part, std::uint64_t first,
                            std::uint64_t passes);

// The instruction set the kernels run with on this machine, in Highway's names ("AVX3", "AVX2", "NEON").
const char* simd_target();

}  // namespace sextant::probes
