// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

// The operations of near_data.pushdown: much data, a question, and an answer that is smaller. The data are words that
// position and turn determine, so that every answer can be predicted; each operation takes them for what it needs.
namespace sextant::probes {

// In the two turns that take turns the first word of each line of 64 bytes is another one.
inline constexpr std::size_t line_words = 16;
std::uint32_t reduction_word(std::size_t index, std::uint64_t turn);

struct Question {
  std::vector<std::uint32_t> rows;   // lookup: the rows of the table, a bag of them after the other
  std::vector<std::uint8_t> vector;  // distance: what the nearest vector is sought for
  std::uint32_t bound = 0;           // filter: the largest value that passes

  double bytes() const { return double(rows.size() * sizeof(std::uint32_t) + vector.size()); }
};

// The answer as words, and how many there are. `answer` has room for the operation's most_words.
using Reduce = std::function<std::size_t(std::span<const std::byte> data, const Question& question,
                                         std::span<std::uint32_t> answer)>;
// Brings to `copy` what the question needs; both are as large as the data.
using Move = std::function<void(std::span<const std::byte> data, const Question& question, std::span<std::byte> copy)>;

struct Reduction {
  Reduce reduce;
  Move move;
  Question question;        // to the data where they lie
  Question moved_question;  // the same to what was moved
  std::size_t most_words = 0;
};

// dot: one half of the data times the other, in int8. top_k: the 32 largest words. filter: the words up to a bound that
// passes a share of `selectivity`. lookup: rows of 512 B, as many as there are, drawn at random, in sums of 64. distance:
// the nearest of vectors of 128 B. `bytes` is a multiple of 64 KiB. Throws Unavailable for other operations, and for a
// selectivity other than 1 where nothing is filtered or that is no share.
Reduction reduction(std::string_view operation, std::size_t bytes, double selectivity);

// The answer in this turn, found word by word. `bytes` as above.
std::vector<std::uint32_t> plain_answer(std::string_view operation, std::size_t bytes, const Question& question,
                                        std::uint64_t turn);

}  // namespace sextant::probes
