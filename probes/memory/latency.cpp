// SPDX-License-Identifier: Apache-2.0
//
// memory.latency: how long one load takes when nothing else is under way.
//
// What is measured: one thread follows pointers through the footprint; each load gives the address of the next, so they
//   cannot overlap. One pointer per 64-byte line. An operation is one such load. Two orders of the walk tell the memory's
//   latency from the translation of addresses: `random` jumps through the whole footprint, so that beyond the reach of the
//   translation caches each load pays for a translation too; `window` stays within 256 KiB, as much as the first
//   translation cache covers in pages of 4 KiB, for 2048 loads before it jumps to another. Both touch every line once a
//   trip and find the same lines in the caches. What `random` takes longer is translation.
// How bytes are counted: 64 per load, the line that moves. The latency is the result, not the bytes.
// What would make it wrong: a prefetcher that guesses the next line (the order is one trip through a bijection without
//   pattern; of a pair of lines that are fetched together, a window sees the second one half a trip later); small pages
//   where huge ones are said (a footprint below one huge page still gets a whole one); caches that another point of the
//   probe has filled in between (before the clock starts, the stretch of the walk that lies behind, up to 256 MiB, is
//   read again, which leaves the caches as a long walk would).
// How the answer is verified: each stop knows its rank in the walk. After each piece of 256 loads the rank arrived at
//   is added up, and the total must be that of an undisturbed walk. The number of stops is odd, so no piece ends where
//   it began and a piece left out cannot go unseen. In the end every stop must hold what the order says.
// Where the method comes from: lmbench's lat_mem_rd (McVoy and Staelin, USENIX 1996); windows as in Google's multichase,
//   against which it was checked: `random` is its chase with a stride of 64 and a locality of the whole memory.
#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

#include "probes/axes.hpp"
#include "probes/memory/chaser.hpp"
#include "probes/memory/trials.hpp"
#include "probes/probes.hpp"

namespace sextant::probes {

namespace {

constexpr std::uint64_t window = 4096;  // stops: 256 KiB

class MemoryLatency final : public Trial {
 public:
  MemoryLatency(Workspace& workspace, const Point& point, const CycleOrder& order, Chase kernel)
      : team_(workspace.team_for(point, 1)),
        pages_(workspace, order.places() * sizeof(Stop), place_of(point)),
        chaser_(pages_.bytes(), order, std::move(kernel)) {
    team_.run([&](int) { chaser_.link(); });
  }

  Work run(std::uint64_t iterations) override {
    double seconds = 0;
    const auto job = [&](int) {
      chaser_.refresh();
      seconds = chaser_.walk(iterations);
    };
    team_.run(std::ref(job));
    const double loads = double(iterations * Chaser::piece);
    return {.operations = loads, .bytes = loads * sizeof(Stop), .seconds = seconds};
  }

  void verify() override { chaser_.verify("memory.latency"); }

 private:
  Team& team_;
  AlignedPages pages_;  // of its own, because each footprint has a cycle of its own
  Chaser chaser_;
};

CycleOrder order_of(const Point& point, std::uint64_t stops, std::uint64_t seed) {
  const std::string order = point.has("order") ? point.word("order") : "random";
  if (order == "random") return {stops, seed};
  if (order != "window") throw Unavailable("order is random or window, not '" + order + "'");
  if (stops < 2 * window)
    throw Unavailable("a footprint below 512 KiB has no two windows of 256 KiB: use order random");
  return {stops / window * window, window, seed};
}

double largest(const Machine& machine, bool quick) {
  // All points of a launch are in memory at once, together eight times the largest: a series of powers of two is twice
  // its largest, the four series of every other one beside it are a third more than theirs. They may take half of what
  // is free. Quick ends at 256 MiB, because everything about a GiB takes a second a launch.
  return std::min(largest_footprint(machine, quick ? 0x1p28 : 0x1p30), double(machine.available_memory) / 16);
}

std::vector<Point> beside(const Machine& machine, bool quick) {
  std::vector<Point> points;
  const auto add = [&](double footprint, const Value& pages, const Value& placement, const std::string& order) {
    points.push_back(Point{{"footprint", footprint}, {"pages", pages}, {"placement", placement}, {"order", order}});
  };
  const double last = std::get<double>(footprint_axis(0x1p14, largest(machine, quick), quick ? 2 : 1).values.back());
  if (quick) {
    add(last, "small", "local", "random");
    add(last, "small", "local", "window");
    return points;
  }
  for (double footprint = last; footprint >= 0x1p14; footprint /= 4) {
    for (const Value& pages : other_pages()) add(footprint, pages, "local", "random");
    if (footprint < 0x1p19) continue;
    for (const Value& pages : words({"transparent", "small"})) add(footprint, pages, "local", "window");
  }
  for (const Value& placement : other_placements(machine)) add(last, "transparent", placement, "random");
  return points;
}

}  // namespace

std::unique_ptr<Trial> memory_latency_trial(Workspace& workspace, const Point& point, Chase kernel) {
  const auto stops = std::uint64_t(point.number("footprint")) / sizeof(Stop);
  if (stops < Chaser::piece) throw Unavailable("a footprint below 16 KiB has fewer lines than one piece of the walk");
  return std::make_unique<MemoryLatency>(workspace, point, order_of(point, stops, workspace.seed()), std::move(kernel));
}

Probe memory_latency() {
  return {
      .name = "memory.latency",
      .summary = "Seconds per load when each load gives the address of the next, in random order over a footprint.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .sample_seconds = 0.005,
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        return {footprint_axis(0x1p14, largest(machine, quick), quick ? 2 : 1),
                pages_axis(),
                placement_axis(),
                {"order", Unit::text, words({"random"}),
                 "random: through the whole footprint; window: within 256 KiB at a time, so that translations hit"}};
      },
      .beside = beside,
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [](Workspace& workspace, const Point& point) { return memory_latency_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
