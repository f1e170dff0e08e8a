// SPDX-License-Identifier: Apache-2.0
//
// near_data.gemv: how fast threads multiply a matrix of weights with one vector, or with a batch of them, which is what
// decode does with each weight.
//
// What is measured: Y = W X, shared out over the threads by rows, with weights in float32, float16, bfloat16, and in
//   int8 and int4 with a float16 scale per block of 32 (the layouts of GGML's Q8_0 and Q4_0). Rows have 4096 weights, as
//   long as a model's, where each thread has at least 16 of them, else 1024. Small matrices stay in a cache and show
//   what the arithmetic of a format allows, large ones stream from memory; a batch uses each weight so many times, until
//   arithmetic is what bounds.
// How bytes are counted: weights and their scales, once per product whatever the batch. X and Y stay in a cache and are
//   not counted (Y is written 128 rows at a time, as matrices of a model are far smaller than the largest here).
//   Operations are floating-point operations, 2 per weight and vector, also for int8 and int4.
// What would make it wrong: what memory.read lists; and what is left out: the rounding of X to the form that the weights
//   want, which an engine does once per product. Adding Y up for verification costs half a nanosecond per number, below
//   a hundredth at batch 1.
// How the answer is verified: weights, scales and X are integers times powers of two, so small that every partial sum
//   is exact in float32 whatever the order of addition, and in bfloat16 and the blocks nothing is rounded. Row r has the
//   same weights as row r + 128, so a scalar product in double precision for 128 rows predicts every row exactly. Two
//   sets of vectors take turns, so that no product can be answered from the one before. The sums over all products must
//   be exact for each of the 128 rows and each vector.
// Where the method comes from: the roofline of a matrix-vector product (Williams, Waterman, Patterson, CACM 52(4),
//   2009); predictable data after nccl-tests.
#include <algorithm>
#include <array>
#include <vector>

#include "probes/axes.hpp"
#include "probes/near_data/trials.hpp"
#include "probes/probes.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t long_row = 4096, short_row = 1024;     // weights
constexpr std::size_t least_long_rows = 16, least_rows = 4;  // a thread
constexpr std::size_t period = 128;                          // rows until the pattern repeats
constexpr std::array formats{Format::f32, Format::f16, Format::bf16, Format::int8, Format::int4};

// A number between -limit and limit that looks irregular; 131 is the first prime that keeps all rows of a period apart.
int irregular(std::size_t row, std::size_t column, int limit) {
  return int((row * 37 + column * 101) % 131) % (2 * limit + 1) - limit;
}

// Each block holds one weight that fixes its scale at 1 or a half: 127 steps (-8 in int4); the others are up to 63 steps
// (7 in int4).
float weight_at(Format format, std::size_t row, std::size_t column) {
  const std::size_t block = column / scale_block;
  const float scale = (row + block) % 3 == 0 ? 0.5f : 1.0f;
  const bool peak = column % scale_block == (row * 3 + block) % scale_block;
  if (format == Format::int4) return scale * (peak ? -8.0f : float(irregular(row, column, 7)));
  return scale * (peak ? 127.0f : float(irregular(row, column, 63)));
}

// Vectors after the same plan: steps of 1 or a half, one value of 127 of them in each block, the others up to 7. In
// units of the smallest product, a quarter, a row sums up to at most 4 * 128 * (127 * 127 + 31 * 63 * 7) = 1.53e7 (where
// peaks meet, else less): 24 bits hold it.
float x_at(std::size_t vector, std::size_t column) {
  const std::size_t block = column / scale_block;
  const float scale = block % 2 ? 0.5f : 1.0f;
  const bool peak = column % scale_block == (block + vector * 5) % scale_block;
  return scale * (peak ? 127.0f : float(irregular(vector + 3, column * 7, 7)));
}

std::vector<float> row_of(Format format, std::size_t row, std::size_t columns) {
  std::vector<float> weights(columns);
  for (std::size_t c = 0; c < columns; ++c) weights[c] = weight_at(format, row, c);
  return weights;
}

class Gemv final : public Trial {
 public:
  // Multiplies with vectors 0 to batch - 1 and 1 to batch in turns.
  Gemv(Team& team, Format format, std::size_t columns, std::size_t batch, std::span<std::byte> weights,
       MultiplyMatrix kernel)
      : team_(team),
        kernel_(std::move(kernel)),
        x_{Activations(format, columns, batch), Activations(format, columns, batch)},
        weights_(weights),
        row_bytes_(row_bytes(format, columns)),
        rows_(weights.size() / row_bytes_),
        members_(std::size_t(team.size())) {
    for (std::size_t turn = 0; turn < x_.size(); ++turn) {
      std::vector<float> values(columns * batch);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = x_at(i / columns + turn, i % columns);
      x_[turn].set(values);
    }
    std::vector<std::byte> pattern(std::min(period, rows_) * row_bytes_);
    for (std::size_t row = 0; row * row_bytes_ < pattern.size(); ++row)
      encode(format, row_of(format, row, columns), std::span(pattern).subspan(row * row_bytes_, row_bytes_));
    team_.run([this, &pattern, batch](int member) {
      Member& mine = members_[std::size_t(member)];
      mine.y.resize(period * batch);
      mine.totals.resize(period * batch);
      for (std::size_t row = begin(member); row < begin(member + 1); ++row) {
        const auto from = std::span<const std::byte>(pattern).subspan(row % period * row_bytes_, row_bytes_);
        std::copy(from.begin(), from.end(), weights_.begin() + std::ptrdiff_t(row * row_bytes_));
      }
    });
  }

  Work run(std::uint64_t iterations) override {
    const double seconds = timed(team_, [this, iterations](int member) {
      for (std::uint64_t i = 0; i < iterations; ++i) product(member, x_[(products_ + i) % 2]);
    });
    products_ += iterations;
    const double rows = double(rows_) * double(iterations);
    return {.operations = 2 * rows * double(x_[0].columns() * x_[0].batch()),
            .bytes = rows * double(row_bytes_),
            .seconds = seconds};
  }

  void verify() override {
    const std::size_t batch = x_[0].batch();
    const double even = double((products_ + 1) / 2), odd = double(products_ / 2);
    for (std::size_t row = 0; row < std::min(period, rows_); ++row) {
      const double times = double(rows_ / period + (row < rows_ % period));
      std::vector<double> once = products_with_all_vectors(row);
      for (std::size_t b = 0; b < batch; ++b) {
        double total = 0;
        for (const Member& member : members_) total += member.totals[b * period + row];
        const double expected = times * (even * once[b] + odd * once[b + 1]);
        if (total != expected) {
          throw WrongAnswer("near_data.gemv: row " + std::to_string(row) + " and its like sum up to " +
                            std::to_string(total) + " with vector " + std::to_string(b) +
                            " over all products instead of " + std::to_string(expected));
        }
      }
    }
  }

 private:
  // Of one thread: Y of up to `period` rows, and its sums over all products, both [batch][period].
  struct alignas(64) Member {
    std::vector<float> y;
    std::vector<double> totals;
  };

  std::size_t begin(int member) const { return rows_ * std::size_t(member) / members_.size(); }

  // The rows of one thread, from one multiple of the period to the next, so that like rows meet in one total.
  void product(int member, const Activations& x) {
    Member& mine = members_[std::size_t(member)];
    const std::size_t end = begin(member + 1);
    for (std::size_t row = begin(member), next; row < end; row = next) {
      next = std::min(end, (row / period + 1) * period);
      const std::size_t count = next - row, place = row % period;
      kernel_(weights_.subspan(row * row_bytes_, count * row_bytes_), x, std::span(mine.y).subspan(place), period);
      for (std::size_t b = 0; b < x.batch(); ++b) {
        const float* const y = mine.y.data() + b * period + place;
        double* const totals = mine.totals.data() + b * period + place;
        for (std::size_t r = 0; r < count; ++r) totals[r] += double(y[r]);
      }
    }
  }

  std::vector<double> products_with_all_vectors(std::size_t row) const {
    const std::size_t columns = x_[0].columns();
    const std::vector<float> weights = row_of(x_[0].weights(), row, columns);
    std::vector<double> sums(x_[0].batch() + 1);
    for (std::size_t vector = 0; vector < sums.size(); ++vector) {
      const auto x = vector == 0 ? x_[0].vector(0) : x_[1].vector(vector - 1);
      for (std::size_t c = 0; c < columns; ++c) sums[vector] += double(weights[c]) * double(x[c]);
    }
    return sums;
  }

  Team& team_;
  MultiplyMatrix kernel_;
  std::array<Activations, 2> x_;
  std::span<std::byte> weights_;
  std::size_t row_bytes_, rows_;
  std::vector<Member> members_;
  std::uint64_t products_ = 0;
};

// The part of the arena that belongs to rows of one format and length, so that points with the same rows share them: first
// those of the short rows, then in equal parts those of the long ones.
std::span<std::byte> home_of(Workspace& workspace, Team& team, Format format, bool short_rows, std::size_t bytes) {
  constexpr std::size_t huge_page = std::size_t(1) << 21;
  const Machine& machine = workspace.machine();
  const std::size_t processors = std::max<std::size_t>(1, machine.processors.size());
  const std::size_t most_of_short = least_long_rows * processors * row_bytes(Format::f32, long_row);
  const std::size_t short_part = (most_of_short + huge_page - 1) / huge_page * huge_page;
  const std::size_t half = machine.available_memory / 2, shorts = formats.size() * short_part;
  const std::size_t long_part = half > shorts ? (half - shorts) / formats.size() / huge_page * huge_page : 0;
  if (bytes > (short_rows ? short_part : long_part))
    throw Unavailable("too little memory for all number formats in this footprint");
  const std::size_t begin = std::size_t(format) * (short_rows ? short_part : long_part) + (short_rows ? 0 : shorts);
  return workspace.arena(begin + bytes, {}, team).last(bytes);
}

// All formats fit into half of the free memory together.
double largest_gemv(const Machine& machine, bool quick) {
  return std::min(largest_footprint(machine, quick ? 0x1p28 : 0x1p29), double(machine.available_memory) / 16);
}

// Batches beside the product of the axes: with all threads, in a cache and from memory.
std::vector<Point> batches(const Machine& machine, bool quick) {
  std::vector<Point> all;
  const double memory = largest_gemv(machine, quick),
               threads = double(std::max<std::size_t>(1, machine.processors.size()));
  const auto add = [&](Format format, double footprint, double batch) {
    all.push_back(
        {{"type", std::string(name(format))}, {"footprint", footprint}, {"threads", threads}, {"batch", batch}});
  };
  if (quick) {
    add(Format::int8, memory, 16);
    return all;
  }
  for (const Format format : formats) {
    for (const double footprint : {std::min(0x1p21, memory), memory}) {
      for (double batch = 2; batch <= 64; batch *= 2) add(format, footprint, batch);
    }
  }
  return all;
}

}  // namespace

std::unique_ptr<Trial> gemv_trial(Workspace& workspace, const Point& point, MultiplyMatrix kernel) {
  const auto format = format_from_name(point.word("type"));
  if (!format) throw Unavailable("near_data.gemv knows no type '" + point.word("type") + "'");
  const auto footprint = std::size_t(point.number("footprint")), threads = std::size_t(point.number("threads"));
  const double batch = point.number("batch");
  if (!(batch >= 1 && batch <= 1024)) throw Unavailable("a batch is between 1 and 1024 vectors");
  Team& team = workspace.team(int(threads));
  const bool short_rows = footprint < least_long_rows * threads * row_bytes(*format, long_row);
  const std::size_t columns = short_rows ? short_row : long_row, bytes_of_row = row_bytes(*format, columns);
  const std::size_t rows = footprint / bytes_of_row;
  if (rows < least_rows * threads) throw Unavailable("fewer than four rows of 1024 weights for each thread");
  const auto weights = home_of(workspace, team, *format, short_rows, rows * bytes_of_row);
  return std::make_unique<Gemv>(team, *format, columns, std::size_t(batch), weights, std::move(kernel));
}

Probe near_data_gemv() {
  return {
      .name = "near_data.gemv",
      .summary = "Bytes of weights per second while the threads multiply a matrix of weights with a batch of vectors.",
      .quantity = {"bandwidth", Unit::byte_per_second},
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        const double last = largest_gemv(machine, quick);
        auto types = words({"f32", "f16", "bf16", "int8", "int4"});
        if (quick) types = words({"f32", "bf16", "int8", "int4"});
        return {{"type", Unit::text, types, "number format of the weights; int8 and int4 in blocks with a scale"},
                footprint_axis(quick ? 0x1p20 : 0x1p15, last, quick ? 8 : 2),
                threads_axis(machine, true),
                {"batch", Unit::one, numbers({1}), "vectors that each weight is multiplied with"}};
      },
      .beside = batches,
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [](Workspace& workspace, const Point& point) { return gemv_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
