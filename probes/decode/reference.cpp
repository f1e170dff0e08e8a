// SPDX-License-Identifier: Apache-2.0
//
// decode.reference: how many tokens per second a whole model decodes, one after the other, when nothing is wasted that a
// simple engine would not waste.
//
// What is measured: complete decode steps of a Llama-shaped model with random weights (model.hpp lists the shapes): the
// row of the embedding, then per layer RMSNorm, queries, keys and values, their rotation, the new entry of the KV cache,
// attention with grouped queries, the output projection, RMSNorm and the gated feed-forward net; a last norm, the logits,
// and the greatest of them, which is the next token. Threads share out the rows of each matrix and meet five times a
// layer at a spinning barrier. Weights are f32, bf16, int8 or int4 (kernels/matrix.hpp); keys and values are f16. Every
// step stands at the same position, after `context` tokens, whose entries are random, and writes the same entry anew: so
// all steps are alike. Seconds per phase are those of member 0 from meeting to meeting, waits included.
// How bytes are counted: each matrix but the embedding once a step, and the keys and values of the context. Operations
// are tokens.
// What would make it wrong: what memory.read lists; models that fit into a cache, which real ones do not; a neighbour
// that stops one thread stops all. Results are kept apart for each layer, to be judged: a few hundred kB a step of
// writes, beside hundreds of MB that are read.
// How the answer is verified: what the last timed step left is computed again in double precision from what it recorded
// (plain.hpp), each product from its own input, so that bounds are those of one float32 sum: all rows of small models,
// every n-th row of larger ones with another offset in each process. Every run begins with the same token and
// returns to it after 256; the bits of all logits of each step must be those that the same step gave before.
// Where the method comes from: the decode benchmark of llama.cpp (llama-bench, "tg"); its shapes and formats.
#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "probes/axes.hpp"
#include "probes/decode/plain.hpp"
#include "probes/decode/trials.hpp"
#include "probes/probes.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr Format formats[] = {Format::int4, Format::int8, Format::bf16, Format::f32};
constexpr std::size_t sequence = 256;  // tokens before the first comes again
constexpr double affordable = 1.5e7;   // numbers that verify() computes again

// Where the weights of each format begin in the arena. Formats before f32 get what the largest shape takes that leaves
// all three room, f32 gets the rest.
std::size_t arena_begin(const Machine& machine, Format format) {
  const auto before_f32 = [](const ModelShape& shape, Format up_to) {
    std::size_t bytes = 0;
    for (const Format each : formats) {
      if (each == up_to) break;
      bytes += (matrix_bytes(shape, each) + 4095) / 4096 * 4096;
    }
    return bytes;
  };
  const ModelShape* largest = &model_shapes[0];
  for (const ModelShape& shape : model_shapes) {
    if (before_f32(shape, Format::f32) <= machine.available_memory / 2) largest = &shape;
  }
  return before_f32(*largest, format);
}

bool fits(const Machine& machine, const ModelShape& shape, Format format) {
  const std::size_t begin = arena_begin(machine, format), bytes = matrix_bytes(shape, format);
  const std::size_t end = format == Format::f32
                              ? machine.available_memory / 2
                              : arena_begin(machine, *(std::find(std::begin(formats), std::end(formats), format) + 1));
  return begin + bytes <= end;
}

const ModelShape& shape_of(const Point& point) {
  std::string known;
  for (const ModelShape& shape : model_shapes) {
    if (double(shape.weights()) == point.number("parameters")) return shape;
    known += (known.empty() ? "" : ", ") + std::to_string(shape.weights());
  }
  throw Unavailable("decode.reference has models of " + known + " parameters");
}

Format format_of(const Point& point) {
  const auto format = format_from_name(point.word("type"));
  if (format && std::find(std::begin(formats), std::end(formats), *format) != std::end(formats)) return *format;
  throw Unavailable("decode.reference knows the types f32, bf16, int8 and int4, not '" + point.word("type") + "'");
}

// Keys and values of the context, of the standard normal distribution: rows of a few that take turns.
void fill(const KvCache& cache, std::size_t layers, std::size_t tokens) {
  constexpr std::size_t rows = 127;
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> values(rows, std::vector<float>(cache.layout.key));
  for (auto& row : values) std::generate(row.begin(), row.end(), [&] { return normal(random); });
  for (std::size_t l = 0; l < layers; ++l) {
    for (std::size_t h = 0; h < cache.kv_heads; ++h) {
      for (std::size_t t = 0; t < tokens; ++t) {
        const std::size_t row = t * 37 + l * 17 + h * 5;
        store_token(cache.layout, cache.of(l, h), t, values[row % rows], values[(row * 11 + 60) % rows]);
      }
    }
  }
}

class Reference final : public Trial {
 public:
  Reference(Workspace& workspace, Team& team, Model model, std::size_t context, DecodeKernels kernels)
      : team_(team),
        context_(context),
        seed_(workspace.seed()),
        cache_pages_(workspace.own_pages(kv_cache_bytes(model.shape, context + 1))),
        cache_(kv_cache(model.shape, context + 1, cache_pages_.bytes())),
        decoder_(std::move(model), cache_, team.size(), std::move(kernels)) {
    fill(cache_, shape().layers, context);
    fingerprints_.reserve(sequence);
  }

  Work run(std::uint64_t iterations) override {
    const auto before = decoder_.seconds();
    const double seconds = timed(team_, [&](int member) {
      std::size_t token = 0;
      for (std::uint64_t i = 0; i < iterations; ++i) {
        if (i % sequence == 0) token = 0;
        if (member == 0) last_token_ = token;
        token = decoder_.step(member, token, context_);
        if (member == 0) remember(i % sequence);
      }
    });
    Work work{.operations = double(iterations), .bytes = double(iterations) * bytes_of_step(), .seconds = seconds};
    for (std::size_t p = 0; p < phases; ++p)
      work.extras.push_back((decoder_.seconds()[p] - before[p]) / double(iterations));
    return work;
  }

  void verify() override {
    if (changed_ > 0) {
      throw WrongAnswer("decode.reference: " + std::to_string(changed_) + " steps differ from the same step before");
    }
    const double numbers =
        double(shape().weights()) + 2.0 * double(shape().layers * shape().hidden) * double(context_);  // attention
    judge(decoder_, last_token_, context_, std::size_t(std::ceil(numbers / affordable)), seed_);
  }

 private:
  const ModelShape& shape() const { return decoder_.model().shape; }
  double bytes_of_step() const {
    const double kv = double(shape().layers * shape().kv_heads * cache_.layout.token_bytes());
    return double(bytes_read(shape(), decoder_.model().format)) + kv * double(context_ + 1);
  }

  // By member 0, before it begins the next step, and so before any other can be done with it.
  void remember(std::size_t place) {
    const std::uint64_t fingerprint = decoder_.fingerprint();
    if (place == fingerprints_.size()) fingerprints_.push_back(fingerprint);
    if (fingerprints_[place] != fingerprint) ++changed_;
  }

  Team& team_;
  const std::size_t context_;
  const std::uint64_t seed_;
  Pages cache_pages_;
  const KvCache cache_;
  Decoder decoder_;
  std::size_t last_token_ = 0;
  std::vector<std::uint64_t> fingerprints_;  // by place in the sequence
  std::uint64_t changed_ = 0;                // steps that were not what they had been before
};

// Every shape that fits and is no toy, or the smallest.
std::vector<Value> sizes(const Machine& machine, bool quick) {
  std::vector<Value> values;
  for (const ModelShape& shape : model_shapes) {
    if (shape.weights() > 100e6 && fits(machine, shape, Format::int8)) values.emplace_back(double(shape.weights()));
    if (quick && !values.empty()) break;
  }
  if (values.empty()) values.emplace_back(double(model_shapes[0].weights()));
  return values;
}

}  // namespace

std::unique_ptr<Trial> decode_trial(Workspace& workspace, const Point& point, DecodeKernels kernels) {
  const ModelShape& shape = shape_of(point);
  const Format format = format_of(point);
  const double context = point.number("context");
  if (!(context >= 0 && context <= 1 << 20) || context != std::floor(context)) {
    throw Unavailable("decode.reference takes contexts of 0 to 1048576 tokens");
  }
  if (!fits(workspace.machine(), shape, format)) {
    throw Unavailable("too little memory for " + std::to_string(shape.weights()) + " parameters in " +
                      std::string(name(format)) + " beside the other types");
  }
  Team& team = workspace.team(int(point.number("threads")));
  const std::size_t begin = arena_begin(workspace.machine(), format), bytes = matrix_bytes(shape, format);
  const auto memory = workspace.arena(begin + bytes).subspan(begin);
  const WeightPattern pattern(format);
  team.run([&](int member) {
    const auto at = [&](int m) { return bytes * std::size_t(m) / std::size_t(team.size()); };
    pattern.fill(memory, at(member), at(member + 1));
  });
  return std::make_unique<Reference>(workspace, team, lay_out(shape, format, memory), std::size_t(context),
                                     std::move(kernels));
}

Probe decode_reference() {
  return {
      .name = "decode.reference",
      .summary = "Tokens per second of a complete Llama-shaped model with random weights, one token after the other.",
      .quantity = {"throughput", Unit::per_second},
      .extras = {{"project", Unit::second, "queries, keys, values and output of attention, a token"},
                 {"attend", Unit::second, "attention over the context, a token"},
                 {"feed_forward", Unit::second, "the gated feed-forward nets, a token"},
                 {"head", Unit::second, "logits, a token"},
                 {"other", Unit::second, "embedding, a token"}},
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        return {{"parameters", Unit::one, sizes(machine, quick), "weights of the model"},
                {"type", Unit::text, quick ? words({"int8"}) : words({"f32", "bf16", "int8", "int4"}),
                 "number format of the weights"},
                {"context", Unit::one, quick ? numbers({128}) : numbers({128, 4096}), "tokens already in the KV cache"},
                threads_axis(machine, quick)};
      },
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [](Workspace& workspace, const Point& point) { return decode_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
