// SPDX-License-Identifier: Apache-2.0
//
// sync.barrier: how long it takes until all threads know that all have arrived.
//
// What is measured: the threads of a team meet again and again at one barrier, with nothing to do in between. Kind
//   `spin` is a centralised barrier on which the threads spin, as inference engines have it; `dissemination` passes the
//   news on in rounds instead, which takes fewer trips to one line where there are many threads; kind `std` is
//   std::barrier of the standard library the program was built with.
// How bytes are counted: none are. An operation is one barrier, passed by all.
// What would make it wrong: fewer free processors than threads (a waiting thread then spins against the one it waits
//   for: the time is a scheduler's, see the conditions of each sample); two threads on one core. Every 64th barrier is
//   checked, which costs a line from a neighbour, 1/64 of about one more barrier.
// How the answer is verified: each thread publishes its phase before it arrives, and looks at its neighbour's phase
//   after every 64th barrier and after the last of a run: never behind its own, or somebody passed early. All threads
//   must have passed all barriers.
// Where the method comes from: the EPCC OpenMP microbenchmarks (Bull, EWOMP 1999), without their reference loop, which
//   is empty here; the barrier from Mellor-Crummey and Scott (ACM TOCS 9(1), 1991).
#include <atomic>
#include <barrier>
#include <vector>

#include "probes/axes.hpp"
#include "probes/kernels/dissemination_barrier.hpp"
#include "probes/kernels/spin_barrier.hpp"
#include "probes/probes.hpp"
#include "probes/threads/trials.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr std::uint64_t checked_every = 64;

class Barrier final : public Trial {
 public:
  Barrier(Team& team, BarrierWait wait) : team_(team), wait_(std::move(wait)), members_(std::size_t(team.size())) {}

  Work run(std::uint64_t iterations) override {
    const double seconds = timed(team_, [this, iterations](int member) {
      Member& mine = members_[std::size_t(member)];
      const Member& neighbour = members_[std::size_t(member + 1) % members_.size()];
      for (std::uint64_t i = 1; i <= iterations; ++i) {
        const std::uint64_t phase = barriers_ + i;
        mine.phase.store(phase, std::memory_order_relaxed);
        wait_(member);
        if (phase % checked_every == 0 || i == iterations) {
          mine.early += neighbour.phase.load(std::memory_order_relaxed) < phase;
        }
      }
      mine.passed += iterations;
    });
    barriers_ += iterations;
    return {.operations = double(iterations), .bytes = 0, .seconds = seconds};
  }

  void verify() override {
    for (const Member& member : members_) {
      if (member.early > 0) throw WrongAnswer("sync.barrier: a thread passed before its neighbour had arrived");
      if (member.passed != barriers_) throw WrongAnswer("sync.barrier: a thread missed a barrier");
    }
  }

 private:
  struct alignas(64) Member {
    std::atomic<std::uint64_t> phase = 0;
    std::uint64_t passed = 0;
    std::uint64_t early = 0;
  };

  Team& team_;
  BarrierWait wait_;
  std::vector<Member> members_;
  std::uint64_t barriers_ = 0;
};

}  // namespace

std::unique_ptr<Trial> barrier_trial(Workspace& workspace, int threads, BarrierWait wait) {
  return std::make_unique<Barrier>(workspace.team(threads), std::move(wait));
}

Probe sync_barrier() {
  return {
      .name = "sync.barrier",
      .summary = "Seconds per barrier when the threads do nothing but meet.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .sample_seconds = 0.005,  // a row and its counters cost some 30 us: less than 1 %
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        return {{"kind", Unit::text, quick ? words({"spin", "std"}) : words({"spin", "dissemination", "std"}),
                 "spinning on one counter, spinning in rounds of pairs, or std::barrier"},
                threads_axis(machine, quick, 2)};
      },
      .available =
          [](const Machine& machine) {
            return machine.processors.size() >= 2 ? Availability{}
                                                  : unavailable("a barrier needs two processors, this process has one");
          },
      .prepare = [](Workspace& workspace, const Point& point) -> std::unique_ptr<Trial> {
        const int threads = int(point.number("threads"));
        const std::string& kind = point.word("kind");
        if (kind == "spin") {
          auto barrier = std::make_shared<SpinBarrier>(threads);
          return barrier_trial(workspace, threads, [barrier](int) { barrier->arrive_and_wait(); });
        }
        if (kind == "dissemination") {
          auto barrier = std::make_shared<DisseminationBarrier>(threads);
          return barrier_trial(workspace, threads, [barrier](int member) { barrier->arrive_and_wait(member); });
        }
        if (kind == "std") {
          auto barrier = std::make_shared<std::barrier<>>(threads);
          return barrier_trial(workspace, threads, [barrier](int) { barrier->arrive_and_wait(); });
        }
        throw Unavailable("sync.barrier knows the kinds spin, dissemination and std, not '" + kind + "'");
      },
  };
}

}  // namespace sextant::probes
