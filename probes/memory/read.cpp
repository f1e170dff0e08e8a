// SPDX-License-Identifier: Apache-2.0
//
// memory.read: how fast threads can read memory that is spread over a given footprint.
//
// What is measured: each thread adds up its own contiguous share of the footprint, pass after pass. Small footprints
//   stay in a cache and show its bandwidth, large ones show the memory's; the bends between them show the capacities
//   that are really there, which is why no claimed cache size is used.
// How bytes are counted: every byte of the footprint once a pass. Reads only: no write-allocate, no prefetch overshoot.
// What would make it wrong: too few loads under way (the kernel keeps eight independent sums in the widest vectors
//   there are); small pages, whose translation misses count as memory time (the arena asks for huge ones); memory on
//   another NUMA node (pages lie where the thread that first filled them ran, and points share one arena); a cache left
//   cold by the point before (the warm-up sample of each visit reads the footprint).
// How the answer is verified: word i holds i times an odd number plus one, so no two words are equal and every share
//   has a known sum modulo 2^64. Each pass adds one to the last word of the share first, so each pass has an answer of
//   its own. The totals of all passes must be exact.
// Where the method comes from: the load kernel of likwid-bench (Treibig, Hager, Wellein, PSTI 2010), against which it
//   was checked; sums as in McCalpin's STREAM family of tests.
#include <vector>

#include "probes/axes.hpp"
#include "probes/memory/trials.hpp"
#include "probes/probes.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t line = 64;
constexpr std::size_t words_per_line = line / sizeof(std::uint64_t);
constexpr double least_share = 4096;  // bytes; below, a pass measures its own loop
constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;

std::uint64_t word_at(std::uint64_t index) { return index * factor + 1; }

// Sum of word_at over [begin, end), modulo 2^64. Indices stay far below 2^32, so the triangular numbers are exact.
std::uint64_t sum_between(std::uint64_t begin, std::uint64_t end) {
  const auto triangle = [](std::uint64_t n) { return n * (n - 1) / 2; };
  return (triangle(end) - triangle(begin)) * factor + (end - begin);
}

class MemoryRead final : public Trial {
 public:
  MemoryRead(Workspace& workspace, std::size_t bytes, int threads, SumPasses kernel)
      : team_(workspace.team(threads)), kernel_(std::move(kernel)), shares_(std::size_t(threads)) {
    const std::span<std::byte> arena = workspace.arena(bytes);
    words_ = {reinterpret_cast<std::uint64_t*>(arena.data()), arena.size() / sizeof(std::uint64_t)};
    const std::size_t lines = bytes / line;
    for (std::size_t member = 0; member < shares_.size(); ++member) {
      shares_[member].begin = lines * member / shares_.size() * words_per_line;
      shares_[member].end = lines * (member + 1) / shares_.size() * words_per_line;
    }
    team_.run([this](int member) {
      const Share& share = shares_[std::size_t(member)];
      for (std::size_t i = share.begin; i < share.end; ++i) words_[i] = word_at(i);
    });
  }

  Work run(std::uint64_t iterations) override {
    const double seconds = timed(team_, [this, iterations](int member) {
      Share& share = shares_[std::size_t(member)];
      const auto words = words_.subspan(share.begin, share.end - share.begin);
      words.back() += passes_;
      share.total += kernel_(words, iterations);
      words.back() = word_at(share.end - 1);  // other points read the same arena
    });
    passes_ += iterations;
    const double bytes = double(words_.size_bytes()) * double(iterations);
    return {.operations = double(iterations), .bytes = bytes, .seconds = seconds};
  }

  void verify() override {
    // Pass p of the trial's life sees p more than the pattern.
    const std::uint64_t added = passes_ % 2 ? (passes_ + 1) / 2 * passes_ : passes_ / 2 * (passes_ + 1);
    for (const Share& share : shares_) {
      if (share.total != passes_ * sum_between(share.begin, share.end) + added) {
        throw WrongAnswer("memory.read: the sum of a thread's share is wrong");
      }
    }
  }

 private:
  struct alignas(line) Share {
    std::size_t begin = 0, end = 0;  // words
    std::uint64_t total = 0;         // of all passes so far
  };

  Team& team_;
  SumPasses kernel_;
  std::span<std::uint64_t> words_;
  std::vector<Share> shares_;
  std::uint64_t passes_ = 0;
};

}  // namespace

std::unique_ptr<Trial> memory_read_trial(Workspace& workspace, const Point& point, SumPasses kernel) {
  const double footprint = point.number("footprint"), threads = point.number("threads");
  if (footprint / threads < least_share) {
    throw Unavailable("a share below 4 KiB per thread would measure the loop, not the memory");
  }
  return std::make_unique<MemoryRead>(workspace, std::size_t(footprint), int(threads), std::move(kernel));
}

Probe memory_read() {
  return {
      .name = "memory.read",
      .summary = "Bytes per second that the threads read together from a footprint they share out among themselves.",
      .quantity = {"bandwidth", Unit::byte_per_second},
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        const double last = largest_footprint(machine, 0x1p30);
        return {footprint_axis(0x1p14, last, quick ? 2 : 1), threads_axis(machine, quick)};
      },
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [](Workspace& workspace, const Point& point) { return memory_read_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
