// SPDX-License-Identifier: Apache-2.0
//
// sync.core_to_core: how long a line of memory takes from the cache of one processor into that of another.
//
// What is measured: two threads, bound to the processors `first` and `second`, hand a number in one line to and fro:
//   each waits until the other has written what it expects, and writes the next. The time is one way, half of the way
//   there and back. Two methods, which must agree:
//     flag   the waiting thread reads the line and then stores into it
//     swap   it asks for the exchange of the expected number against the next until that succeeds, which takes the line
//            for itself with each try and never reads it alone
//   Both move one line that the other has modified, and nothing else. A flag that lies in a line of its own for each
//   direction does not: the writer must first invalidate the copy that the other read, a second trip, so that a message
//   through a mailbox costs about twice this number. A line is nearer to one part of a chip than to another, a fifth of
//   the time: the runs of a point go through 64 lines, one each, and both methods through the same ones.
// How bytes are counted: none are. An operation is one way.
// What would make it wrong: the two threads on one core (that is a result, not a mistake: look at the pair); a processor
//   that is taken away for a moment, which costs the other one the same (see the conditions of each sample). Where the
//   methods differ by more than a tenth, the machine fetches a line to be read in another way than a line to be written.
// How the answer is verified: each thread adds up the numbers that it replaced; both sums and the last number must be
//   exact, so that nobody went on before it was its turn.
// Where the method comes from: ping-pong over one line as in multichase's pingpong; the exchange is what Chips and
//   Cheese's CoherencyLatency and core-to-core-latency (Viennot) repeat.
#include <atomic>
#include <cmath>
#include <new>
#include <span>
#include <vector>

#include "probes/probe/spin.hpp"
#include "probes/probes.hpp"
#include "probes/threads/trials.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t lines = 64;

// Two lines of 64 bytes, because some processors fetch lines in pairs.
struct alignas(128) Line {
  std::atomic<std::uint64_t> number = 0;
};

class CoreToCore final : public Trial {
 public:
  CoreToCore(Workspace& workspace, const std::vector<int>& pair, HandOver hand_over)
      : team_(workspace.team(pair)),
        hand_over_(hand_over),
        lines_(reinterpret_cast<Line*>(workspace.arena(lines * sizeof(Line), {}, team_).data()), lines) {
    for (Line& line : lines_) new (&line) Line;
  }

  // An iteration is there and back.
  Work run(std::uint64_t iterations) override {
    Line& line = lines_[runs_++ % lines];
    line.number.store(0, std::memory_order_relaxed);
    const double seconds = timed(team_, [&](int member) {
      std::uint64_t sum = 0;
      for (std::uint64_t expected = std::uint64_t(member); expected < 2 * iterations; expected += 2) {
        sum += hand_over_(line.number, expected, expected + 1);
      }
      replaced_[member].sum += sum;
    });
    out_of_turn_ += line.number != 2 * iterations;
    expected_[0] += iterations * (iterations - 1);  // 0 + 2 + 4 ..., 1 + 3 + 5 ...
    expected_[1] += iterations * iterations;
    return {.operations = 2 * double(iterations), .bytes = 0, .seconds = seconds};
  }

  void verify() override {
    if (out_of_turn_ > 0 || replaced_[0].sum != expected_[0] || replaced_[1].sum != expected_[1]) {
      throw WrongAnswer("sync.core_to_core: a thread did not wait for its turn");
    }
  }

 private:
  struct alignas(128) Replaced {
    std::uint64_t sum = 0;
  };

  Team& team_;
  HandOver hand_over_;
  std::span<Line> lines_;
  Replaced replaced_[2];
  std::uint64_t expected_[2] = {0, 0};
  std::uint64_t runs_ = 0, out_of_turn_ = 0;
};

int processor(const Point& point, const char* axis) {
  const double number = point.number(axis);
  if (number >= 0 && number <= 1e6 && number == std::floor(number)) return int(number);
  throw Unavailable(std::string("sync.core_to_core.") + axis + " must be the number of a processor");
}

Point point_of(int first, int second, const char* method) {
  return {{"first", double(first)}, {"second", double(second)}, {"method", method}};
}

// Every pair of up to eight processors; of more, the first with each one. The pair of the axes is not among them.
std::vector<Point> other_pairs(const Machine& machine, bool quick) {
  std::vector<Point> points;
  const auto& all = machine.processors;
  const std::size_t firsts = all.size() <= 8 ? all.size() : 1;
  for (std::size_t i = 0; i < firsts && !quick; ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (i == 0 && j == 1) continue;
      for (const char* method : {"flag", "swap"}) points.push_back(point_of(all[i], all[j], method));
    }
  }
  return points;
}

}  // namespace

std::uint64_t hand_over_by_flag(std::atomic<std::uint64_t>& line, std::uint64_t expected, std::uint64_t next) {
  std::uint64_t seen = 0;
  spin_until([&] { return (seen = line.load(std::memory_order_acquire)) == expected; });
  line.store(next, std::memory_order_release);
  return seen;
}

std::uint64_t hand_over_by_swap(std::atomic<std::uint64_t>& line, std::uint64_t expected, std::uint64_t next) {
  std::uint64_t seen = 0;
  spin_until([&] {
    seen = expected;
    return line.compare_exchange_strong(seen, next, std::memory_order_acq_rel);
  });
  return seen;
}

std::unique_ptr<Trial> core_to_core_trial(Workspace& workspace, const Point& point, HandOver hand_over) {
  const int first = processor(point, "first"), second = processor(point, "second");
  if (first == second) throw Unavailable("sync.core_to_core needs two different processors");
  return std::make_unique<CoreToCore>(workspace, std::vector{first, second}, hand_over);
}

Probe sync_core_to_core() {
  return {
      .name = "sync.core_to_core",
      .summary = "Seconds until a line that one processor has written is in the cache of another.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .sample_seconds = 0.005,  // a row and its counters cost some 30 us: less than 1 %
      .axes = [](const Machine& machine, bool) -> std::vector<Axis> {
        const auto& all = machine.processors;
        const int first = all.empty() ? 0 : all.front(), second = all.size() < 2 ? first : all[1];
        return {{"first", Unit::one, numbers({double(first)}), "number of a processor"},
                {"second", Unit::one, numbers({double(second)}), "number of the processor it plays with"},
                {"method", Unit::text, words({"flag", "swap"}), "flag: read, then store; swap: compare and exchange"}};
      },
      .beside = other_pairs,
      .available =
          [](const Machine& machine) {
            return machine.processors.size() >= 2
                       ? Availability{}
                       : unavailable("a line needs two processors to go between, this process has one");
          },
      .prepare = [](Workspace& workspace, const Point& point) -> std::unique_ptr<Trial> {
        const std::string& method = point.word("method");
        if (method == "flag") return core_to_core_trial(workspace, point, hand_over_by_flag);
        if (method == "swap") return core_to_core_trial(workspace, point, hand_over_by_swap);
        throw Unavailable("sync.core_to_core knows the methods flag and swap, not '" + method + "'");
      },
  };
}

}  // namespace sextant::probes
