// SPDX-License-Identifier: Apache-2.0
#include "probes/near_data/reductions.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <set>
#include <string>

#include "probes/kernels/reduce.hpp"
#include "probes/probe/probe.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t word_bytes = sizeof(std::uint32_t);
constexpr std::size_t largest = 32;                          // top_k's k
constexpr std::size_t row_words = 128, bag = 64;             // lookup: rows as of an embedding, and how many make a sum
constexpr std::size_t dimensions = 128;                      // distance: as of image descriptors, a byte each
constexpr std::uint64_t questions = std::uint64_t(1) << 40;  // far from the positions of the data

// The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every bit of the answer depends on every bit of x.
std::uint32_t scatter(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return std::uint32_t((x ^ x >> 31) >> 32);
}

template <class Element>
std::span<const Element> as(std::span<const std::byte> data) {
  return {reinterpret_cast<const Element*>(data.data()), data.size() / sizeof(Element)};
}

// Of the data as they lie in memory, when they are taken for bytes.
template <class Element>
Element element(std::size_t index, std::uint64_t turn) {
  const auto bytes = std::bit_cast<std::array<Element, word_bytes>>(reduction_word(index / word_bytes, turn));
  return bytes[index % word_bytes];
}

void move_all(std::span<const std::byte> data, const Question&, std::span<std::byte> copy) {
  std::memcpy(copy.data(), data.data(), data.size());
}

void move_rows(std::span<const std::byte> data, const Question& question, std::span<std::byte> copy) {
  constexpr std::size_t row_bytes = row_words * word_bytes;
  std::byte* to = copy.data();
  for (const std::uint32_t row : question.rows) {
    std::memcpy(to, data.data() + row * row_bytes, row_bytes);
    to += row_bytes;
  }
}

std::size_t dot(std::span<const std::byte> data, const Question&, std::span<std::uint32_t> answer) {
  const auto elements = as<std::int8_t>(data);
  const auto half = elements.size() / 2;
  const auto sum = std::uint64_t(dot_int8(elements.first(half), elements.last(half)));
  answer[0] = std::uint32_t(sum);
  answer[1] = std::uint32_t(sum >> 32);
  return 2;
}

std::size_t top_k(std::span<const std::byte> data, const Question&, std::span<std::uint32_t> answer) {
  find_largest(as<std::uint32_t>(data), answer.first(largest));
  return largest;
}

std::size_t filter(std::span<const std::byte> data, const Question& question, std::span<std::uint32_t> answer) {
  return filter_up_to(as<std::uint32_t>(data), question.bound, answer);
}

std::size_t lookup(std::span<const std::byte> data, const Question& question, std::span<std::uint32_t> answer) {
  const std::span<const std::uint32_t> rows = question.rows;
  std::size_t words = 0;
  for (std::size_t first = 0; first < rows.size(); first += bag, words += row_words) {
    sum_rows(as<std::uint32_t>(data), rows.subspan(first, bag), answer.subspan(words, row_words));
  }
  return words;
}

std::size_t distance(std::span<const std::byte> data, const Question& question, std::span<std::uint32_t> answer) {
  const Nearest nearest = find_nearest(as<std::uint8_t>(data), question.vector);
  answer[0] = nearest.vector;
  answer[1] = nearest.squared_distance;
  return 2;
}

std::vector<std::uint32_t> plain_dot(std::size_t bytes, std::uint64_t turn) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < bytes / 2; ++i) {
    sum += std::int64_t(element<std::int8_t>(i, turn)) * element<std::int8_t>(i + bytes / 2, turn);
  }
  return {std::uint32_t(std::uint64_t(sum)), std::uint32_t(std::uint64_t(sum) >> 32)};
}

std::vector<std::uint32_t> plain_top_k(std::size_t words, std::uint64_t turn) {
  std::multiset<std::uint32_t, std::greater<>> best;
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint32_t word = reduction_word(i, turn);
    if (best.size() == largest && word <= *best.rbegin()) continue;
    best.insert(word);
    if (best.size() > largest) best.erase(std::prev(best.end()));
  }
  return {best.begin(), best.end()};
}

std::vector<std::uint32_t> plain_lookup(const Question& question, std::uint64_t turn) {
  std::vector<std::uint32_t> answer(question.rows.size() / bag * row_words);
  for (std::size_t i = 0; i < question.rows.size(); ++i) {
    for (std::size_t c = 0; c < row_words; ++c) {
      answer[i / bag * row_words + c] += reduction_word(question.rows[i] * row_words + c, turn);
    }
  }
  return answer;
}

std::vector<std::uint32_t> plain_distance(std::size_t bytes, const Question& question, std::uint64_t turn) {
  std::vector<std::uint32_t> nearest{0, 0xffffffff};
  for (std::size_t v = 0; v < bytes / dimensions; ++v) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < dimensions; ++i) {
      const int away = int(element<std::uint8_t>(v * dimensions + i, turn)) - int(question.vector[i]);
      sum += std::uint32_t(away * away);
    }
    if (sum < nearest[1]) nearest = {std::uint32_t(v), sum};
  }
  return nearest;
}

}  // namespace

std::uint32_t reduction_word(std::size_t index, std::uint64_t turn) {
  return scatter(index % line_words == 0 ? index + turn * (questions / 2) : index);
}

Reduction reduction(std::string_view operation, std::size_t bytes, double selectivity) {
  if (operation == "filter") {
    if (!(selectivity > 0 && selectivity <= 1)) throw Unavailable("a filter passes a share above 0 and up to 1");
    const auto bound = std::uint32_t(std::ldexp(selectivity, 32) - 1);
    return {filter, move_all, {{}, {}, bound}, {{}, {}, bound}, bytes / word_bytes + filter_slack};
  }
  if (selectivity != 1) throw Unavailable("only a filter has another selectivity than 1");
  if (operation == "dot") return {dot, move_all, {}, {}, 2};
  if (operation == "top_k") return {top_k, move_all, {}, {}, largest};
  if (operation == "lookup") {
    Question question, moved;
    question.rows.resize(bytes / word_bytes / row_words);
    moved.rows.resize(question.rows.size());
    for (std::size_t i = 0; i < question.rows.size(); ++i) {
      question.rows[i] = std::uint32_t(scatter(questions + i) % question.rows.size());
    }
    std::iota(moved.rows.begin(), moved.rows.end(), 0u);  // they are moved in the order they were asked for
    return {lookup, move_rows, question, moved, question.rows.size() / bag * row_words};
  }
  if (operation == "distance") {
    Question question;
    for (std::size_t i = 0; i < dimensions; ++i) question.vector.push_back(std::uint8_t(scatter(questions + i)));
    return {distance, move_all, question, question, 2};
  }
  throw Unavailable("near_data.pushdown knows the operations dot, top_k, filter, lookup and distance, not '" +
                    std::string(operation) + "'");
}

std::vector<std::uint32_t> plain_answer(std::string_view operation, std::size_t bytes, const Question& question,
                                        std::uint64_t turn) {
  if (operation == "dot") return plain_dot(bytes, turn);
  if (operation == "top_k") return plain_top_k(bytes / word_bytes, turn);
  if (operation == "lookup") return plain_lookup(question, turn);
  if (operation == "distance") return plain_distance(bytes, question, turn);
  std::vector<std::uint32_t> passed;
  for (std::size_t i = 0; i < bytes / word_bytes; ++i) {
    const std::uint32_t word = reduction_word(i, turn);
    if (word <= question.bound) passed.push_back(word);
  }
  return passed;
}

}  // namespace sextant::probes
