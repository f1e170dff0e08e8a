// SPDX-License-Identifier: Apache-2.0
#include "probes/near_data/shard.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "probes/kernels/spin_barrier.hpp"
#include "probes/near_data/shard_matrix.hpp"
#include "probes/probe/clock.hpp"

// The trial of near_data.shard; what it measures is said in shard_probe.cpp.
namespace sextant::probes {

namespace {

std::vector<int> all_of(const std::vector<std::vector<int>>& units) {
  std::vector<int> processors;
  for (const auto& unit : units) processors.insert(processors.end(), unit.begin(), unit.end());
  return processors;
}

std::span<float> floats_of(const Pages& pages, std::size_t first, std::size_t count) {
  return std::span(reinterpret_cast<float*>(pages.bytes().data()), first + count).subspan(first, count);
}

class Shard final : public Trial {
 public:
  Shard(Workspace& workspace, const ShardPlan& plan, ShardKernels kernels)
      : team_(workspace.team(all_of(plan.units))),
        kernels_(std::move(kernels)),
        division_(division(plan.split, plan.units.size())),
        shape_(shape(plan.shard, plan.units.size())),
        remote_(plan.remote),
        members_(std::size_t(team_.size())),
        sent_(shape_.columns),
        y_(shape_.rows),
        totals_(shape_.rows) {
    if (!(plan.skew >= 0 && plan.skew < 1)) throw Unavailable("near_data.shard.skew is a share below 1");
    for (std::vector<float>& input : inputs_) {
      const auto turn = std::uint64_t(&input - inputs_.data());
      for (std::size_t c = 0; c < shape_.columns; ++c) input.push_back(shard_input(turn, c));
    }
    for (std::size_t u = 0; u < plan.units.size(); ++u) units_.push_back(unit(workspace, u, plan.skew));
    team_.run([this](int member) { prepare(std::size_t(member)); });
  }

  Work run(std::uint64_t iterations) override {
    SpinBarrier barrier(team_.size());
    Phases phases;
    const auto job = [&](int member) {
      const auto m = std::size_t(member);
      for (std::uint64_t product = products_; product < products_ + iterations; ++product) {
        if (m == 0) std::copy(inputs_[product % 2].begin(), inputs_[product % 2].end(), sent_.begin());
        if (remote_) touch_lent(m);
        barrier.arrive_and_wait();
        const double begin = m == 0 ? clock_() : 0;
        barrier.arrive_and_wait();
        receive(m);
        barrier.arrive_and_wait();
        const double received = m == 0 ? clock_() : 0;
        multiply(m);
        barrier.arrive_and_wait();
        if (m != 0) continue;
        const double multiplied = clock_();
        collect();
        const double end = clock_();
        note(phases, received - begin, multiplied - received, end - multiplied);
      }
    };
    team_.run(std::ref(job));
    products_ += iterations;
    const double n = double(iterations);
    return {.operations = n,
            .bytes = n * double(shape_.rows * row_bytes(Format::int8, shape_.columns)),
            .seconds = phases.broadcast + phases.multiply + phases.reduce,
            .extras = {phases.broadcast / n, phases.multiply / n, phases.reduce / n, phases.slowest / phases.mean - 1}};
  }

  void verify() override {
    const auto even = shard_outputs(0, shape_.columns), odd = shard_outputs(1, shape_.columns);
    const double evens = double((products_ + 1) / 2), odds = double(products_ / 2);
    for (std::size_t row = 0; row < totals_.size(); ++row) {
      const double expected = evens * even[row % shard_period] + odds * odd[row % shard_period];
      if (totals_[row] == expected) continue;
      throw WrongAnswer("near_data.shard: row " + std::to_string(row) + " sums up to " + std::to_string(totals_[row]) +
                        " over all products instead of " + std::to_string(expected));
    }
  }

 private:
  struct Phases {
    double broadcast = 0, multiply = 0, reduce = 0;  // seconds
    double slowest = 0, mean = 0;                    // of the units' own multiplications
  };

  struct Unit {
    std::size_t first_row, rows, first_column, columns;
    Pages weights, vectors;  // the shard; what was received, and after it the unit's part of the answer
    std::span<float> x, y;
  };

  struct alignas(128) Member {
    std::optional<Activations> x;
    double seconds = 0;  // of its last multiplication
  };

  Unit unit(Workspace& workspace, std::size_t u, double skew) const {
    const std::size_t blocks = shape_.columns / scale_block;
    const bool rows_differ = division_.outputs > 1;
    const auto [row, last_row] = cut(shape_.rows, division_.outputs, u / division_.inputs, rows_differ ? skew : 0);
    const auto [block, last_block] = cut(blocks, division_.inputs, u % division_.inputs, rows_differ ? 0 : skew);
    Unit unit{row, last_row - row, block * scale_block, (last_block - block) * scale_block, {}, {}, {}, {}};
    unit.weights = workspace.own_pages(unit.rows * row_bytes(Format::int8, unit.columns));
    const std::size_t line = 16, x_room = unit.columns + line;  // so that x and y share no line
    unit.vectors = workspace.own_pages((x_room + unit.rows) * sizeof(float));
    unit.x = floats_of(unit.vectors, 0, unit.columns);
    unit.y = floats_of(unit.vectors, x_room, unit.rows);
    return unit;
  }

  std::size_t unit_size() const { return members_.size() / units_.size(); }  // members of a unit
  bool leads(std::size_t member) const { return member % unit_size() == 0; }

  // The unit whose shard this one writes: its own, or that of the unit halfway round, which on a machine of several
  // nodes is on another one.
  Unit& lent(std::size_t unit) { return units_[remote_ ? (unit + (units_.size() + 1) / 2) % units_.size() : unit]; }

  // Each first writes what it owns, so that it lies on its node.
  void prepare(std::size_t member) {
    Unit& mine = units_[member / unit_size()];
    members_[member].x.emplace(Format::int8, mine.columns);
    if (!leads(member)) return;
    std::fill(mine.x.begin(), mine.x.end(), 0.0f);
    std::fill(mine.y.begin(), mine.y.end(), 0.0f);
    Unit& written = lent(member / unit_size());
    const std::size_t bytes = row_bytes(Format::int8, written.columns);
    const auto pattern = shard_pattern(written.first_column, written.first_column + written.columns);
    for (std::size_t r = 0; r < written.rows; ++r) {
      const auto from = std::span(pattern).subspan((written.first_row + r) % shard_period * bytes, bytes);
      std::copy(from.begin(), from.end(), written.weights.bytes().begin() + std::ptrdiff_t(r * bytes));
    }
  }

  // Writes what is there into one byte of each line: the lines are then this processor's alone.
  void touch_lent(std::size_t member) {
    if (!leads(member)) return;
    constexpr std::size_t line = 64;
    const auto bytes = lent(member / unit_size()).weights.bytes();
    for (std::size_t i = 0; i < bytes.size(); i += line) {
      volatile std::byte& each = bytes[i];
      each = each;
    }
  }

  void receive(std::size_t member) {
    if (!leads(member)) return;
    Unit& mine = units_[member / unit_size()];
    kernels_.copy(std::span(sent_).subspan(mine.first_column, mine.columns), mine.x);
  }

  void multiply(std::size_t member) {
    Unit& mine = units_[member / unit_size()];
    Member& self = members_[member];
    const double begin = clock_();
    const auto [row, last] = cut(mine.rows, unit_size(), member % unit_size(), 0);
    const std::size_t bytes = row_bytes(Format::int8, mine.columns);
    self.x->set(mine.x);
    kernels_.multiply(mine.weights.bytes().subspan(row * bytes, (last - row) * bytes), *self.x,
                      mine.y.subspan(row, last - row), last - row);
    self.seconds = clock_() - begin;
  }

  // Outputs that several units have parts of are added up, in the order of the units.
  void collect() {
    for (std::size_t u = 0; u < units_.size(); ++u) {
      const auto to = std::span(y_).subspan(units_[u].first_row, units_[u].rows);
      (u % division_.inputs == 0 ? kernels_.copy : kernels_.add)(units_[u].y, to);
    }
  }

  void note(Phases& phases, double broadcast, double multiply, double reduce) {
    phases.broadcast += broadcast;
    phases.multiply += multiply;
    phases.reduce += reduce;
    double slowest = 0, sum = 0;
    for (std::size_t u = 0; u < units_.size(); ++u) {
      double seconds = 0;
      for (std::size_t m = 0; m < unit_size(); ++m) seconds = std::max(seconds, members_[u * unit_size() + m].seconds);
      slowest = std::max(slowest, seconds);
      sum += seconds;
    }
    phases.slowest += slowest;
    phases.mean += sum / double(units_.size());
    for (std::size_t row = 0; row < y_.size(); ++row) totals_[row] += double(y_[row]);
  }

  const Clock clock_ = monotonic_clock();
  Team& team_;
  ShardKernels kernels_;
  Division division_;
  Shape shape_;
  bool remote_;
  std::vector<Unit> units_;
  std::vector<Member> members_;
  std::array<std::vector<float>, 2> inputs_;
  std::vector<float> sent_, y_;  // the first member's
  std::vector<double> totals_;   // per row, over all products
  std::uint64_t products_ = 0;
};

}  // namespace

ShardKernels shard_kernels() {
  return {[](std::span<const float> from, std::span<float> to) { std::copy(from.begin(), from.end(), to.begin()); },
          multiply,
          [](std::span<const float> part, std::span<float> sum) {
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
          }};
}

std::unique_ptr<Trial> shard_trial(Workspace& workspace, const ShardPlan& plan, ShardKernels kernels) {
  return std::make_unique<Shard>(workspace, plan, std::move(kernels));
}

}  // namespace sextant::probes
