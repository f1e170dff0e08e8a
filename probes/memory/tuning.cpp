// SPDX-License-Identifier: Apache-2.0
#include "probes/memory/tuning.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t stretch = std::size_t(1) << 20;  // bytes that a member streams through in one try
constexpr int rounds = 4;
constexpr double enough = 0.02;  // seconds, after which no further round begins: on a busy machine each takes long
constexpr double worth = 1.02;   // less is within what two tries of the same form differ by

Part piece_of(const Part& part, std::size_t elements, std::size_t number) {
  Part piece = part;
  piece.count = std::min(elements, part.count);
  const std::size_t begin = number % (part.count / piece.count) * piece.count;
  for (std::byte*& array : piece.arrays) {
    if (array) array += begin * sizeof(std::uint64_t);
  }
  return piece;
}

}  // namespace

Tuned tune(Team& team, std::span<const Part> parts, Stream stream, Store store) {
  const std::size_t element = std::size_t(arrays_of(stream)) * sizeof(std::uint64_t);
  const std::size_t elements = stretch / element / 8 * 8;
  const std::size_t largest = std::max_element(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
                                return a.count < b.count;
                              })->count;
  const std::uint64_t passes = largest > elements ? 1 : 16 * elements / largest;  // what lies in a cache is fast
  const auto shapes = stream_shapes();
  std::vector<double> least(shapes.size(), std::numeric_limits<double>::infinity());
  std::size_t number = 0;
  const Clock clock = monotonic_clock();
  const double begin = clock();
  for (int round = 0; round < rounds && (round == 0 || clock() - begin < enough); ++round) {
    for (std::size_t i = 0; i < shapes.size(); ++i, ++number) {
      const double seconds = timed(team, [&](int member) {
        stream_passes(stream, store, shapes[i], piece_of(parts[std::size_t(member)], elements, number), 0, passes);
      });
      least[i] = std::min(least[i], seconds);
    }
  }
  std::size_t winner = 0;
  for (std::size_t i = 1; i < shapes.size(); ++i) {
    if (least[i] * worth < least[winner]) winner = i;
  }
  const double done = double(std::min(elements, largest)) * double(passes);
  return {shapes[winner], least[winner] * double(largest) / done};
}

}  // namespace sextant::probes
