// SPDX-License-Identifier: Apache-2.0
#include "probes/decode/plain.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "probes/probe/probe.hpp"

namespace sextant::probes {

namespace {

using Vector = std::vector<double>;
using Matrix = std::span<const std::byte>;

std::vector<float> rounded(const Vector& values) { return {values.begin(), values.end()}; }

Vector normalised(std::span<const float> x, std::span<const float> weight) {
  double squares = 0;
  for (const float each : x) squares += double(each) * double(each);
  const double factor = 1 / std::sqrt(squares / double(x.size()) + double(norm_epsilon));
  Vector y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = double(x[i]) * factor * double(weight[i]);
  return y;
}

std::vector<float> embedded(const Model& model, std::size_t token) {
  std::vector<float> row(model.shape.hidden);
  decode(model.format, model.row(model.embedding, row.size(), token), row);
  for (float& each : row) each *= embedding_scale;  // a power of two: exact
  return row;
}

double silu(double z) { return z / (1 + std::exp(-z)); }

Activations input(const Model& model, std::span<const float> values) {
  Activations x(model.format, values.size());
  x.set(values);
  return x;
}

// A row of a matrix times x, and how large its terms are.
struct Dot {
  double value = 0, magnitude = 0;
};
Dot dot(const Model& model, Matrix matrix, std::size_t row, const Activations& x) {
  std::vector<float> weights(x.columns());
  decode(model.format, model.row(matrix, x.columns(), row), weights);
  Dot result;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const double term = double(weights[c]) * double(x.vector(0)[c]);
    result.value += term;
    result.magnitude += std::abs(term);
  }
  return result;
}

Vector product(const Model& model, Matrix matrix, std::size_t rows, const Vector& values) {
  const Activations x = input(model, rounded(values));
  Vector y(rows);
  for (std::size_t r = 0; r < rows; ++r) y[r] = dot(model, matrix, r, x).value;
  return y;
}

// Turns heads that stand one after the other.
std::vector<float> rotated(const ModelShape& shape, std::span<const float> heads, std::size_t position) {
  const std::size_t n = shape.head();
  std::vector<float> turned(heads.size());
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const std::size_t c = i % n, pair = c % (n / 2), first = i - c + pair, second = first + n / 2;
    const float frequency = std::pow(rotary_base, -2 * float(pair) / float(n));
    const double angle = double(float(position) * frequency);  // the angle itself is a float32, as it is in engines
    const double a = heads[first], b = heads[second];
    turned[i] =
        float(c < n / 2 ? a * std::cos(angle) - b * std::sin(angle) : a * std::sin(angle) + b * std::cos(angle));
  }
  return turned;
}

struct Projected {
  std::span<const float> queries, keys, values;
};
Projected parts(const ModelShape& shape, std::span<const float> projected) {
  const std::size_t kv = shape.kv_heads * shape.head();
  return {projected.first(shape.hidden), projected.subspan(shape.hidden, kv), projected.last(kv)};
}

// Attention of the query heads of one KV head, over the cache as it is.
Vector attended(const ModelShape& shape, const KvCache& cache, std::size_t layer, std::size_t kv_head,
                std::span<const float> queries, std::size_t position) {
  const std::size_t numbers = shape.group() * shape.head();
  auto q = rotated(shape, queries.subspan(kv_head * numbers, numbers), position);
  for (float& each : q) each /= std::sqrt(float(shape.head()));
  return attend_plainly(cache.layout, cache.of(layer, kv_head), position + 1, q);
}

void add(const Vector& x, Vector& sum) {
  for (std::size_t i = 0; i < x.size(); ++i) sum[i] += x[i];
}

// Compares what a step left with what it must be.
class Judge {
 public:
  Judge(const Decoder& decoder, std::size_t stride, std::size_t offset)
      : model_(decoder.model()), stride_(stride), offset_(offset) {}

  void layer(std::size_t l) { place_ = "layer " + std::to_string(l) + ", "; }
  bool picks(std::size_t index) const { return index % stride_ == offset_ % stride_; }

  void expect(const char* what, std::size_t index, double got, double right, double bound) const {
    if (std::abs(got - right) <= bound) return;
    throw WrongAnswer("decode.reference: " + place_ + what + " " + std::to_string(index) + " is " +
                      std::to_string(got) + " instead of " + std::to_string(right));
  }

  // got[r] = before[r] + row r times x
  void expect_product(const char* what, std::span<const float> got, Matrix matrix, std::span<const float> x,
                      std::span<const float> before = {}) const {
    const Activations activations = input(model_, x);
    for (std::size_t r = 0; r < got.size(); ++r) {
      if (!picks(r)) continue;
      const Dot right = dot(model_, matrix, r, activations);
      const double base = before.empty() ? 0 : double(before[r]);
      expect(what, r, got[r], base + right.value, close * (right.magnitude + std::abs(base)));
    }
  }

  void expect_gated(std::span<const float> got, const LayerWeights& weights, std::span<const float> x) const {
    const Activations activations = input(model_, x);
    for (std::size_t r = 0; r < got.size(); ++r) {
      if (!picks(r)) continue;
      const Dot gate = dot(model_, weights.gate, r, activations), up = dot(model_, weights.up, r, activations);
      // The slope of SiLU is at most 1.1.
      const double bound =
          close * (1.1 * gate.magnitude * std::abs(up.value) + std::abs(silu(gate.value)) * up.magnitude);
      expect("gated number", r, got[r], silu(gate.value) * up.value, bound + 1e-12);
    }
  }

  // The input of a product as the step has rounded it, after a look at whether it is right.
  std::vector<float> norm(std::span<const float> x, std::span<const float> weight) const {
    std::vector<float> y(x.size());
    normalise(x, weight, norm_epsilon, y);
    const Vector right = normalised(x, weight);
    for (std::size_t i = 0; i < y.size(); ++i) expect("norm", i, y[i], right[i], close * std::abs(right[i]));
    return y;
  }

 private:
  static constexpr double close = 1e-5;  // of float32 sums, relative to the sum of their magnitudes

  const Model& model_;
  const std::size_t stride_, offset_;
  std::string place_;
};

void judge_attention(Judge& judge, const Decoder& decoder, std::size_t layer, std::size_t position) {
  const ModelShape& shape = decoder.model().shape;
  const LayerResults& results = decoder.results().layers[layer];
  const auto [queries, keys, values] = parts(shape, results.query_key_value);
  const auto turned = rotated(shape, keys, position);
  for (std::size_t h = 0; h < shape.kv_heads; ++h) {
    const auto key = load_key(decoder.cache().layout, decoder.cache().of(layer, h), position);
    const auto value = load_value(decoder.cache().layout, decoder.cache().of(layer, h), position);
    for (std::size_t c = 0; c < shape.head(); ++c) {
      const double k = turned[h * shape.head() + c], v = values[h * shape.head() + c];
      // Rounding to f16, and sines of angles in float32.
      judge.expect("number of the key of KV head", h, key[c], k, 1e-3 * std::abs(k) + 1e-5);
      judge.expect("number of the value of KV head", h, value[c], v, 1e-3 * std::abs(v) + 1e-7);
    }
    if (!judge.picks(layer + h)) continue;
    const Vector right = attended(shape, decoder.cache(), layer, h, queries, position);
    for (std::size_t i = 0; i < right.size(); ++i) {
      const std::size_t at = h * right.size() + i;
      judge.expect("attended number", at, results.attended[at], right[i], 1e-4);
    }
  }
}

}  // namespace

std::vector<double> decode_plainly(const Model& model, const KvCache& cache, std::size_t token, std::size_t position) {
  const ModelShape& shape = model.shape;
  const auto row = embedded(model, token);
  Vector x(row.begin(), row.end());
  for (std::size_t l = 0; l < shape.layers; ++l) {
    const LayerWeights& weights = model.layers[l];
    const auto projected = rounded(
        product(model, weights.query_key_value, shape.projected(), normalised(rounded(x), weights.attention_norm)));
    const auto [queries, keys, values] = parts(shape, projected);
    const auto turned = rotated(shape, keys, position);
    Vector attention;
    for (std::size_t h = 0; h < shape.kv_heads; ++h) {
      store_token(cache.layout, cache.of(l, h), position, std::span(turned).subspan(h * shape.head(), shape.head()),
                  values.subspan(h * shape.head(), shape.head()));
      const Vector of_head = attended(shape, cache, l, h, queries, position);
      attention.insert(attention.end(), of_head.begin(), of_head.end());
    }
    add(product(model, weights.output, shape.hidden, attention), x);
    const Vector normed = normalised(rounded(x), weights.feed_forward_norm);
    Vector gated = product(model, weights.gate, shape.feed_forward, normed);
    const Vector up = product(model, weights.up, shape.feed_forward, normed);
    for (std::size_t i = 0; i < gated.size(); ++i) gated[i] = silu(gated[i]) * up[i];
    add(product(model, weights.down, shape.hidden, gated), x);
  }
  return product(model, model.head, shape.vocabulary, normalised(rounded(x), model.final_norm));
}

void judge(const Decoder& decoder, std::size_t token, std::size_t position, std::size_t stride, std::size_t offset) {
  const Model& model = decoder.model();
  const StepResults& results = decoder.results();
  Judge judge(decoder, stride, offset);
  const auto row = embedded(model, token);
  for (std::size_t i = 0; i < row.size(); ++i)
    judge.expect("embedded number", i, results.layers[0].input[i], row[i], 0);
  for (std::size_t l = 0; l < model.layers.size(); ++l) {
    judge.layer(l);
    const LayerWeights& weights = model.layers[l];
    const LayerResults& layer = results.layers[l];
    judge.expect_product("projected number", layer.query_key_value, weights.query_key_value,
                         judge.norm(layer.input, weights.attention_norm));
    judge_attention(judge, decoder, l, position);
    judge.expect_product("number after attention", layer.middle, weights.output, layer.attended, layer.input);
    judge.expect_gated(layer.gated, weights, judge.norm(layer.middle, weights.feed_forward_norm));
    const auto& next = l + 1 < model.layers.size() ? results.layers[l + 1].input : results.output;
    judge.expect_product("number after the feed-forward net", next, weights.down, layer.gated, layer.middle);
  }
  judge.expect_product("logit", results.logits, model.head, judge.norm(results.output, model.final_norm));
}

}  // namespace sextant::probes
