// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/transfer.hpp"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "results/record/sample.hpp"
#include "results/record/unit.hpp"
#include "storage/files/device_counter.hpp"
#include "storage/requests/flow.hpp"
#include "storage/requests/part.hpp"

namespace sextant::storage {
namespace {

std::string text(double bytes) { return results::format(std::round(bytes), results::Unit::byte); }

double processor_seconds() {
  timespec now = {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// One thread's share of a trial.
struct Member {
  Member(const TransferPoint& point, const TestFile* file, std::vector<std::uint32_t> order, std::uint64_t seed,
         const Mapping* mapping, std::size_t each)
      : part(point, file, std::move(order), seed, mapping), sent(point.depth), latencies(each) {}

  std::optional<AnyChannel> channel = {};  // made by its thread
  Part part;
  std::vector<std::uint64_t> sent;
  Latencies latencies;
  Window window = {};
  bool registered = false;
};

class Transfer final : public probes::Trial {
 public:
  Transfer(probes::Workspace& workspace, const TransferPoint& point, TransferKind kind, Medium medium, Fault fault)
      : workspace_(workspace), point_(point), kind_(std::move(kind)), team_(workspace.team(point.threads)) {
    if (point.method != Method::nop) open_file(medium);
    const std::uint64_t blocks = file_ ? point.span / point.block : 0;
    const std::uint64_t seed = workspace.seed() ^ point.block ^ point.depth;
    auto orders = orders_of(blocks, point.pattern, seed, point.threads);
    members_.reserve(orders.size());
    for (std::size_t i = 0; i < orders.size(); ++i) {
      members_.emplace_back(point, file_ ? &*file_ : nullptr, std::move(orders[i]), seed + i,
                            mapping_ ? &*mapping_ : nullptr, i == 0 ? kind_.each : 0);
    }
    const std::span<std::byte> memory = buffers();
    team_.run([&](int member) { open(member, memory, fault); });
  }

  probes::Work run(std::uint64_t iterations) override {
    const std::span<std::byte> memory = buffers();
    begin(memory);
    const DeviceCount before = counted();
    const double processor = processor_seconds();
    move(iterations);
    const double processor_end = processor_seconds();
    const DeviceCount device = counted() - before;
    end();
    return kind_.report(sum(device, processor_end - processor));
  }

  void verify() override {
    for (const Member& member : members_) member.part.verify(kind_.probe);
    if (asks_device(point_.method) && device_bytes_ < 0.5 * watched_bytes_) {
      throw probes::WrongAnswer(
          kind_.probe + ": the device moved " + text(device_bytes_) + " while " + text(watched_bytes_) +
          " were asked for: a cache of this system answered, or queue/iostats of the device is off");
    }
    // That the device read although pages were to come from the cache proves nothing: it counts what everybody reads. The
    // column device_bytes stands beside the rate.
  }

 private:
  void open_file(Medium medium) {
    file_.emplace(
        TestFile::open(workspace_.target(), point_.span, medium, point_.reads < 1 ? Access::write : Access::read));
    file_->require_block(point_.block);
    counter_.emplace(file_->descriptor());
    if (!cached(point_.method) && point_.method != Method::mmap_cold) return;
    cached_ = open_cached(file_->descriptor());
    mapping_.emplace(cached_.number(), point_.span, point_.pattern == Pattern::random);
  }

  std::size_t memory_per_member() const {
    const std::size_t bytes = point_.depth * point_.block;
    return (bytes + page - 1) / page * page;
  }

  std::span<std::byte> buffers() {
    if (!file_) return {};
    return workspace_.arena(memory_per_member() * members_.size(), {point_.buffers, probes::first_touch}, team_);
  }

  std::span<std::byte> buffer(std::span<std::byte> all, int member) const {
    if (all.empty()) return {};
    return all.subspan(memory_per_member() * static_cast<std::size_t>(member), point_.depth * point_.block);
  }

  Member& of(int member) { return members_[static_cast<std::size_t>(member)]; }

  void open(int member, std::span<std::byte> memory, const Fault& fault) {
    ChannelRequest wanted;
    wanted.method = point_.method;
    wanted.depth = point_.depth;
    wanted.direct = file_ ? file_->descriptor() : -1;
    wanted.cached = cached_.number();
    if (mapping_) wanted.mapping = &*mapping_;
    if (!memory.empty()) wanted.trial = buffer(memory, member).first(point_.block);
    if (fault) {
      of(member).channel.emplace(Bent(Ring(wanted.depth, wanted.direct), fault));
    } else {
      of(member).channel.emplace(open_channel(wanted));
    }
  }

  void begin(std::span<std::byte> memory) {
    team_.run([&](int number) {
      Member& member = of(number);
      const std::span<std::byte> own = buffer(memory, number);
      member.part.begin(own);
      member.latencies.clear();
      member.registered = !own.empty() && std::visit([&](auto& c) { return c.register_buffers(own); }, *member.channel);
    });
  }

  // The timed part.
  void move(std::uint64_t rounds) {
    Meeting meeting(point_.threads);
    team_.run([&](int number) {
      Member& member = of(number);
      const auto timed = [&](auto& channel) {
        return flow(channel, member.part, point_.depth, rounds * point_.depth, meeting, member.sent, member.latencies);
      };
      member.window = std::visit(timed, *member.channel);
    });
  }

  void end() {
    team_.run([&](int number) {
      Member& member = of(number);
      std::visit([](auto& c) { c.unregister_buffers(); }, *member.channel);
      member.part.end();
    });
    for (const Member& member : members_) {
      if (!member.part.failure().empty()) throw std::runtime_error(member.part.failure());
    }
  }

  DeviceCount counted() const {
    constexpr double none = results::not_available;
    return counter_ ? counter_->now() : DeviceCount{none, none, none, none};
  }

  // Each thread's window lies within the time in which all of them had their requests in flight, so rates add up.
  Transferred sum(const DeviceCount& device, double processor) {
    Transferred did;
    double rate = 0, all = 0, reads = 0;
    for (Member& member : members_) {
      did.requests += static_cast<double>(member.window.requests);
      all += static_cast<double>(member.window.all);
      reads += static_cast<double>(member.part.reads_asked());
      rate += static_cast<double>(member.window.requests) / member.window.seconds;
      did.registered = member.registered ? 1 : 0;
      if (&member != &members_.front()) members_.front().latencies.join(member.latencies);
    }
    const auto block = static_cast<double>(file_ ? point_.block : 0);
    did.seconds = did.requests / rate;
    did.bytes = did.requests * block;
    did.rounds = did.requests / (static_cast<double>(point_.depth) * static_cast<double>(point_.threads));
    did.reads = reads / all;
    const double moved = device.read_bytes + device.written_bytes;
    const double asked = device.read_requests + device.written_requests;
    did.device_bytes = moved * did.requests / all;
    did.request_bytes = asked > 0 ? moved / asked : results::not_available;
    did.cpu_time = processor / all;
    did.latencies = &members_.front().latencies;
    if (!std::isnan(moved)) {
      device_bytes_ += moved;
      watched_bytes_ += all * block;
    }
    return did;
  }

  probes::Workspace& workspace_;
  const TransferPoint point_;
  const TransferKind kind_;
  probes::Team& team_;
  std::optional<TestFile> file_;
  std::optional<DeviceCounter> counter_;
  FileDescriptor cached_;
  std::optional<Mapping> mapping_;  // to fill and to empty the page cache
  std::vector<Member> members_;
  double device_bytes_ = 0;
  double watched_bytes_ = 0;  // ours, while the device's count was available
};

}  // namespace

std::unique_ptr<probes::Trial> transfer_trial(probes::Workspace& workspace, const TransferPoint& point,
                                              TransferKind kind, Medium medium, Fault fault) {
  require_sensible(point, workspace.machine());
  return std::make_unique<Transfer>(workspace, point, std::move(kind), medium, std::move(fault));
}

}  // namespace sextant::storage
