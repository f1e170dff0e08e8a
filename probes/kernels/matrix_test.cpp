// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/matrix.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "probes/kernels/gemv_loops.hpp"
#include "probes/kernels/on_every_target.hpp"

namespace sextant::probes {
namespace {

constexpr std::array formats{Format::f32, Format::f16, Format::bf16, Format::int8, Format::int4};

bool in_blocks(Format format) { return format == Format::int8 || format == Format::int4; }

std::vector<float> normal_numbers(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

std::vector<std::byte> encoded_rows(Format format, std::size_t columns, const std::vector<float>& values) {
  std::vector<std::byte> rows(values.size() / columns * row_bytes(format, columns));
  for (std::size_t r = 0; r < values.size() / columns; ++r) {
    const std::size_t bytes = row_bytes(format, columns);
    encode(format, std::span(values).subspan(r * columns, columns), std::span(rows).subspan(r * bytes, bytes));
  }
  return rows;
}

// Every way there is on this machine to multiply in this format: by name, with x in its forms.
template <class Check>
void each_way(Format format, Check check) {
  check("multiply", multiply);
  const auto directly = [&](const char* name, void (*loop)(const Product&)) {
    check(name, [loop](std::span<const std::byte> rows, const Activations& x, std::span<float> y, std::size_t stride) {
      loop({rows.data(), rows.size() / row_bytes(x.weights(), x.columns()), &x, y.data(), stride});
    });
  };
  on_every_target([&] { directly("Highway", in_blocks(format) ? gemv_blocks : gemv_floats); });
  if (in_blocks(format) && has_byte_dot()) directly("byte dot", gemv_byte_dot);
  // multiply() takes tiles where there are vectors enough, so they have been tried.
}

TEST(Matrix, AgreesWithThePlainProductWithinRounding) {
  for (const Format format : formats) {
    for (const std::size_t rows : {1, 3, 4, 9, 17}) {
      for (const std::size_t batch : {1, 2, 3, 7, 16, 19}) {
        for (const std::size_t columns : {32, 544, 1056}) {
          const auto weights = encoded_rows(format, columns, normal_numbers(rows * columns, 1));
          Activations x(format, columns, batch);
          x.set(normal_numbers(columns * batch, 2));
          const std::size_t stride = rows + 2;
          std::vector<float> plain(batch * stride, -1);
          multiply_plainly(weights, x, plain, stride);
          // Higham, Accuracy and Stability of Numerical Algorithms, (3.5): n u |w|.|x|, whatever the order of addition.
          std::vector<float> decoded(columns);
          std::vector<double> bounds(batch * stride);
          for (std::size_t r = 0; r < rows; ++r) {
            const std::size_t bytes = row_bytes(format, columns);
            decode(format, std::span(weights).subspan(r * bytes, bytes), decoded);
            for (std::size_t b = 0; b < batch; ++b) {
              double magnitude = 0;
              for (std::size_t c = 0; c < columns; ++c) magnitude += std::abs(double(decoded[c]) * x.vector(b)[c]);
              bounds[b * stride + r] = double(columns + 4) * 0x1p-24 * magnitude;
            }
          }
          each_way(format, [&](const char* way, auto product) {
            SCOPED_TRACE(std::string(name(format)) + " " + way + " rows " + std::to_string(rows) + " columns " +
                         std::to_string(columns) + " batch " + std::to_string(batch));
            std::vector<float> y(batch * stride, -1);
            product(weights, x, y, stride);
            for (std::size_t i = 0; i < y.size(); ++i) {
              ASSERT_NEAR(y[i], plain[i], bounds[i]) << i;  // beyond the rows both still hold -1, with bound 0
            }
          });
        }
      }
    }
  }
}

// Small whole numbers times powers of two, the peak of each block of x at 127: no sum is rounded, whatever its order.
TEST(Matrix, IsExactWhereNothingIsRounded) {
  const std::size_t rows = 21, columns = 2048;
  for (const Format format : formats) {
    for (const std::size_t batch : {1, 5, 33}) {
      std::vector<float> w(rows * columns), v(columns * batch);
      for (std::size_t i = 0; i < w.size(); ++i) w[i] = float(i * 31 % 15) - 7;
      for (std::size_t i = 0; i < w.size(); i += 32) w[i] = format == Format::int8 ? 127 : -8;
      for (std::size_t i = 0; i < v.size(); ++i) v[i] = i % 32 == 5 ? 127 : float(i * 13 % 15) - 7;
      const auto weights = encoded_rows(format, columns, w);
      Activations x(format, columns, batch);
      x.set(v);
      each_way(format, [&](const char* way, auto product) {
        std::vector<float> y(batch * rows);
        product(weights, x, y, rows);
        for (std::size_t b = 0; b < batch; ++b) {
          for (std::size_t r = 0; r < rows; ++r) {
            double sum = 0;
            for (std::size_t c = 0; c < columns; ++c) sum += double(w[r * columns + c]) * v[b * columns + c];
            ASSERT_EQ(y[b * rows + r], sum) << name(format) << " " << way << " row " << r << " vector " << b;
          }
        }
      });
    }
  }
}

TEST(Matrix, HoldsTheGreatestProducts) {
  const std::size_t columns = 1024;
  const std::uint16_t one = 0x3c00;
  for (const Format format : {Format::int8, Format::int4}) {
    std::vector<std::byte> row(row_bytes(format, columns), std::byte(format == Format::int8 ? 0x80 : 0x00));
    for (std::size_t b = 0; b < row.size(); b += row_bytes(format, 32)) std::memcpy(row.data() + b, &one, sizeof one);
    Activations x(format, columns, 2);
    x.set(std::vector<float>(2 * columns, -127.0f));
    each_way(format, [&](const char* way, auto product) {
      std::vector<float> y(2);
      product(row, x, y, 1);
      EXPECT_EQ(y[0], (format == Format::int8 ? 128.0f : 8.0f) * 127 * 1024) << way;
      EXPECT_EQ(y[1], y[0]) << way;
    });
  }
}

TEST(Matrix, ReadsScalesOfEverySize) {
  // The greatest, a subnormal and a negative binary16.
  for (const std::uint16_t scale : {0x7bff, 0x0001, 0xbc00}) {
    const double value = scale == 0x7bff ? 65504 : scale == 1 ? 0x1p-24 : -1;
    for (const Format format : {Format::int8, Format::int4}) {
      std::vector<std::byte> row(row_bytes(format, 32), std::byte(0x11));  // 17, or 1 - 8
      std::memcpy(row.data(), &scale, sizeof scale);
      Activations x(format, 32);
      x.set(std::vector<float>(32, 127.0f));
      each_way(format, [&](const char* way, auto product) {
        float y = 0;
        product(row, x, {&y, 1}, 1);
        EXPECT_FLOAT_EQ(y, float(value * (format == Format::int8 ? 17 : -7) * 127 * 32)) << way;
      });
    }
  }
}

TEST(Matrix, RefusesSizesThatDoNotFit) {
  std::vector<float> y(2);
  const std::vector<std::byte> row(row_bytes(Format::int8, 64));
  const Activations x(Format::int8, 64), two(Format::int8, 64, 2);
  EXPECT_NO_THROW(multiply(row, x, y, 1));
  EXPECT_NO_THROW(multiply({}, x, y, 1));
  EXPECT_THROW(multiply(std::span(row).first(67), x, y, 1), std::invalid_argument);
  EXPECT_THROW(multiply(row, x, {}, 1), std::invalid_argument);
  EXPECT_THROW(multiply(row, x, y, 0), std::invalid_argument);
  EXPECT_THROW(multiply(row, two, std::span(y).first(1), 1), std::invalid_argument);
  EXPECT_THROW(Activations(Format::f32, 33), std::invalid_argument);
  EXPECT_THROW(Activations(Format::f32, 32).set(y), std::invalid_argument);
  EXPECT_THROW(row_bytes(Format::f32, 33), std::invalid_argument);
}

TEST(Activations, TakeWholeFloatsInF32AndRoundedOnesInHalfFormats) {
  const auto values = normal_numbers(64, 3);
  for (const Format format : {Format::f32, Format::f16, Format::bf16}) {
    Activations x(format, 32, 2);
    x.set(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double step = format == Format::f32 ? 0 : format == Format::f16 ? 0x1p-11 : 0x1p-8;
      EXPECT_NEAR(x.vector(i / 32)[i % 32], values[i], step * std::abs(values[i])) << name(format);
    }
  }
}

TEST(Activations, KeepWithinHalfAStepAndHandleZeroInBlocks) {
  on_every_target([] {
    std::vector<float> values(96);
    for (std::size_t i = 0; i < 32; ++i) values[i] = std::sin(float(i));
    values[70] = 1e-42f;  // 1 / scale would be infinite
    Activations x(Format::int8, 96);
    x.set(values);
    const float step = x.forms().scales[0];
    EXPECT_NEAR(step, 1 / 127.0, 1e-4);
    for (std::size_t i = 0; i < 32; ++i) EXPECT_NEAR(x.vector(0)[i], values[i], step * 0.5001f);
    for (std::size_t i = 32; i < 96; ++i) EXPECT_EQ(x.vector(0)[i], 0);
  });
}

TEST(Format, KeepsItsNameAndItsNumbers) {
  for (const Format format : formats) {
    EXPECT_EQ(format_from_name(name(format)), format);
    const auto values = normal_numbers(64, 4);
    std::vector<float> back(64), again(64);
    std::vector<std::byte> bytes(row_bytes(format, 64));
    encode(format, values, bytes);
    decode(format, bytes, back);
    encode(format, back, bytes);
    decode(format, bytes, again);
    for (std::size_t i = 0; i < 64; ++i) {
      EXPECT_NEAR(back[i], values[i], format == Format::int4 ? 0.25 : 0.02) << name(format);
      EXPECT_NEAR(again[i], back[i], 2e-3) << name(format);
    }
  }
  EXPECT_EQ(format_from_name("int5"), std::nullopt);
}

}  // namespace
}  // namespace sextant::probes
