// SPDX-License-Identifier: Apache-2.0
//
// compute.fma: how fast threads can multiply and add, which is the roof over every kernel that computes.
//
// What is measured: each thread steps twelve independent chains sum = sum + x * x in registers, in the widest vectors
//   there are, or six tiles of the matrix unit. Sums are in float64, float32 and float16 for these types, in float32 for
//   bfloat16, in int32 for int8, as the instructions have it. Operations are 2 per multiply-add: every product that an
//   instruction adds up inside itself counts as one.
// How bytes are counted: none are; nothing leaves the registers for thousands of steps.
// What would make it wrong: too few chains, which would show the time of one step instead of the rate (twelve hide six
//   cycles on two units); a clock that is lower while wide vectors are in use or more cores are busy, which is part of
//   the result; another hardware thread on the same core; a product that the compiler works out beforehand (x is hidden
//   from it, the narrow types are written in assembly).
// How the answer is verified: all numbers are 1, so after n steps every lane of every chain must hold n (2 n, 4 n, ...
//   where an instruction adds up several products), with n so small that the format holds it exactly. The registers are
//   added up as 64-bit words over all pieces of work; the sums must be exact, so that no step, lane or piece is missing.
// Where the method comes from: the peak-rate kernels of likwid-bench (Treibig, Hager, Wellein, PSTI 2010).
#include <vector>

#include "probes/axes.hpp"
#include "probes/compute/trials.hpp"
#include "probes/kernels/aligned.hpp"
#include "probes/probes.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

class Fma final : public Trial {
 public:
  Fma(Team& team, const FmaLoop& loop, FmaRun run) : team_(team), loop_(loop), run_(std::move(run)) {
    for (int member = 0; member < team.size(); ++member) sums_.emplace_back(loop.words);
  }

  Work run(std::uint64_t iterations) override {
    const double seconds = timed(team_, [this, iterations](int member) {
      for (std::uint64_t i = 0; i < iterations; ++i) run_(sums_[std::size_t(member)], loop_.most_rounds);
    });
    pieces_ += iterations;
    const double rounds = double(iterations) * double(loop_.most_rounds) * double(sums_.size());
    return {.operations = rounds * loop_.operations_per_round, .bytes = 0, .seconds = seconds};
  }

  void verify() override {
    const std::uint64_t expected = pieces_ * loop_.word(loop_.step * double(loop_.most_rounds));
    for (const auto& of_member : sums_) {
      for (const std::uint64_t sum : of_member) {
        if (sum != expected) throw WrongAnswer("compute.fma: a chain of multiply-adds did not arrive at its sum");
      }
    }
  }

 private:
  Team& team_;
  FmaLoop loop_;
  FmaRun run_;
  std::vector<Aligned<std::uint64_t>> sums_;  // of each member, over all pieces
  std::uint64_t pieces_ = 0;
};

}  // namespace

std::unique_ptr<Trial> fma_trial(Workspace& workspace, const Point& point, FmaRun instead) {
  const std::string& type = point.word("type");
  const std::string& unit = point.word("unit");
  const auto loop = fma_loop(type, unit);
  if (!loop) throw Unavailable(type + " in a " + unit + " unit needs " + needed_for_fma(type, unit));
  Team& team = workspace.team(int(point.number("threads")));
  return std::make_unique<Fma>(team, *loop, instead ? std::move(instead) : FmaRun(loop->run));
}

Probe compute_fma() {
  return {
      .name = "compute.fma",
      .summary = "Operations per second, two a multiply-add, while the threads do nothing else in their registers.",
      .quantity = {"rate", Unit::flop_per_second},
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        auto types = words({"f64", "f32", "f16", "bf16", "int8"});
        if (quick) types = words({"f32", "bf16", "int8"});
        Axis threads = threads_axis(machine, true);
        if (quick) threads.values.erase(threads.values.begin(), threads.values.end() - 1);
        return {{"type", Unit::text, types, "format of the numbers that are multiplied"},
                {"unit", Unit::text, quick ? words({"vector"}) : words({"vector", "matrix"}),
                 "vector: registers; matrix: tiles, where there are some"},
                threads};
      },
      .beside = [](const Machine& machine, bool quick) -> std::vector<Point> {
        if (!quick) return {};
        const Value threads = threads_axis(machine, true).values.back();
        return {{{"type", std::string("bf16")}, {"unit", std::string("matrix")}, {"threads", threads}},
                {{"type", std::string("int8")}, {"unit", std::string("matrix")}, {"threads", threads}}};
      },
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [](Workspace& workspace, const Point& point) { return fma_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
