// SPDX-License-Identifier: Apache-2.0
//
// near_data.attention: how fast threads attend to the keys and values of the tokens so far, which is what decode does
// once per layer beside its products, and the more the longer the context.
//
// What is measured: one layer's attention for one new token, softmax(q K) V for each query head. Schemes: gqa, 32 query
//   heads on 8 KV heads of 128 (Llama 3 8B); mha, 32 on 32 of 128 (Llama 2 7B); mla, 128 query heads on one latent row
//   of 512 and 64 rotary numbers, whose first 512 are the value too (DeepSeek-V2 and V3 with the projections absorbed
//   into their neighbours). Numbers are f16, or int8 with one float32 scale per token, KV head, and key or value.
//   contiguous: each KV head's keys in token order, then its values, up to the longest context. paged: pages of 16
//   tokens of one KV head, in random order through a table. Threads take equal numbers of tiles of 16 tokens in the
//   order of heads and tokens; a head that several took a part of is combined by one of them (flash-decoding).
// How bytes are counted: keys, values and scales, once per pass; queries, outputs and the table are not counted.
//   Operations are floating-point operations: 2 per number of a key and of a value for each query head; the exponentials
//   are not counted. gqa and mha stream; mla has 128 queries a byte and is bound by arithmetic in float32.
// What would make it wrong: what memory.read lists. Caches of short contexts stay in a processor's cache from pass to
//   pass, as no other layer's comes between.
// How the answer is verified: a token belongs to one of 16 classes, whose keys are orthogonal; each pass asks for one
//   class, in turn, with queries so large that softmax gives its tokens exactly the same weight and all others exactly
//   none. Values are integers, so the mean over the class is exact up to the last division, whatever the order. The sums
//   over all passes of each output must be what counting tokens gives, to 1e-9: a token missing changes one in 1e5.
// Where the method comes from: Dao et al., "Flash-Decoding for long-context inference", 2023; pages after Kwon et al.,
//   "Efficient memory management for large language model serving with PagedAttention", SOSP 2023.
#include "probes/near_data/attention.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <string>

#include "probes/axes.hpp"
#include "probes/kernels/attention_shares.hpp"
#include "probes/kernels/matrix.hpp"
#include "probes/kernels/spin_barrier.hpp"
#include "probes/probes.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t classes = 16;
constexpr std::size_t period = 127;  // rows of values until they repeat: a prime, so that no two pages are alike
constexpr double shortest = 128, longest = 128 * 1024;

struct Scheme {
  const char* name;
  std::size_t query_heads, kv_heads, key, value;
  bool one_row;
};
constexpr Scheme schemes[] = {{"gqa", 32, 8, 128, 128, false},  //
                              {"mha", 32, 32, 128, 128, false},
                              {"mla", 128, 1, 576, 512, true}};

// +1 or -1, and two classes agree in half of the pieces of 8 numbers (Walsh functions).
float sign(std::size_t of_class, std::size_t c) { return std::popcount(of_class & (c / 8)) % 2 == 0 ? 1.0f : -1.0f; }

// Magnitudes 1 to 8 in a turn that differs from row to row, so that every key of a class meets a query with the same sum.
float key_at(std::size_t of_class, std::size_t row, std::size_t c) {
  return sign(of_class, c) * float(1 + (c + row) % 8);
}
float value_at(std::size_t row, std::size_t c) { return float((row * 37 + c * 101) % period) - 63; }
float scale_of(std::size_t row) { return row % 3 == 0 ? 0.5f : 1.0f; }  // of int8, for keys and values

// Scores are 36 * 0.5 for every 8 numbers of a key: at least 128 above all others, of which exp() leaves nothing.
float query_at(std::size_t of_class, std::size_t c) { return 0.5f * sign(of_class, c); }

KvLayout layout_of(const Scheme& scheme, KvFormat format, std::size_t page_tokens) {
  return {format, scheme.key, scheme.value, scheme.one_row, page_tokens};
}

// Rows as they stand in memory.
using Rows = std::vector<std::vector<std::byte>>;

std::vector<std::byte> row_in(KvFormat format, std::span<const float> numbers, float scale) {
  std::vector<std::byte> row(numbers.size() * (format == KvFormat::f16 ? 2 : 1));
  if (format == KvFormat::f16) {
    encode(Format::f16, numbers, row);
  } else {
    std::transform(numbers.begin(), numbers.end(), row.begin(),
                   [&](float number) { return std::byte(std::int8_t(number / scale)); });
  }
  return row;
}

std::size_t key_row(std::size_t of_class, std::size_t row) { return of_class * period + row; }

template <class At>  // a function of the column
std::vector<std::byte> row_in(KvFormat format, std::size_t numbers, float scale, At at) {
  std::vector<float> row(numbers);
  for (std::size_t c = 0; c < numbers; ++c) row[c] = at(c);
  return row_in(format, row, scale);
}

// By key_row().
Rows key_rows(const KvLayout& layout) {
  Rows rows;
  for (std::size_t k = 0; k < classes; ++k) {
    for (std::size_t r = 0; r < period; ++r) {
      rows.push_back(row_in(layout.format, layout.key, scale_of(r), [&](std::size_t c) { return key_at(k, r, c); }));
    }
  }
  return rows;
}

// By the number of the row; nothing where keys are values too.
Rows value_rows(const KvLayout& layout) {
  Rows rows(period);
  for (std::size_t r = 0; r < period && !layout.one_row; ++r) {
    rows[r] = row_in(layout.format, layout.value, scale_of(r), [&](std::size_t c) { return value_at(r, c); });
  }
  return rows;
}

// One arena holds the caches of every scheme, format and layout side by side, each long enough for the longest context;
// shorter ones use its beginning, so that all points want the same content at the same place.
struct Region {
  const Scheme* scheme;
  KvFormat format;
  bool paged;
  std::size_t begin, bytes;
};

std::vector<Region> regions(std::size_t tokens) {
  std::vector<Region> all;
  std::size_t begin = 0;
  for (const Scheme& scheme : schemes) {
    for (const KvFormat format : {KvFormat::f16, KvFormat::int8}) {
      for (const bool paged : {false, true}) {
        const std::size_t bytes = scheme.kv_heads * layout_of(scheme, format, tokens).page_bytes();
        all.push_back({&scheme, format, paged, begin, bytes});
        begin += (bytes + 4095) / 4096 * 4096;
      }
    }
  }
  return all;
}

// The longest context for which they all fit into what an arena may be.
double longest_context(const Machine& machine) {
  double tokens = longest;
  const auto end = [](const Region& last) { return last.begin + last.bytes; };
  while (tokens > shortest && end(regions(std::size_t(tokens)).back()) > machine.available_memory / 2) tokens /= 2;
  return tokens;
}

class Attention final : public Trial {
 public:
  Attention(Workspace& workspace, const Point& point, const Region& region, std::size_t context, std::size_t most,
            Attend kernel)
      : team_(workspace.team(int(point.number("threads")))),
        kernel_(std::move(kernel)),
        scheme_(*region.scheme),
        layout_(layout_of(scheme_, region.format, region.paged ? kv_tile : most)),
        context_(context),
        shares_{scheme_.kv_heads, context, std::size_t(team_.size())},
        first_page_(workspace.arena(region.begin + region.bytes, {}, team_).data() + region.begin),
        pages_(place_pages(region.paged)),
        queries_(classes),
        parts_(std::size_t(team_.size()) * scheme_.kv_heads, PartialAttention(group(), scheme_.value)),
        combined_(std::size_t(team_.size())),
        output_(scheme_.query_heads * scheme_.value),
        totals_(output_.size()) {
    for (std::size_t k = 0; k < classes; ++k) {
      for (std::size_t i = 0; i < group() * scheme_.key; ++i) queries_[k].push_back(query_at(k, i % scheme_.key));
    }
    for (auto& parts : combined_) parts.reserve(std::size_t(team_.size()));
    const Rows keys = key_rows(layout_), values = value_rows(layout_);
    team_.run([&](int member) { fill(std::size_t(member), keys, values); });
  }

  Work run(std::uint64_t iterations) override {
    SpinBarrier barrier(team_.size());
    const double seconds = timed(team_, [&](int member) {
      for (std::uint64_t i = 0; i < iterations; ++i) {
        gather(std::size_t(member), std::size_t((passes_ + i) % classes));
        barrier.arrive_and_wait();
        finish(std::size_t(member));
        barrier.arrive_and_wait();  // before parts are written again
      }
    });
    passes_ += iterations;
    const double numbers = double(scheme_.query_heads) * double(scheme_.key + scheme_.value);
    const double tokens = double(context_) * double(iterations);
    return {.operations = 2 * tokens * numbers,
            .bytes = tokens * double(scheme_.kv_heads * layout_.token_bytes()),
            .seconds = seconds};
  }

  void verify() override {
    for (std::size_t head = 0; head < scheme_.kv_heads; ++head) {
      const std::vector<double> expected = expected_totals(head);
      for (std::size_t i = 0; i < group() * scheme_.value; ++i) {
        const double total = totals_[head * group() * scheme_.value + i], right = expected[i % scheme_.value];
        if (!(std::abs(total - right) <= 1e-9 * 64 * double(passes_))) {
          throw WrongAnswer("near_data.attention: number " + std::to_string(i) + " of KV head " + std::to_string(head) +
                            " sums up to " + std::to_string(total) + " over all passes instead of " +
                            std::to_string(right));
        }
      }
    }
  }

 private:
  std::size_t group() const { return scheme_.query_heads / scheme_.kv_heads; }
  PartialAttention& part(std::size_t member, std::size_t head) { return parts_[member * scheme_.kv_heads + head]; }
  KvPages pages(std::size_t head) const {
    return std::span(pages_).subspan(head * (pages_.size() / scheme_.kv_heads), pages_.size() / scheme_.kv_heads);
  }

  void gather(std::size_t member, std::size_t of_class) {
    shares_.each_piece(member, [&](std::size_t head, std::size_t first, std::size_t last) {
      part(member, head).clear();
      kernel_(layout_, pages(head), first, last, queries_[of_class], part(member, head));
    });
  }

  // The member that has the beginning of a head puts its parts together.
  void finish(std::size_t member) {
    auto& parts = combined_[member];
    for (std::size_t head = 0; head < scheme_.kv_heads; ++head) {
      if (shares_.owner(head) != member) continue;
      parts.clear();
      shares_.each_holder(head, [&](std::size_t m) { parts.push_back(&part(m, head)); });
      const std::size_t numbers = group() * scheme_.value;
      const auto output = std::span(output_).subspan(head * numbers, numbers);
      combine(parts, output);
      for (std::size_t i = 0; i < numbers; ++i) totals_[head * numbers + i] += double(output[i]);
    }
  }

  // Where the pages of each head are: those of a context are the first of the region, in an order of their own.
  std::vector<std::byte*> place_pages(bool paged) const {
    std::vector<std::byte*> pages(scheme_.kv_heads * (paged ? shares_.tiles() : 1));
    for (std::size_t i = 0; i < pages.size(); ++i) pages[i] = first_page_ + i * layout_.page_bytes();
    std::shuffle(pages.begin(), paged ? pages.end() : pages.begin(), std::mt19937_64(1));
    return pages;
  }

  // What a slot holds depends on its place alone: on the number of its page in the region, and its own in the page.
  struct Content {
    std::size_t of_class, row;
  };
  Content content(const std::byte* page, std::size_t slot) const {
    const std::size_t number = std::size_t(page - first_page_) / layout_.page_bytes();
    return {(number + slot * 7 + slot / 16 * 3) % classes, (number * 85 + slot * 37) % period};
  }

  // Each member writes what it will read, so that it lies on its own node.
  void fill(std::size_t member, const Rows& keys, const Rows& values) {
    shares_.each_piece(member, [&](std::size_t head, std::size_t first, std::size_t last) {
      for (std::size_t token = first; token < last; ++token) {
        std::byte* const page = pages(head)[token / layout_.page_tokens];
        const std::size_t slot = token % layout_.page_tokens;
        const auto [of_class, row] = content(page, slot);
        put(keys[key_row(of_class, row)], page + layout_.key_at(slot));
        put(values[row], page + (layout_.one_row ? layout_.key_at(slot) : layout_.value_at(slot)));
        if (layout_.scale_bytes() == 0) continue;
        const float scale = scale_of(row);
        std::memcpy(page + layout_.key_scale_at(slot), &scale, sizeof scale);
        std::memcpy(page + layout_.value_scale_at(slot), &scale, sizeof scale);
      }
    });
  }
  static void put(const std::vector<std::byte>& row, std::byte* to) { std::copy(row.begin(), row.end(), to); }

  std::vector<double> expected_totals(std::size_t head) const {
    std::vector<double> counts(classes * period);
    for (std::size_t token = 0; token < context_; ++token) {
      const auto [of_class, row] = content(pages(head)[token / layout_.page_tokens], token % layout_.page_tokens);
      ++counts[of_class * period + row];
    }
    std::vector<double> expected(layout_.value);
    for (std::size_t k = 0; k < classes; ++k) {
      const auto turns = double(passes_ / classes + (k < passes_ % classes ? 1 : 0));
      const auto of_class = std::span(counts).subspan(k * period, period);
      const double tokens = std::accumulate(of_class.begin(), of_class.end(), 0.0);
      for (std::size_t c = 0; c < layout_.value; ++c) {
        double sum = 0;
        for (std::size_t row = 0; row < period; ++row) {
          sum += of_class[row] * double(layout_.one_row ? key_at(k, row, c) : value_at(row, c));
        }
        expected[c] += turns * double(float(sum) / float(tokens));
      }
    }
    return expected;
  }

  Team& team_;
  Attend kernel_;
  const Scheme& scheme_;
  const KvLayout layout_;
  const std::size_t context_;
  const AttentionShares shares_;
  std::byte* const first_page_;
  const std::vector<std::byte*> pages_;                         // [head][page]
  std::vector<std::vector<float>> queries_;                     // by class
  std::vector<PartialAttention> parts_;                         // [member][head]
  std::vector<std::vector<const PartialAttention*>> combined_;  // by member: the parts of the head at hand
  std::vector<float> output_;                                   // [query head][value]
  std::vector<double> totals_;                                  // over all passes
  std::uint64_t passes_ = 0;
};

std::vector<Value> contexts(const Machine& machine, bool quick) {
  const double most = longest_context(machine);
  return quick ? numbers({std::min(4096.0, most)}) : powers_of_two(shortest, most, 2);
}

}  // namespace

std::unique_ptr<Trial> attention_trial(Workspace& workspace, const Point& point, Attend kernel) {
  const std::string &scheme = point.word("scheme"), &type = point.word("type"), &layout = point.word("layout");
  const double context = point.number("context"), most = longest_context(workspace.machine());
  if (!(context >= kv_tile && context <= most) || std::fmod(context, kv_tile) != 0) {
    throw Unavailable("near_data.attention takes contexts from 16 to " + std::to_string(std::size_t(most)) +
                      " tokens here, in whole pages of 16");
  }
  for (const Region& region : regions(std::size_t(most))) {
    if (region.scheme->name == scheme && name(region.format) == type &&
        (region.paged ? "paged" : "contiguous") == layout) {
      return std::make_unique<Attention>(workspace, point, region, std::size_t(context), std::size_t(most),
                                         std::move(kernel));
    }
  }
  throw Unavailable("near_data.attention knows gqa, mha and mla in f16 and int8, contiguous and paged, not " + scheme +
                    " in " + type + ", " + layout);
}

Probe near_data_attention() {
  return {
      .name = "near_data.attention",
      .summary = "Bytes of keys and values per second while the threads attend to the context of one new token.",
      .quantity = {"bandwidth", Unit::byte_per_second},
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        Axis threads = threads_axis(machine, quick);
        if (quick) threads.values = {threads.values.back()};
        return {{"scheme", Unit::text, quick ? words({"gqa"}) : words({"gqa", "mha", "mla"}),
                 "heads: grouped queries (32 on 8), one KV head for each of 32, 128 on one latent row"},
                {"type", Unit::text, words({"f16", "int8"}), "number format of keys and values"},
                {"context", Unit::one, contexts(machine, quick), "tokens attended to"},
                {"layout", Unit::text, words({"contiguous", "paged"}),
                 "keys and values in one piece or in pages of 16 tokens"},
                threads};
      },
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [](Workspace& workspace, const Point& point) { return attention_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
