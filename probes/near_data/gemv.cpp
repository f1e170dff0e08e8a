// SPDX-License-Identifier: Apache-2.0
//
// near_data.gemv: how fast threads multiply a matrix of weights with a vector, which is what decode does with each
// weight.
//
// What is measured: y = W x with rows of 4096 weights, as long as a model's, shared out over the threads by rows; in
//   float32, and in int8 with a float16 scale per block of 32 (the bytes of GGML's Q8_0). Small matrices stay in a
//   cache and show what the arithmetic allows, large ones stream from memory.
// How bytes are counted: weights and their scales, once per product. x (16 KiB) and y stay in the cache and are not
//   counted. Operations are floating-point operations, 2 per weight, also for int8.
// What would make it wrong: what memory.read lists; and the quantisation of x, which an engine does once per product
//   and which is left out here (4096 values against at least 64 rows).
// How the answer is verified: weights, scales and x are integers times powers of two, so small that every partial sum
//   is exact in float32 whatever the order of addition. Row r has the same weights as row r + 127, so a scalar product
//   in double precision for 127 rows predicts every row exactly. Two vectors x take turns, so that no product can be
//   answered from the one before. The sums over all products of each y must be exact.
// Where the method comes from: the roofline of a matrix-vector product (Williams, Waterman, Patterson, CACM 52(4),
//   2009); predictable data after nccl-tests.
#include <array>
#include <cstring>
#include <vector>

#include "probes/axes.hpp"
#include "probes/near_data/trials.hpp"
#include "probes/probes.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t columns = 4096;
constexpr std::size_t blocks = columns / int8_block;
constexpr std::size_t period = 127;  // rows until the pattern repeats; a prime, so that no two rows in it are alike

float weight_at(std::size_t row, std::size_t column) { return float((row * 37 + column * 101) % period) - 63; }

// Scales of the weights and of x: powers of two, so that they are exact in float16 and as greatest magnitude / 127.
float weight_scale(std::size_t row, std::size_t block) { return (row + block) % 3 == 0 ? 0.5f : 1.0f; }
std::uint16_t weight_scale_bits(std::size_t row, std::size_t block) {
  return weight_scale(row, block) == 1.0f ? 0x3c00 : 0x3800;  // IEEE 754 binary16
}
float x_scale(std::size_t block) { return block % 2 ? 0.5f : 1.0f; }

// Two vectors. Each block holds one value of 127 scales, which fixes the scale that quantise() finds, and values of up
// to 7 scales beside it. With |weight| <= 63 a row sums up to at most 128 * 63 * (127 + 31 * 7) = 2.8e6 in units of
// which the smallest step is a quarter: 24 bits hold it.
std::array<std::vector<float>, 2> inputs() {
  std::array<std::vector<float>, 2> xs;
  for (std::size_t turn = 0; turn < xs.size(); ++turn) {
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t block = c / int8_block;
      const bool peak = c % int8_block == (block + turn * 5) % int8_block;
      xs[turn].push_back(x_scale(block) * (peak ? 127.0f : float((c * 7 + turn * 3) % 15) - 7));
    }
  }
  return xs;
}

// One number format: how a row looks in memory, how rows are multiplied, and what the weights stand for.
class Format {
 public:
  virtual ~Format() = default;
  virtual std::size_t row_bytes() const = 0;
  virtual void write_row(std::size_t row, std::byte* target) const = 0;
  virtual void multiply(std::span<const std::byte> rows, int turn, std::span<float> y) const = 0;
  virtual double weight(std::size_t row, std::size_t column) const = 0;
};

class F32 final : public Format {
 public:
  explicit F32(GemvF32 kernel) : kernel_(std::move(kernel)), x_(inputs()) {}
  std::size_t row_bytes() const override { return columns * sizeof(float); }
  void write_row(std::size_t row, std::byte* target) const override {
    auto* weights = reinterpret_cast<float*>(target);
    for (std::size_t c = 0; c < columns; ++c) weights[c] = weight_at(row, c);
  }
  void multiply(std::span<const std::byte> rows, int turn, std::span<float> y) const override {
    kernel_({reinterpret_cast<const float*>(rows.data()), rows.size() / sizeof(float)}, x_[std::size_t(turn)], y);
  }
  double weight(std::size_t row, std::size_t column) const override { return weight_at(row, column); }

 private:
  GemvF32 kernel_;
  std::array<std::vector<float>, 2> x_;
};

class Int8 final : public Format {
 public:
  explicit Int8(GemvInt8 kernel) : kernel_(std::move(kernel)) {
    const auto xs = inputs();
    for (std::size_t turn = 0; turn < xs.size(); ++turn) x_[turn] = quantise(xs[turn]);
  }
  std::size_t row_bytes() const override { return int8_row_bytes(columns); }
  void write_row(std::size_t row, std::byte* target) const override {
    for (std::size_t c = 0; c < columns; ++c) target[c] = std::byte(std::int8_t(weight_at(row, c)));
    for (std::size_t b = 0; b < blocks; ++b) {
      const std::uint16_t bits = weight_scale_bits(row, b);
      std::memcpy(target + columns + b * sizeof bits, &bits, sizeof bits);
    }
  }
  void multiply(std::span<const std::byte> rows, int turn, std::span<float> y) const override {
    kernel_(rows, x_[std::size_t(turn)], y);
  }
  double weight(std::size_t row, std::size_t column) const override {
    return double(weight_at(row, column)) * weight_scale(row, column / int8_block);
  }

 private:
  GemvInt8 kernel_;
  std::array<Int8Vector, 2> x_;
};

class Gemv final : public Trial {
 public:
  Gemv(Team& team, std::unique_ptr<Format> format, std::span<std::byte> weights)
      : team_(team),
        format_(std::move(format)),
        weights_(weights),
        y_(weights.size() / format_->row_bytes()),
        totals_(y_.size()) {
    team_.run([this](int member) {
      for (std::size_t row = begin(member); row < begin(member + 1); ++row) {
        format_->write_row(row % period, weights_.data() + row * format_->row_bytes());
      }
    });
  }

  Work run(std::uint64_t iterations) override {
    const double seconds = timed(team_, [this, iterations](int member) {
      const std::size_t first = begin(member), count = begin(member + 1) - first;
      const auto rows = weights_.subspan(first * format_->row_bytes(), count * format_->row_bytes());
      const auto y = std::span(y_).subspan(first, count);
      for (std::uint64_t i = 0; i < iterations; ++i) {
        format_->multiply(rows, int((products_ + i) % 2), y);
        for (std::size_t r = 0; r < count; ++r) totals_[first + r] += y[r];
      }
    });
    products_ += iterations;
    const double rows = double(y_.size()) * double(iterations);
    return {.operations = 2 * rows * columns, .bytes = rows * double(format_->row_bytes()), .seconds = seconds};
  }

  void verify() override {
    const auto xs = inputs();
    const double turns[] = {double((products_ + 1) / 2), double(products_ / 2)};
    std::vector<double> expected(std::min(period, y_.size()));
    for (std::size_t row = 0; row < expected.size(); ++row) {
      for (std::size_t turn = 0; turn < xs.size(); ++turn) {
        double y = 0;
        for (std::size_t c = 0; c < columns; ++c) y += format_->weight(row, c) * double(xs[turn][c]);
        expected[row] += turns[turn] * y;
      }
    }
    for (std::size_t row = 0; row < totals_.size(); ++row) {
      if (totals_[row] != expected[row % period]) {
        throw WrongAnswer("near_data.gemv: row " + std::to_string(row) + " sums up to " + std::to_string(totals_[row]) +
                          " over all products instead of " + std::to_string(expected[row % period]));
      }
    }
  }

 private:
  std::size_t begin(int member) const { return y_.size() * std::size_t(member) / std::size_t(team_.size()); }

  Team& team_;
  std::unique_ptr<Format> format_;
  std::span<std::byte> weights_;
  std::vector<float> y_;
  std::vector<double> totals_;  // per row, over all products
  std::uint64_t products_ = 0;
};

// Points with the same format share their rows. float32 takes the arena from the start, int8 from its middle.
std::unique_ptr<Trial> trial(Workspace& workspace, const Point& point, std::unique_ptr<Format> format,
                             bool upper_half) {
  const auto footprint = std::size_t(point.number("footprint"));
  const std::size_t half =
      workspace.machine().available_memory / 4 / 4096 * 4096;  // of the arena, half the free memory
  if (footprint > half) throw Unavailable("too little memory for two formats of this footprint");
  const std::size_t bytes = footprint / format->row_bytes() * format->row_bytes();
  const auto weights = workspace.arena((upper_half ? half : 0) + bytes).last(bytes);
  return std::make_unique<Gemv>(workspace.team(int(point.number("threads"))), std::move(format), weights);
}

}  // namespace

std::unique_ptr<Trial> gemv_f32_trial(Workspace& workspace, const Point& point, GemvF32 kernel) {
  return trial(workspace, point, std::make_unique<F32>(std::move(kernel)), false);
}

std::unique_ptr<Trial> gemv_int8_trial(Workspace& workspace, const Point& point, GemvInt8 kernel) {
  return trial(workspace, point, std::make_unique<Int8>(std::move(kernel)), true);
}

Probe near_data_gemv() {
  return {
      .name = "near_data.gemv",
      .summary = "Bytes of weights per second while the threads multiply a matrix of weights with a vector.",
      .quantity = {"bandwidth", Unit::byte_per_second},
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        const double last = largest_footprint(machine, 0x1p29);
        return {{"type", Unit::text, words({"f32", "int8"}), "number format of the weights"},
                footprint_axis(0x1p20, last, quick ? 8 : 1),
                threads_axis(machine, quick)};
      },
      .available = [](const Machine&) { return Availability{}; },
      .prepare =
          [](Workspace& workspace, const Point& point) {
            const std::string& type = point.word("type");
            if (type == "f32") return gemv_f32_trial(workspace, point);
            if (type == "int8") return gemv_int8_trial(workspace, point);
            throw Unavailable("near_data.gemv knows the types f32 and int8, not '" + type + "'");
          },
  };
}

}  // namespace sextant::probes
