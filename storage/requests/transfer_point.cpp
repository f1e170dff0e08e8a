// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/transfer_point.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "probes/probe/probe.hpp"
#include "results/record/unit.hpp"
#include "storage/files/content.hpp"

namespace sextant::storage {
namespace {

using probes::Unavailable;

constexpr std::uint64_t most_requests = 4096;  // in flight; a ring has room for 32768
constexpr std::uint64_t most_block = std::uint64_t{1} << 30;

std::string text(std::uint64_t bytes) { return results::format(static_cast<double>(bytes), results::Unit::byte); }

std::uint64_t whole(const results::Point& point, const char* axis, std::uint64_t least, std::uint64_t most) {
  const double value = point.number(axis);
  if (value >= static_cast<double>(least) && value <= static_cast<double>(most) && value == std::floor(value)) {
    return static_cast<std::uint64_t>(value);
  }
  throw Unavailable(std::string(axis) + " must be a whole number from " + std::to_string(least) + " to " +
                    std::to_string(most));
}

template <class T>
T one_of(const results::Point& point, const char* axis, const char* first, T one, const char* second, T other) {
  const std::string& word = point.word(axis);
  if (word == first) return one;
  if (word == second) return other;
  throw Unavailable(std::string(axis) + " must be " + first + " or " + second);
}

bool writes(Method method) {
  return method == Method::io_uring || method == Method::io_uring_plain || method == Method::io_uring_sqpoll ||
         method == Method::pread;
}

}  // namespace

TransferPoint transfer_point(const results::Point& point, const probes::Machine& machine) {
  TransferPoint asked;
  asked.span = whole(point, "span", page, std::uint64_t{1} << 49);
  asked.block = whole(point, "block", sector, most_block);
  asked.depth = static_cast<std::uint32_t>(whole(point, "depth", 1, most_requests));
  if (point.has("pattern")) {
    asked.pattern = one_of(point, "pattern", "sequential", Pattern::sequential, "random", Pattern::random);
  }
  if (point.has("threads")) asked.threads = static_cast<int>(whole(point, "threads", 1, 4096));
  if (point.has("method")) asked.method = method_named(point.word("method"));
  if (point.has("buffers")) {
    asked.buffers = one_of(point, "buffers", "small", probes::PageKind::small, "huge", probes::PageKind::transparent);
  }
  if (point.has("reads")) {
    asked.reads = point.number("reads");
    if (!(asked.reads >= 0 && asked.reads <= 1)) throw Unavailable("reads must be a share from 0 to 1");
  }
  require_sensible(asked, machine);
  return asked;
}

void require_sensible(const TransferPoint& point, const probes::Machine& machine) {
  require_possible(point.method, point.depth, machine);
  if (point.reads < 1 && !writes(point.method)) {
    throw Unavailable(std::string(name(point.method)) + " is a way to read only");
  }
  if (point.method == Method::nop) return;
  if (point.span % page != 0) throw Unavailable("span must be a multiple of 4096 bytes");
  if (point.block == 0 || point.block % sector != 0) throw Unavailable("block must be a multiple of 512 bytes");
  if (point.block > point.span) throw Unavailable("block is larger than span");
  const std::uint64_t blocks = point.span / point.block;
  if (blocks > std::numeric_limits<std::uint32_t>::max()) throw Unavailable("span holds more than 2^32 blocks");
  const std::uint64_t in_flight = point.depth * static_cast<std::uint64_t>(point.threads);
  if (in_flight > 1 && in_flight * point.block > point.span / 4) {
    throw Unavailable(text(in_flight * point.block) + " would be in flight, more than a quarter of the span of " +
                      text(point.span) + ": what is asked for would hardly have left the device again");
  }
}

}  // namespace sextant::storage
