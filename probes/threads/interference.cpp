// SPDX-License-Identifier: Apache-2.0
//
// cpu.interference: how much two processors of this machine slow each other when both only compute.
//
// What is measured: two threads, bound to the processors `first` and `second`, multiply 64-bit integers, ten chains at
//   a time, so that the multiplier of a core is never idle. An operation is one multiplication of one thread; the time
//   is that of the slower thread. Where `first` is `second` one thread runs alone: what the pairs are compared with.
//   Two hardware threads of one core come out at twice the time of one alone, two cores at the same.
// How bytes are counted: none are; nothing leaves the registers, so that memory and caches play no part.
// What would make it wrong: one thread running while the other has not begun or is already done (they meet before the
//   clock starts, and who is done goes on until the other is); a processor that is less busy than another machine's
//   work on the same core (a neighbour nobody here can see: it slows the time alone as well); a clock that is slower
//   when more cores are busy, which is part of the result.
// How the answer is verified: every chain must have arrived at its seed times the factor to the power of all rounds
//   that its thread did, exactly, modulo 2^64.
// Where the method comes from: the pairwise runs with which schedulers learn which tasks may share a core (Snavely and
//   Tullsen, "Symbiotic jobscheduling for a simultaneous multithreaded processor", ASPLOS 2000), with one kernel for
//   both sides.
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <functional>
#include <set>
#include <vector>

#include "probes/kernels/multiply.hpp"
#include "probes/kernels/spin_barrier.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probes.hpp"
#include "probes/threads/trials.hpp"

namespace sextant::probes {

namespace {

constexpr std::uint64_t rounds = 1000;  // of all chains, per iteration: some microseconds
constexpr std::uint64_t factor = 0x5851f42d4c957f2du;

std::uint64_t power(std::uint64_t base, std::uint64_t exponent) {
  std::uint64_t result = 1;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2) result *= base;
  }
  return result;
}

std::uint64_t seed_of(int member, std::size_t chain) {
  return 2 * (multiply_chains * std::uint64_t(member) + chain) + 1;
}

class Interference final : public Trial {
 public:
  Interference(Team& team, Multiply kernel) : team_(team), kernel_(std::move(kernel)), members_(team.size()) {
    for (int member = 0; member < team.size(); ++member) {
      Products& products = members_[std::size_t(member)].products;
      for (std::size_t chain = 0; chain < multiply_chains; ++chain) products[chain] = seed_of(member, chain);
    }
  }

  Work run(std::uint64_t iterations) override {
    const int size = team_.size();
    SpinBarrier barrier(size);
    std::atomic<int> done{0};
    const auto job = [&](int member) {
      Member& mine = members_[std::size_t(member)];
      const auto piece = [&] {
        kernel_(mine.products, factor, rounds);
        ++mine.pieces;
      };
      barrier.arrive_and_wait();
      const double begin = clock_();
      for (std::uint64_t i = 0; i < iterations; ++i) piece();
      mine.seconds = clock_() - begin;
      done.fetch_add(1, std::memory_order_relaxed);
      while (done.load(std::memory_order_relaxed) < size) piece();
    };
    team_.run(std::ref(job));
    double slowest = 0;
    for (const Member& member : members_) slowest = std::max(slowest, member.seconds);
    return {.operations = double(iterations * rounds * multiply_chains), .bytes = 0, .seconds = slowest};
  }

  void verify() override {
    for (int member = 0; member < team_.size(); ++member) {
      const Member& mine = members_[std::size_t(member)];
      const std::uint64_t all = power(factor, mine.pieces * rounds);
      for (std::size_t chain = 0; chain < multiply_chains; ++chain) {
        if (mine.products[chain] == seed_of(member, chain) * all) continue;
        throw WrongAnswer("cpu.interference: a chain of multiplications did not arrive at its product");
      }
    }
  }

 private:
  struct alignas(64) Member {
    Products products;
    std::uint64_t pieces = 0;
    double seconds = 0;  // of its own share
  };

  const Clock clock_ = monotonic_clock();
  Team& team_;
  Multiply kernel_;
  std::vector<Member> members_;
};

int processor(const Point& point, const char* axis) {
  const double number = point.number(axis);
  if (number >= 0 && number <= 1e6 && number == std::floor(number)) return int(number);
  throw Unavailable(std::string("cpu.interference.") + axis + " must be the number of a processor");
}

std::vector<Value> ascending(const std::set<int>& processors) {
  std::vector<Value> values;
  for (int processor : processors) values.emplace_back(double(processor));
  return values;
}

}  // namespace

std::unique_ptr<Trial> interference_trial(Workspace& workspace, const Point& point, Multiply kernel) {
  const int first = processor(point, "first"), second = processor(point, "second");
  const std::vector<int> pair = first == second ? std::vector{first} : std::vector{first, second};
  return std::make_unique<Interference>(workspace.team(pair), std::move(kernel));
}

Probe cpu_interference() {
  return {
      .name = "cpu.interference",
      .summary = "Seconds per multiplication when two processors do nothing else at the same time.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .sample_seconds = 0.005,
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        const auto& all = machine.processors;
        std::set<int> second(all.begin(), all.end());
        if (quick && all.size() > 4) {
          // The list holds one processor of every core first, then a second one of the first core, where it has one.
          second = {all[0], all[1], all[2], all[std::min(std::size_t(machine.cores), all.size() - 1)]};
        }
        // All pairs of up to eight; of more, the lowest with every one, the threads of its own core among them.
        const std::set<int> first = second.size() <= 8 ? second : std::set{*second.begin()};
        return {{"first", Unit::one, ascending(first), "number of a processor"},
                {"second", Unit::one, ascending(second), "number of the processor that runs with it; the same: alone"}};
      },
      .available =
          [](const Machine& machine) {
            return machine.processors.size() >= 2
                       ? Availability{}
                       : unavailable("interference needs two processors, this process has one");
          },
      .prepare = [](Workspace& workspace, const Point& point) -> std::unique_ptr<Trial> {
        if (workspace.machine().processors.size() < 2) {
          throw Unavailable("interference needs two processors, this process has one");
        }
        return interference_trial(workspace, point);
      },
  };
}

}  // namespace sextant::probes
