// SPDX-License-Identifier: Apache-2.0

// What is measured: bytes per second that a file on a device delivers when `depth` reads of `block` bytes are in
// flight, from before the first is sent until the last has come, through io_uring and past the page cache (O_DIRECT). A
// pass visits every block of the span once, in file order or in a random order drawn from the seed; the next sample
// goes on where the last one ended. Latency is a request's time from just before it goes to the kernel until it is
// taken from the ring.
//
// How bytes are counted: requests that came times `block`, nothing else. What the block device says it read stands
// beside it as device_bytes.
//
// What would make it wrong: the page cache (O_DIRECT; verify() compares with the device's own count); a cache below it,
// in the device, behind a loop device or in the host of a virtual machine, which nothing here can see: the file was
// just written, so a span that such a cache holds is measured at its speed (give a larger span); memory in small pages,
// which splits large requests and can cost a factor of four, so the buffers ask for huge pages; unregistered buffers
// (up to a factor of two), told by the column `registered`; the last `depth` requests of a sample run with less
// company, which many requests a sample make small; a device that is still fast because it has not been busy for long
// (burst credits, heat).
//
// How it is verified: every sector of the file carries its number and a hash. Before a request the stamps in its
// buffer are overwritten, so a completion that brought nothing is seen; at completion the first and the last page's
// stamps must be the requested ones, and the block they name is counted; at the end of each run whole buffers are
// compared. verify() throws when anything differed or when a block did not come exactly as often as it was asked for.
//
// Where the method comes from: the queue-depth method of fio (https://fio.readthedocs.io, iodepth, randommap), with the
// submission loop of an application that refills on completion; Axboe, "Efficient IO with io_uring", 2019.

#include "storage/storage_read.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "probes/probe/workspace.hpp"
#include "results/record/unit.hpp"
#include "storage/device_canary.hpp"
#include "storage/files/device_counter.hpp"
#include "storage/requests/latency_histogram.hpp"
#include "storage/requests/ring.hpp"
#include "storage/storage_read_description.hpp"

namespace sextant::storage {
namespace {

using probes::Unavailable;
using probes::Work;
using probes::WrongAnswer;

constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t compared_per_run = std::size_t{4} << 20;  // about a millisecond
constexpr std::uint64_t tail_needs = 299;  // requests below which no upper bound of the 99th percentile exists

std::uint64_t nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

std::string text(std::uint64_t bytes) { return results::format(static_cast<double>(bytes), probes::Unit::byte); }

// Same seed, same order, with every standard library (std::shuffle may differ).
std::vector<std::uint32_t> order_of(std::uint64_t blocks, Pattern pattern, std::uint64_t seed) {
  std::vector<std::uint32_t> order(blocks);
  std::iota(order.begin(), order.end(), 0u);
  if (pattern == Pattern::sequential) return order;
  std::mt19937_64 random(seed);
  for (std::uint64_t i = blocks; i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  return order;
}

class StorageRead final : public probes::Trial {
 public:
  StorageRead(probes::Workspace& workspace, const ReadPoint& point, Medium medium, Fault fault)
      : workspace_(workspace),
        point_(point),
        file_(TestFile::open(workspace.target(), point.span, medium)),
        counter_(file_.descriptor()),
        ring_(point.depth, file_.descriptor()),
        fault_(std::move(fault)),
        order_(order_of(point.span / point.block, point.pattern, workspace.seed() ^ point.block ^ point.depth)),
        arrived_(order_.size()),
        slots_(point.depth) {
    buffers();
  }

  Work run(std::uint64_t iterations) override {
    const std::span<std::byte> memory = buffers();
    // Faults every page in; pages that stay small are then at least not counted as reading time.
    for (std::size_t at = 0; at < memory.size(); at += page) memory[at] = std::byte{1};
    const bool registered = ring_.register_buffers(memory);
    latencies_.clear();
    const DeviceCount before = counter_.now();
    const double seconds = read(memory, iterations);
    const double device = (counter_.now() - before).read_bytes;
    ring_.unregister_buffers();
    compare(memory);

    const auto requests = static_cast<double>(latencies_.total());  // those that came
    const double bytes = requests * static_cast<double>(point_.block);
    if (!std::isnan(device)) {
      device_bytes_ += device;
      watched_bytes_ += bytes;
    }
    const double p99 = latencies_.total() < tail_needs ? results::not_available : latencies_.quantile(0.99);
    return {.operations = requests,
            .bytes = bytes,
            .seconds = seconds,
            .extras = {latencies_.quantile(0.5), p99, device, registered ? 1.0 : 0.0}};
  }

  void verify() override {
    if (mismatches_ > 0) {
      throw WrongAnswer("storage.read: " + std::to_string(mismatches_) + " of " + std::to_string(requested_) +
                        " reads brought other content than the file holds; " + first_mismatch_);
    }
    const std::uint64_t passes = requested_ / order_.size();
    const std::uint64_t rest = requested_ % order_.size();
    for (std::uint64_t i = 0; i < order_.size(); ++i) {
      const std::uint64_t asked = passes + (i < rest ? 1 : 0);
      if (arrived_[order_[i]] == asked) continue;
      throw WrongAnswer("storage.read: block " + std::to_string(order_[i]) + " was asked for " + std::to_string(asked) +
                        " times and came " + std::to_string(arrived_[order_[i]]) + " times");
    }
    if (device_bytes_ < 0.5 * watched_bytes_) {
      throw WrongAnswer("storage.read: the device read " + text(static_cast<std::uint64_t>(device_bytes_)) + " while " +
                        text(static_cast<std::uint64_t>(watched_bytes_)) +
                        " came: a cache of this system answered, or queue/iostats of the device is off");
    }
  }

 private:
  struct Slot {
    std::uint64_t block = 0;
    std::uint64_t sent = 0;  // nanoseconds
    bool holds = false;      // a finished read of `block`
  };

  // Huge pages begin at their own size; the arena may not.
  std::span<std::byte> buffers() {
    const std::size_t bytes = point_.depth * point_.block;
    const std::span<std::byte> arena = workspace_.arena(bytes + huge_page);
    const auto past = reinterpret_cast<std::uintptr_t>(arena.data()) % huge_page;
    return arena.subspan(past == 0 ? 0 : huge_page - past, bytes);
  }

  std::span<std::byte> buffer(std::span<std::byte> memory, std::uint32_t slot) const {
    return memory.subspan(slot * point_.block, point_.block);
  }

  // The timed part. Returns seconds. Throws only when nothing is in flight any more: the kernel writes into the buffers
  // until then.
  double read(std::span<std::byte> memory, std::uint64_t requests) {
    std::uint64_t left = requests;
    std::uint64_t in_flight = 0;
    std::string failure;
    const std::uint64_t begin = nanoseconds();
    for (std::uint32_t slot = 0; slot < point_.depth && left > 0; ++slot, --left) {
      if (send(memory, slot, begin)) ++in_flight;
    }
    while (in_flight > 0) {
      ring_.submit_and_wait();
      const std::uint64_t now = nanoseconds();
      for (const Completion& completion : ring_.take()) {
        --in_flight;
        settle(memory, completion, now, failure);
        if (!failure.empty()) continue;
        while (left > 0) {
          --left;
          if (!send(memory, completion.slot, now)) continue;
          ++in_flight;
          break;
        }
      }
    }
    const std::uint64_t end = nanoseconds();
    if (!failure.empty()) throw std::runtime_error(failure);
    return static_cast<double>(end - begin) * 1e-9;
  }

  // Queues the next block of the pass. False when a fault of a test kept it back.
  bool send(std::span<std::byte> memory, std::uint32_t slot, std::uint64_t now) {
    slots_[slot] = {order_[next_], now, false};
    if (++next_ == order_.size()) next_ = 0;
    Request request = {requested_++, buffer(memory, slot), slots_[slot].block * point_.block};
    file_.spoil(request.into, request.offset);
    if (fault_) fault_(request);
    if (request.sent) ring_.read(slot, request.into, request.offset);
    return request.sent;
  }

  void settle(std::span<std::byte> memory, const Completion& completion, std::uint64_t now, std::string& failure) {
    Slot& slot = slots_[completion.slot];
    if (completion.result != static_cast<int>(point_.block)) {
      if (failure.empty()) failure = failure_of(slot.block, completion.result);
      return;
    }
    latencies_.add(now - slot.sent);
    slot.holds = true;
    const std::span<const std::byte> content = buffer(memory, completion.slot);
    const std::uint64_t origin = file_.origin(content, slot.block * point_.block);
    if (origin != slot.block * point_.block) mismatch(slot.block, content);
    // Counted by what came, not by what was asked for.
    const std::uint64_t came = origin / point_.block;
    if (came < arrived_.size()) ++arrived_[came];
  }

  // Whole buffers, after the clock has stopped: as many of the last reads as fit into compared_per_run, at least one,
  // beginning at another slot each time.
  void compare(std::span<std::byte> memory) {
    const std::uint64_t most = std::max<std::uint64_t>(1, compared_per_run / point_.block);
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(most, slots_.size()); ++i) {
      const std::uint32_t slot = compared_++ % point_.depth;
      if (slots_[slot].holds && !file_.holds(buffer(memory, slot), slots_[slot].block * point_.block)) {
        mismatch(slots_[slot].block, buffer(memory, slot));
      }
    }
    for (Slot& slot : slots_) slot.holds = false;  // the arena belongs to others now
  }

  void mismatch(std::uint64_t block, std::span<const std::byte> content) {
    if (++mismatches_ > 1) return;
    const std::uint64_t offset = block * point_.block;
    first_mismatch_ =
        "first: byte " + std::to_string(offset) + " was asked for, the buffer " + file_.describe(content, offset);
  }

  std::string failure_of(std::uint64_t block, int result) const {
    const std::string what = result < 0 ? std::string("failed: ") + std::strerror(-result)
                                        : "ended after " + text(static_cast<std::uint64_t>(result));
    return "a read of " + text(point_.block) + " at byte " + std::to_string(block * point_.block) +
           " of the test file " + what;
  }

  probes::Workspace& workspace_;
  const ReadPoint point_;
  TestFile file_;
  DeviceCounter counter_;
  Ring ring_;
  Fault fault_;
  std::vector<std::uint32_t> order_;    // blocks of one pass
  std::vector<std::uint32_t> arrived_;  // per block, how often it came
  std::vector<Slot> slots_;
  LatencyHistogram latencies_;
  std::uint64_t next_ = 0;       // in order_
  std::uint64_t requested_ = 0;  // since the trial began
  std::uint32_t compared_ = 0;
  std::uint64_t mismatches_ = 0;
  std::string first_mismatch_;
  double device_bytes_ = 0;
  double watched_bytes_ = 0;  // ours, while the device's count was available
};

ReadPoint read_point(const probes::Point& point) {
  const auto whole = [&](const char* axis, double least, double most) {
    const double value = point.number(axis);
    if (value >= least && value <= most && value == std::floor(value)) return static_cast<std::uint64_t>(value);
    throw Unavailable(std::string(axis) + " must be a whole number from " + std::to_string(std::uint64_t(least)) +
                      " to " + std::to_string(std::uint64_t(most)));
  };
  const std::string& pattern = point.word("pattern");
  if (pattern != "sequential" && pattern != "random") throw Unavailable("pattern must be sequential or random");
  return {whole("span", page, 1e15), pattern == "random" ? Pattern::random : Pattern::sequential,
          whole("block", page, 1 << 30), static_cast<unsigned>(whole("depth", 1, 4096))};
}

probes::Availability available(const probes::Machine&) {
  try {
    Ring(1, -1);
    return {};
  } catch (const Unavailable& reason) {
    return probes::unavailable(reason.what());
  }
}

}  // namespace

std::unique_ptr<probes::Trial> read_trial(probes::Workspace& workspace, const ReadPoint& point, Medium medium,
                                          Fault fault) {
  if (point.block == 0 || point.block % page != 0) throw Unavailable("block must be a multiple of 4096 bytes");
  if (point.block > point.span) throw Unavailable("block is larger than span");
  const std::uint64_t blocks = point.span / point.block;
  if (blocks > std::numeric_limits<std::uint32_t>::max()) throw Unavailable("span holds more than 2^32 blocks");
  return std::make_unique<StorageRead>(workspace, point, medium, std::move(fault));
}

probes::Probe storage_read() {
  probes::Probe probe = storage_read_description();
  probe.available = available;
  probe.prepare = [](probes::Workspace& workspace, const probes::Point& point) {
    return read_trial(workspace, read_point(point));
  };
  probe.device_canary = [](probes::Workspace& workspace, std::uint64_t seed) {
    return device_canary(workspace.target(), seed);
  };
  return probe;
}

}  // namespace sextant::storage
