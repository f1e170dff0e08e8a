// SPDX-License-Identifier: Apache-2.0
// Runs the kernels that move bytes, once each over a known footprint, for a simulated cache to count the lines:
//   traffic D1_BYTES LL_BYTES
// writes a line a case: name, then what is expected of it:
//   lines NAME BYTES MOVED   so many bytes enter the caches; with what is written back there are MOVED (0: not asked)
//   memory NAME BYTES 0      the same from memory; the first cache may read its vector again for each group of rows
//   loads NAME COUNT D1 LL   of so many loads the share D1 misses the first cache, the share LL the last (0 or 1)
// Case by case, in this order, measure_traffic() is called once: tests/traffic_counted collects inside it alone.
#include <sched.h>

#include <charconv>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "probes/kernels/chase.hpp"
#include "probes/kernels/matrix.hpp"
#include "probes/memory/trials.hpp"

// A name that the simulator finds: weak, or the compiler would make copies of it under other names.
extern "C" [[gnu::noinline, gnu::weak]] void measure_traffic(const std::function<void()>& work) {
  work();
  asm volatile("" ::: "memory");
}

namespace {

using namespace sextant::probes;

struct Caches {
  std::size_t first, last;
};

// Nothing of the real machine but one processor, so that the counts are the same everywhere.
Machine one_processor() {
  cpu_set_t ours;
  CPU_ZERO(&ours);
  if (sched_getaffinity(0, sizeof ours, &ours) != 0) throw std::runtime_error("cannot read the processors");
  int processor = 0;
  while (!CPU_ISSET(processor, &ours)) ++processor;
  Machine machine;
  machine.processors = machine.scattered = {processor};
  machine.available_memory = std::size_t(256) << 20;
  return machine;
}

// What a probe declares, held against what its kernel does in the last of a few passes: by then the caches are in the
// state in which they stay.
void stream(Workspace& workspace, Stream stream, const std::string& name, const std::string& store, double footprint) {
  constexpr std::uint64_t passes = 3;
  const auto kernel = [](Stream which, Store how, const Shape& shape, const Part& part, std::uint64_t first,
                         std::uint64_t count) {
    std::uint64_t left = 0;
    for (std::uint64_t pass = first; pass < first + count; ++pass) {
      const auto work = [&] { left += stream_passes(which, how, shape, part, pass, 1); };
      pass + 1 == passes ? measure_traffic(work) : work();
    }
    return left;
  };
  Point point{{"footprint", footprint}, {"threads", 1.0}};
  if (stream != Stream::read) point.set("store", store);
  const auto trial = memory_stream_trial(workspace, stream, point, kernel);
  const Work work = trial->run(passes);
  trial->verify();
  // The simulator takes non-temporal stores for regular ones.
  std::printf("lines %s.%s %.0f %.0f\n", name.c_str(), store.c_str(), work.bytes / passes,
              store == "regular" ? work.extras[2] / passes : 0);
}

void chase(const Caches& caches, std::size_t bytes) {
  std::vector<Stop> stops(bytes / sizeof(Stop));
  link_cycle(stops, 1);
  const std::uint64_t loads = (stops.size() + 15) / 16 * 16;
  const Stop* position = sextant::probes::chase(stops.data(), loads);
  measure_traffic([&] { position = sextant::probes::chase(position, loads); });
  std::printf("loads chase.%zuKiB %zu %d %d\n", bytes >> 10, std::size_t(loads), bytes > caches.first,
              bytes > caches.last);
}

// Few rows of many columns, so that the vector and the results weigh little beside the weights.
void product(Format format, std::size_t bytes) {
  const std::size_t columns = 4096, rows = bytes / row_bytes(format, columns);
  std::vector<std::byte> weights(rows * row_bytes(format, columns));
  std::vector<float> x(columns, 1), y(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    encode(format, x, std::span(weights).subspan(row * row_bytes(format, columns), row_bytes(format, columns)));
  }
  Activations activations(format, columns);
  activations.set(x);
  // Once before, so that the caches hold what a product leaves there, not what writing the rows left.
  const auto work = [&] { multiply(weights, activations, y, rows); };
  work();
  measure_traffic(work);
  if (y[0] != y[rows - 1]) throw std::runtime_error("equal rows give different products");
  std::printf("memory multiply.%s %zu 0\n", std::string(name(format)).c_str(), weights.size());
}

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) throw std::invalid_argument("not a number of bytes");
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: traffic D1_BYTES LL_BYTES\n");
    return 2;
  }
  const Caches caches{number(argv[1]), number(argv[2])};
  const Machine machine = one_processor();
  Workspace workspace(machine, {}, 1);
  const double large = 4 * double(caches.last);
  stream(workspace, Stream::read, "read", "regular", large);
  for (const char* const store : {"regular", "nontemporal"}) {
    stream(workspace, Stream::write, "write", store, large);
    stream(workspace, Stream::copy, "copy", store, large);
    stream(workspace, Stream::triad, "triad", store, large);
  }
  for (const Format format : {Format::f32, Format::f16, Format::bf16, Format::int8, Format::int4}) {
    product(format, 2 * caches.last);
  }
  // On both sides of each cache's size. A little above it the least recently used line is nearly always the next one.
  for (const std::size_t cache : {caches.first, caches.last}) {
    for (const std::size_t eighths : {4, 6, 12, 16}) chase(caches, cache * eighths / 8);
  }
}
