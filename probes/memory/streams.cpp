// SPDX-License-Identifier: Apache-2.0
//
// memory.read, memory.write, memory.copy, memory.triad: how fast threads stream through memory of a given footprint.
//
// What is measured: each thread goes through its own contiguous share of the arrays, pass after pass: it loads every word
//   (read), fills the array (write), copies one to another (copy), or computes a = b + s c (triad). Small footprints stay
//   in a cache and show its bandwidth, large ones show the memory's; the bends between them show the capacities that are
//   really there, which is why no claimed cache size is used. The axis ends at 1 GiB or a quarter of the free memory:
//   four times a last cache of 256 MiB, and `--set` takes it further where the curve is not flat at its end.
//   The sample's own bandwidth is sustained over all its passes, what likwid-bench prints. best_bandwidth is that of the
//   fastest pass in the sample, what STREAM and BabelStream print; typical_bandwidth that of the median pass. Passes too
//   short for the clock count in groups of at least 50 us (pass_times.hpp).
// How bytes are counted: as STREAM counts them, every array once a pass: 1 array for read and write, 2 for copy, 3 for
//   triad; the footprint is all of them, all threads together. bytes_moved counts what crosses the memory bus where no
//   cache holds the arrays: a regular store reads its line before it writes it back, one array more; a non-temporal
//   store does not. Processors that find out by themselves that a whole line is written, and leave the reading out, move
//   less. The counts are compared with a simulated cache in tests/traffic.
// What would make it wrong: too few loads under way, or a loop that costs more than its loads: the width of the vectors,
//   the vectors a turn and the pages they are taken from are tried out on the arrays themselves before the first sample
//   (tuning.hpp), and vector_bytes, unroll and pages_abreast name the winner; small pages, whose translation misses count as memory time (the arena asks for huge
//   ones; points beside say what small ones cost); memory on another NUMA node (pages lie where the thread that first
//   filled them ran); a cache left cold by the point before (the warm-up sample of each visit goes through the
//   footprint); arrays that collide in the cache (each begins alike within a page, an odd number of pages apart).
// How the answer is verified: every pass leaves something of its own. read: word i holds i times an odd number plus one; a
//   pass combines by exclusive or one vector of each four, others each time until all have had their turn, the last of them
//   with the number of the pass, and what comes of it must be exact (combining every word in every pass would take a tenth
//   of a first cache's rate). write and triad: the value and
//   the scalar change with every pass; copy: the source is marked with it, at sixteen places in turn. After every pass
//   one of sixteen places of the destination is looked at, and in the end all of it; thousands of its places were spoilt
//   before the last run. Everything is integers, or doubles that hold integers, so nothing is rounded. The places that
//   are looked at after non-temporal stores come back from memory, which costs a pass of less than some hundred KiB a
//   noticeable part of its time.
// Where the method comes from: McCalpin's STREAM (1995) for copy, triad and the counting; likwid-bench (Treibig, Hager,
//   Wellein, PSTI 2010) for load and store and the non-temporal variants.
#include <algorithm>

#include "probes/axes.hpp"
#include "probes/memory/trials.hpp"
#include "probes/probes.hpp"

namespace sextant::probes {

namespace {

Axis footprints(Stream stream, const Machine& machine, bool quick) {
  const double last = largest_footprint(machine, 0x1p30);
  if (!quick || stream == Stream::read) return footprint_axis(0x1p14, last, quick ? 2 : 1);
  // One each that usually lies in the first cache, in the second and in memory.
  Axis axis = footprint_axis(0x1p15, 0, 1);
  for (const double footprint : {0x1p20, last}) {
    if (footprint > std::get<double>(axis.values.back()) && footprint <= last) axis.values.emplace_back(footprint);
  }
  return axis;
}

Axis store_axis(bool quick) {
  return {"store", Unit::text, quick ? words({"regular"}) : words({"regular", "nontemporal"}),
          "regular: through the caches, which read the line first; nontemporal: past them"};
}

std::vector<Axis> axes_of(Stream stream, const Machine& machine, bool quick) {
  std::vector<Axis> axes{footprints(stream, machine, quick), threads_axis(machine, quick)};
  if (stream != Stream::read) axes.push_back(store_axis(quick));
  axes.insert(axes.end(), {binding_axis(), pages_axis(), placement_axis()});
  return axes;
}

// As many threads as every node can run whose processors are ours.
double threads_of_a_node(const Machine& machine) {
  std::size_t least = machine.processors.size();
  for (const Node& node : machine.nodes) {
    if (!node.processors.empty()) least = std::min(least, node.processors.size());
  }
  return double(least);
}

// At the largest footprint: other page kinds, other bindings, the matrix of NUMA nodes. Quick has only what the product
// lacks there: non-temporal stores.
std::vector<Point> beside(Stream stream, const Machine& machine, bool quick) {
  const auto axes = axes_of(stream, machine, quick);
  Point usual;
  for (const Axis& axis : axes) usual.set(axis.name, axis.values.front());
  usual.set("footprint", axes[0].values.back());
  std::vector<Point> points;
  const auto add = [&](const Value& threads, const std::string& axis, const std::vector<Value>& values) {
    for (const Value& value : values) {
      Point point = usual;
      point.set("threads", threads);
      point.set(axis, value);
      points.push_back(std::move(point));
    }
  };
  const std::vector<Value>& threads = axes[1].values;
  std::vector<Value> ends{threads.front()};
  if (threads.size() > 1) ends.push_back(threads.back());
  if (quick) {
    if (stream == Stream::read) return {};
    for (const Value& n : ends) add(n, "store", words({"nontemporal"}));
    return points;
  }
  for (const Value& n : ends) add(n, "pages", other_pages());
  for (const Value& n : threads) add(n, "binding", other_bindings(machine, int(std::get<double>(n))));
  add(threads_of_a_node(machine), "placement", other_placements(machine));
  return points;
}

Probe stream_probe(Stream stream, std::string name, std::string summary) {
  return {
      .name = std::move(name),
      .summary = std::move(summary),
      .quantity = {"bandwidth", Unit::byte_per_second},
      .extras = {{"best_bandwidth", Unit::byte_per_second, "of the fastest pass in the sample"},
                 {"typical_bandwidth", Unit::byte_per_second, "of the median pass in the sample"},
                 {"bytes_moved", Unit::byte, "bytes with the line that a regular store reads first"},
                 {"vector_bytes", Unit::byte, "width of the vectors that were fastest here"},
                 {"unroll", Unit::one, "vectors a turn of the loop that was fastest here"},
                 {"pages_abreast", Unit::one, "pages side by side at which a turn of that loop goes on"}},
      .axes = [stream](const Machine& machine, bool quick) { return axes_of(stream, machine, quick); },
      .beside = [stream](const Machine& machine, bool quick) { return beside(stream, machine, quick); },
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [stream](Workspace& workspace,
                          const Point& point) { return memory_stream_trial(workspace, stream, point); },
  };
}

}  // namespace

Probe memory_read() {
  return stream_probe(
      Stream::read, "memory.read",
      "Bytes per second that the threads read together from a footprint they share out among themselves.");
}

Probe memory_write() {
  return stream_probe(Stream::write, "memory.write", "Bytes per second that the threads write together.");
}

Probe memory_copy() {
  return stream_probe(Stream::copy, "memory.copy",
                      "Bytes per second, read and written, while the threads copy one array to another.");
}

Probe memory_triad() {
  return stream_probe(Stream::triad, "memory.triad",
                      "Bytes per second, read and written, while the threads compute a = b + s c over three arrays.");
}

}  // namespace sextant::probes
