// SPDX-License-Identifier: Apache-2.0

// What is measured: what a device goes on with when it is read, or written, without a pause. One sample is one transfer
// of `duration` seconds with `depth` requests of `block` bytes in flight, over the span in order, again and again, past
// the page cache. Its bytes are counted in windows of 0.1 s; where these tell two levels, the first higher
// (sustained_levels.hpp), the higher is the burst, the lower is what is sustained, and between them is the knee: a bucket of credit
// that is empty, a cache of fast cells that is full, a device that became hot.
//
// How bytes are counted: requests that finished times `block`, in the window in which that was seen; the bandwidth is of
// the windows after the knee. Filling and emptying the queue is in no window.
//
// What would make it wrong: a transfer that ends before the burst does (give a longer duration); a device that has not
// recovered from the transfer before: samples follow each other, so that the first of a launch tells of the burst and the
// later ones of what comes after it, and there is neither pilot nor warm-up, which would use the burst up; a knee within
// a second of either end, which is not told from noise; a rate that falls slowly, which has no knee; a cache below
// (storage_read.cpp says where), which a span of its size would measure.
//
// How it is verified: reads as those of storage.read. A write carries in every sector its place and the number of the
// pass. verify() reads back the beginning of every block and some whole blocks: each must be of the last pass in which it
// was written. The device's own count must agree with ours.
//
// Where the method comes from: preconditioning and windows of the SNIA Solid State Storage Performance Test
// Specification, version 2.0.1, 2018, whose steady state asks for a whole purge that no user allows; here both levels
// are told instead.

#include "storage/sustained.hpp"

#include <unistd.h>

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
#include "storage/requests/ring.hpp"
#include "storage/sustained_description.hpp"
#include "storage/sustained_levels.hpp"

namespace sextant::storage {
namespace {

using probes::Unavailable;
using probes::Work;
using probes::WrongAnswer;

constexpr std::uint64_t window = 100'000'000;  // nanoseconds
constexpr double seconds_per_window = 0.1;
constexpr double patience = 8;  // seconds; a device that answers nothing for so long is given up
constexpr std::uint64_t usual_span = std::uint64_t{1} << 30;
constexpr double longest = 90;  // of a worker that says nothing for longer the supervisor thinks that it hangs
constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr int whole_blocks_read_back = 16;

std::uint64_t monotonic_nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

std::string text(std::uint64_t bytes) { return results::format(static_cast<double>(bytes), probes::Unit::byte); }

class Sustained final : public probes::Trial {
 public:
  Sustained(probes::Workspace& workspace, const SustainedPoint& point, Medium medium, MoveFault fault)
      : workspace_(workspace),
        point_(point),
        file_(TestFile::open(workspace.target(), point.span, medium, point.access)),
        counter_(file_.descriptor()),
        ring_(point.depth, file_.descriptor()),
        fault_(std::move(fault)),
        blocks_(point.span / point.block),
        slots_(point.depth),
        first_generation_(std::random_device{}() & most_generations) {
    file_.require_block(point.block);
    buffers();
    windows_.reserve(windows_in(1));
  }

  Work run(std::uint64_t iterations) override {
    const std::span<std::byte> memory = buffers();
    // The arena is everybody's; this also faults it in.
    for (std::uint32_t slot = 0; slot < point_.depth; ++slot) {
      fill(buffer(memory, slot), file_.seed(), slot * point_.block, first_generation_);
    }
    ring_.register_buffers(memory);
    windows_.assign(windows_in(iterations), 0);
    const DeviceCount before = counter_.now();
    transfer(memory);
    const DeviceCount device = counter_.now() - before;
    ring_.unregister_buffers();
    const double device_bytes = writes() ? device.written_bytes : device.read_bytes;
    if (!std::isnan(device_bytes)) device_bytes_ += device_bytes;
    if (!std::isnan(device_bytes)) watched_bytes_ += std::accumulate(windows_.begin(), windows_.end(), 0.0);
    return work(device_bytes);
  }

  void verify() override {
    if (mismatches_ > 0) {
      throw WrongAnswer("storage.sustained: " + std::to_string(mismatches_) + " of " + std::to_string(requested_) +
                        " reads brought other content than the file holds; " + first_mismatch_);
    }
    for (std::uint64_t block = 0; block < blocks_.size(); ++block) {
      if (blocks_[block].asked != blocks_[block].came) {
        throw WrongAnswer("storage.sustained: block " + std::to_string(block) + " was asked for " +
                          std::to_string(blocks_[block].asked) + " times and came " +
                          std::to_string(blocks_[block].came) + " times");
      }
    }
    if (writes()) read_back();
    if (device_bytes_ < 0.5 * watched_bytes_) {
      throw WrongAnswer("storage.sustained: the device moved " + text(static_cast<std::uint64_t>(device_bytes_)) +
                        " while we moved " + text(static_cast<std::uint64_t>(watched_bytes_)) +
                        ": a cache of this system answered, or queue/iostats of the device is off");
    }
  }

 private:
  static constexpr std::uint32_t most_generations = (1u << 24) - 1;

  struct Block {
    std::uint32_t asked = 0, came = 0;
    std::uint32_t generation = 0;  // of the last write
    bool in_flight = false;
  };

  bool writes() const { return point_.access == Access::write; }

  std::size_t windows_in(std::uint64_t iterations) const {
    return static_cast<std::size_t>(
        std::llround(point_.duration * static_cast<double>(iterations) / seconds_per_window));
  }

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

  // The timed part. Throws for an error of the device when nothing is in flight any more: the kernel uses the buffers
  // until then. The clock begins with the first answer, when the queue has long been full.
  void transfer(std::span<std::byte> memory) {
    std::uint64_t begin = 0;
    std::uint64_t in_flight = 0;
    std::string failure;
    for (std::uint32_t slot = 0; slot < point_.depth; ++slot) in_flight += send(memory, slot);
    while (in_flight > 0) {
      if (!ring_.submit_and_wait(patience)) {
        throw std::runtime_error("the device answered none of its requests for 8 s");
      }
      const std::uint64_t now = monotonic_nanoseconds();
      const bool first = begin == 0;
      if (first) begin = now;
      const std::uint64_t at = (now - begin) / window;
      for (const Completion& completion : ring_.take()) {
        --in_flight;
        settle(memory, completion, failure);
        if (at >= windows_.size() || !failure.empty()) continue;
        if (!first) windows_[at] += static_cast<double>(point_.block);
        while (!send(memory, completion.slot)) {
        }
        ++in_flight;
      }
    }
    if (!failure.empty()) throw std::runtime_error(failure);
  }

  // Queues the next block of the pass that is not on its way from the pass before. False when a fault of a test kept it
  // back.
  bool send(std::span<std::byte> memory, std::uint32_t slot) {
    while (blocks_[next_].in_flight) advance();
    Block& block = blocks_[next_];
    const std::uint64_t offset = next_ * point_.block;
    Move move = {requested_++, buffer(memory, slot), offset};
    if (writes()) {
      block.generation = (first_generation_ + pass_) & most_generations;
      restamp(move.memory, file_.seed(), offset, block.generation);
    } else {
      file_.spoil(move.memory, offset);
    }
    ++block.asked;
    slots_[slot] = next_;
    advance();
    if (fault_) fault_(move);
    if (!move.sent) {
      block.came += writes();  // the device alone can tell
      return false;
    }
    block.in_flight = true;
    if (writes()) {
      ring_.write(slot, move.memory, move.offset);
    } else {
      ring_.read(slot, move.memory, move.offset);
    }
    return true;
  }

  void advance() {
    if (++next_ < blocks_.size()) return;
    next_ = 0;
    ++pass_;
  }

  void settle(std::span<std::byte> memory, const Completion& completion, std::string& failure) {
    const std::uint64_t index = slots_[completion.slot];
    const std::uint64_t offset = index * point_.block;
    blocks_[index].in_flight = false;
    if (completion.result != static_cast<int>(point_.block)) {
      if (failure.empty()) failure = failure_of(offset, completion.result);
      return;
    }
    if (writes()) {
      ++blocks_[index].came;
      return;
    }
    const std::span<const std::byte> content = buffer(memory, completion.slot);
    const std::uint64_t origin = file_.origin(content, offset);
    if (origin != offset) mismatch(offset, content);
    if (origin / point_.block < blocks_.size()) ++blocks_[origin / point_.block].came;
  }

  Work work(double device_bytes) const {
    const Levels levels = find_levels(windows_);
    const std::size_t from = levels.knee.value_or(0);
    const double before = std::accumulate(windows_.begin(), windows_.begin() + static_cast<std::ptrdiff_t>(from), 0.0);
    const double after = std::accumulate(windows_.begin() + static_cast<std::ptrdiff_t>(from), windows_.end(), 0.0);
    if (after == 0) throw std::runtime_error("no request finished within the duration: give a longer one");
    const double no = results::not_available;
    return {.operations = after / static_cast<double>(point_.block),
            .bytes = after,
            .seconds = static_cast<double>(windows_.size() - from) * seconds_per_window,
            .extras = {levels.burst / seconds_per_window, levels.knee ? before : no,
                       levels.knee ? static_cast<double>(from) * seconds_per_window : no, device_bytes}};
  }

  // The beginning of every block, and all of some blocks, drawn anew each time.
  void read_back() {
    const std::span<std::byte> memory = buffers().first(point_.block);
    for (std::uint64_t block = 0; block < blocks_.size(); ++block) {
      expect(block, memory.first(std::min<std::uint64_t>(page, point_.block)));
    }
    std::mt19937_64 random(requested_);
    for (int i = 0; i < whole_blocks_read_back; ++i) expect(random() % blocks_.size(), memory);
  }

  void expect(std::uint64_t block, std::span<std::byte> memory) {
    if (blocks_[block].asked == 0) return;
    const std::uint64_t offset = block * point_.block;
    const ssize_t came = ::pread(file_.descriptor(), memory.data(), memory.size(), static_cast<off_t>(offset));
    if (came != static_cast<ssize_t>(memory.size())) {
      throw std::runtime_error("what was written at byte " + std::to_string(offset) + " cannot be read back");
    }
    if (holds(memory, file_.seed(), offset, blocks_[block].generation)) return;
    throw WrongAnswer("storage.sustained: byte " + std::to_string(offset) +
                      " does not hold what was written there last; what was read back " +
                      file_.describe(memory, offset));
  }

  void mismatch(std::uint64_t offset, std::span<const std::byte> content) {
    if (++mismatches_ > 1) return;
    first_mismatch_ =
        "first: byte " + std::to_string(offset) + " was asked for, the buffer " + file_.describe(content, offset);
  }

  std::string failure_of(std::uint64_t offset, int result) const {
    const std::string what = result < 0 ? std::string("failed: ") + std::strerror(-result)
                                        : "ended after " + text(static_cast<std::uint64_t>(result));
    return std::string("a ") + (writes() ? "write" : "read") + " of " + text(point_.block) + " at byte " +
           std::to_string(offset) + " " + what;
  }

  probes::Workspace& workspace_;
  const SustainedPoint point_;
  TestFile file_;
  DeviceCounter counter_;
  Ring ring_;
  MoveFault fault_;
  std::vector<Block> blocks_;
  std::vector<std::uint64_t> slots_;  // the block that each is busy with
  std::vector<double> windows_;       // bytes
  const std::uint32_t first_generation_;
  std::uint32_t pass_ = 0;
  std::uint64_t next_ = 0;       // of blocks_
  std::uint64_t requested_ = 0;  // since the trial began
  std::uint64_t mismatches_ = 0;
  std::string first_mismatch_;
  double device_bytes_ = 0;
  double watched_bytes_ = 0;  // ours, while the device's count was available
};

SustainedPoint sustained_point(const probes::Point& point) {
  const auto whole = [&](const char* axis, double least, double most) {
    const double value = point.number(axis);
    if (value >= least && value <= most && value == std::floor(value)) return static_cast<std::uint64_t>(value);
    throw Unavailable(std::string(axis) + " must be a whole number from " + std::to_string(std::uint64_t(least)) +
                      " to " + std::to_string(std::uint64_t(most)));
  };
  const std::string& operation = point.word("operation");
  if (operation != "read" && operation != "write") throw Unavailable("operation must be read or write");
  return {operation == "read" ? Access::read : Access::write, usual_span, whole("block", sector, 1 << 30),
          static_cast<unsigned>(whole("depth", 1, 4096)), point.number("duration")};
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

std::unique_ptr<probes::Trial> sustained_trial(probes::Workspace& workspace, const SustainedPoint& point, Medium medium,
                                               MoveFault fault) {
  if (point.block == 0 || point.block % sector != 0) throw Unavailable("block must be a multiple of 512 bytes");
  if (point.span / point.block < 2 * point.depth) {
    throw Unavailable("the span must hold twice as many blocks as are in flight");
  }
  if (!(point.duration >= seconds_per_window && point.duration <= longest)) {
    throw Unavailable("duration must be from 0.1 s to 90 s; a knee is seen from 2 s on");
  }
  return std::make_unique<Sustained>(workspace, point, medium, std::move(fault));
}

probes::Probe sustained() {
  probes::Probe probe = sustained_description();
  probe.available = available;
  probe.prepare = [](probes::Workspace& workspace, const probes::Point& point) {
    return sustained_trial(workspace, sustained_point(point));
  };
  probe.device_canary = [](probes::Workspace& workspace, std::uint64_t seed) {
    return device_canary(workspace.target(), seed);
  };
  return probe;
}

}  // namespace sextant::storage
