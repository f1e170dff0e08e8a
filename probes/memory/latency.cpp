// SPDX-License-Identifier: Apache-2.0
//
// memory.latency: how long one load takes when nothing else is under way.
//
// What is measured: one thread follows pointers through the footprint; each load gives the address of the next, so they
//   cannot overlap. One pointer per 64-byte line, in random order. An operation is one such load.
// How bytes are counted: 64 per load, the line that moves. The latency is the result, not the bytes.
// What would make it wrong: a prefetcher that guesses the next line (the order is one random cycle); the translation of
//   addresses, which is part of the latency of a random access (huge pages are asked for, and make it small where they
//   are granted); caches that another point of the probe has filled in between (before the clock starts, the stretch of
//   the walk that lies behind, up to 256 MiB, is read again, which leaves the caches as a long walk would).
// How the answer is verified: each stop knows its rank in the walk. After each piece of 256 loads the rank arrived at
//   is added up, and the total must be that of an undisturbed walk. The number of stops is odd, so no piece ends where
//   it began and a piece left out cannot go unseen. In the end the stops must still form one cycle through all of them.
// Where the method comes from: lmbench's lat_mem_rd (McVoy and Staelin, USENIX 1996); a random cycle as in Sattolo,
//   Information Processing Letters 22(6), 1986.
#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "probes/axes.hpp"
#include "probes/memory/trials.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probes.hpp"

namespace sextant::probes {

namespace {

constexpr std::uint64_t piece = 256;               // loads per iteration
constexpr std::uint64_t most_refreshed = 1 << 22;  // stops read again before the clock starts: 256 MiB

class MemoryLatency final : public Trial {
 public:
  MemoryLatency(Workspace& workspace, std::size_t bytes, Chase kernel)
      : team_(workspace.team(1)), kernel_(std::move(kernel)), pages_(workspace.own_pages(bytes)) {
    const std::size_t lines = bytes / sizeof(Stop);
    stops_ = {reinterpret_cast<Stop*>(pages_.bytes().data()), lines - (lines + 1) % 2};
    team_.run([&](int) { order_ = link_cycle(stops_, workspace.seed()); });
    position_ = &stops_[order_[0]];
  }

  Work run(std::uint64_t iterations) override {
    double seconds = 0;
    const auto job = [&](int) {
      refresh();
      const double begin = clock_();
      for (std::uint64_t i = 0; i < iterations; ++i) {
        position_ = kernel_(position_, piece);
        arrived_ += position_->rank;
      }
      seconds = clock_() - begin;
    };
    team_.run(std::ref(job));
    pieces_ += iterations;
    const double loads = double(iterations * piece);
    return {.operations = loads, .bytes = loads * sizeof(Stop), .seconds = seconds};
  }

  void verify() override {
    std::uint64_t rank = 0, expected = 0;
    for (std::uint64_t i = 0; i < pieces_; ++i) expected += rank = (rank + piece) % stops_.size();
    if (arrived_ != expected || position_->rank != rank) {
      throw WrongAnswer("memory.latency: the walk did not arrive where it must");
    }
    if (!is_one_cycle(stops_)) throw WrongAnswer("memory.latency: the stops are no longer one cycle");
  }

 private:
  // Reads the stops behind the position, the farthest first as far as sixteen walks at a time allow.
  void refresh() {
    std::array<const Stop*, 16> walks;
    const std::uint64_t count = stops_.size();
    const std::uint64_t stretch = std::min<std::uint64_t>(count, most_refreshed) / walks.size();
    for (std::size_t walk = 0; walk < walks.size(); ++walk) {
      walks[walk] = &stops_[order_[(position_->rank + count - (walks.size() - walk) * stretch) % count]];
    }
    chase_together(walks, stretch);
    // What the walks arrived at is used, so that the compiler cannot leave them out.
    for (const Stop* stop : walks) refreshed_ += stop->rank;
  }

  const Clock clock_ = monotonic_clock();
  Team& team_;
  Chase kernel_;
  Pages pages_;  // of its own, because each footprint has a cycle of its own
  std::span<Stop> stops_;
  std::vector<std::uint32_t> order_;  // of the walk: rank to index
  const Stop* position_ = nullptr;
  std::uint64_t arrived_ = 0;  // sum of the ranks after each piece
  std::uint64_t pieces_ = 0;
  std::uint64_t refreshed_ = 0;
};

}  // namespace

std::unique_ptr<Trial> memory_latency_trial(Workspace& workspace, const Point& point, Chase kernel) {
  return std::make_unique<MemoryLatency>(workspace, std::size_t(point.number("footprint")), std::move(kernel));
}

Probe memory_latency() {
  return {
      .name = "memory.latency",
      .summary = "Seconds per load when each load gives the address of the next, in random order over a footprint.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .sample_seconds = 0.005,
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        // All points are in memory at once, together twice the largest. Quick ends at 256 MiB: linking, refreshing and
        // checking a GiB line by line takes seconds.
        const double last = largest_footprint(machine, quick ? 0x1p28 : 0x1p30);
        return {footprint_axis(0x1p14, last, quick ? 2 : 1)};
      },
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [](Workspace& workspace, const Point& point) { return memory_latency_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
