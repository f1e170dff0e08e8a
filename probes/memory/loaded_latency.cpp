// SPDX-License-Identifier: Apache-2.0
//
// memory.loaded_latency: how long one load takes while the other cores keep the memory busy.
//
// What is measured: one thread chases pointers exactly as in memory.latency, through 256 MiB in random order; one thread on
//   each other core reads memory of its own, chunk after chunk, at a share of its fastest rate: `load` 0 leaves the
//   memory to the chaser, 1 is as fast as they can. `read` traffic adds chunks up, `mixed` writes each word back too.
//   An operation is one load of the chaser. The rate is kept by pauses after each chunk of 4 KiB; the fastest is
//   measured when the point is prepared.
// How bytes are counted: 64 per load of the chaser. The column injected_bandwidth is what the others really moved while
//   the chaser's clock ran: each byte read once, and once more where it is written back.
// What would make it wrong: what memory.latency says; others that have not begun (the clock starts when each has read a
//   chunk and the chaser has walked a while among them); a rate that is believed (the injected bandwidth is counted, and a
//   curve is drawn over it, not over `load`); two threads of one core, which would share more than memory (one thread a
//   core takes part).
// How the answer is verified: the chaser as in memory.latency. Each chunk's sum is compared with the one known beforehand;
//   a read has a stamp in it that no other has, a chunk written back must count one update more, and in the end every
//   word must be what its place and its updates make it.
// Where the method comes from: Intel's Memory Latency Checker and Google's multichase (multiload), which load memory in
//   the same way; the rate by pauses as in the former.
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <utility>

#include "probes/axes.hpp"
#include "probes/memory/injector.hpp"
#include "probes/memory/trials.hpp"
#include "probes/probe/spin.hpp"
#include "probes/probes.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t chunk_bytes = Injector::chunk * sizeof(std::uint64_t);
constexpr std::uint64_t settling = 16;  // pieces that the chaser walks among the others before its clock starts

int participants(const Machine& machine) { return std::min(machine.cores, int(machine.processors.size())); }

std::size_t ring_bytes(const Machine& machine) {
  return std::bit_floor(std::clamp<std::size_t>(machine.available_memory / 16, 1 << 20, 1 << 28));
}

// A region of each injector: far more than its caches where memory allows.
std::size_t region_bytes(const Machine& machine) {
  const std::size_t others = std::size_t(participants(machine) - 1);
  const std::size_t bytes = std::min<std::size_t>(1 << 27, machine.available_memory / 8 / others);
  if (bytes < 1 << 20)
    throw Unavailable("too little memory: a MiB for each core that loads it is an eighth of the free");
  return bytes / chunk_bytes * chunk_bytes;
}

class MemoryLoadedLatency final : public Trial {
 public:
  MemoryLoadedLatency(Workspace& workspace, bool mixed, double load, Chase chase, SumChunk sum, UpdateChunk update)
      : team_(workspace.team(participants(workspace.machine()))),
        mixed_(mixed),
        load_(load),
        sum_(std::move(sum)),
        update_(std::move(update)),
        ring_bytes_(ring_bytes(workspace.machine())),
        memory_(workspace.arena(ring_bytes_ + std::size_t(team_.size() - 1) * region_bytes(workspace.machine()), {},
                                team_)),
        chaser_(memory_.first(ring_bytes_), CycleOrder(ring_bytes_ / sizeof(Stop), workspace.seed()),
                std::move(chase)) {
    const std::size_t words = region_bytes(workspace.machine()) / sizeof(std::uint64_t);
    const std::span<std::uint64_t> all{reinterpret_cast<std::uint64_t*>(memory_.data() + ring_bytes_),
                                       words * std::size_t(team_.size() - 1)};
    for (std::size_t first = 0; first < all.size(); first += words) {
      injectors_.emplace_back(all.subspan(first, words), first + 1);
    }
    // The ring and the regions look the same to all points of a launch, which share them: who comes first makes them.
    team_.run([&](int member) {
      if (member > 0) return injector(member).fill_unless_filled();
      if (!chaser_.linked()) chaser_.link();
    });
    if (load_ > 0 && load_ < 1) calibrate();
  }

  Work run(std::uint64_t iterations) override {
    const Outcome outcome = chase_among_others(iterations);
    const double loads = double(iterations * Chaser::piece);
    return {.operations = loads,
            .bytes = loads * sizeof(Stop),
            .seconds = outcome.seconds,
            .extras = {double(outcome.chunks * chunk_bytes) * (mixed_ ? 2 : 1) / outcome.seconds}};
  }

  void verify() override {
    chaser_.verify("memory.loaded_latency");
    for (const Injector& injector : injectors_) {
      if (!injector.sound()) throw WrongAnswer("memory.loaded_latency: the traffic did not read or write what it must");
    }
  }

 private:
  struct Outcome {
    double seconds = 0;
    std::uint64_t chunks = 0;  // of all injectors while the chaser's clock ran
  };

  Injector& injector(int member) { return injectors_[std::size_t(member) - 1]; }

  std::uint64_t chunks() const {
    std::uint64_t sum = 0;
    for (const Injector& injector : injectors_) sum += injector.chunks();
    return sum;
  }

  // What a chunk takes at full speed, all at work; the shorter of two looks counts. A look in which the others did not get
  // a turn says nothing.
  void calibrate() {
    double fastest = std::numeric_limits<double>::infinity();
    for (int look = 0; look < 2 || (std::isinf(fastest) && look < 100); ++look) {
      const Outcome outcome = chase_among_others(2 * settling);
      if (outcome.chunks == 0) continue;
      const double chunk = outcome.seconds * double(injectors_.size()) / double(outcome.chunks);
      fastest = std::min(fastest, chunk);
    }
    if (std::isinf(fastest)) throw Unavailable("the other cores do not get to run: this machine is too busy");
    seconds_per_chunk_ = fastest / load_;
  }

  Outcome chase_among_others(std::uint64_t iterations) {
    Outcome outcome;
    stop_ = false;
    const auto job = [&](int member) {
      if (member > 0) {
        if (load_ > 0) injector(member).run(stop_, seconds_per_chunk_, mixed_, sum_, update_);
        return;
      }
      for (Injector& each : injectors_) {
        const std::uint64_t before = each.chunks();
        if (load_ > 0) spin_until([&] { return each.chunks() != before; });
      }
      chaser_.refresh();
      chaser_.walk(settling);
      const std::uint64_t before = chunks();
      outcome.seconds = chaser_.walk(iterations);
      outcome.chunks = chunks() - before;
      stop_ = true;
    };
    team_.run(std::ref(job));
    return outcome;
  }

  Team& team_;
  bool mixed_;
  double load_;
  SumChunk sum_;
  UpdateChunk update_;
  std::size_t ring_bytes_;
  std::span<std::byte> memory_;
  Chaser chaser_;
  std::deque<Injector> injectors_;  // which do not move
  double seconds_per_chunk_ = 0;    // 0: as fast as can be
  alignas(64) std::atomic<bool> stop_{false};
};

}  // namespace

std::unique_ptr<Trial> memory_loaded_latency_trial(Workspace& workspace, const Point& point, Chase chaser, SumChunk sum,
                                                   UpdateChunk update) {
  if (participants(workspace.machine()) < 2) throw Unavailable("loading memory needs a second core");
  const std::string& traffic = point.word("traffic");
  if (traffic != "read" && traffic != "mixed") throw Unavailable("traffic is read or mixed, not '" + traffic + "'");
  const double load = point.number("load");
  if (!(load >= 0 && load <= 1)) throw Unavailable("load is a share of the fastest rate, 0 to 1");
  return std::make_unique<MemoryLoadedLatency>(workspace, traffic == "mixed", load, std::move(chaser), std::move(sum),
                                               std::move(update));
}

Probe memory_loaded_latency() {
  return {
      .name = "memory.loaded_latency",
      .summary =
          "Seconds per dependent load of one core while the others keep memory busy at a share of their fastest rate.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .sample_seconds = 0.01,
      .extras = {{"injected_bandwidth", Unit::byte_per_second, "bytes that the other cores read and wrote meanwhile"}},
      .axes = [](const Machine&, bool quick) -> std::vector<Axis> {
        const std::vector<Value> loads =
            quick ? numbers({0, 0.5, 1}) : numbers({0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1});
        return {{"traffic", Unit::text, words({"read", "mixed"}),
                 "read: the other cores read; mixed: they write back what they read"},
                {"load", Unit::one, loads, "rate of the other cores, as a share of their fastest"}};
      },
      .available =
          [](const Machine& machine) {
            return participants(machine) < 2 ? unavailable("loading memory needs a second core") : Availability{};
          },
      .prepare = [](Workspace& workspace, const Point& point) { return memory_loaded_latency_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
