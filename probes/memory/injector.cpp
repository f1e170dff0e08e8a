// SPDX-License-Identifier: Apache-2.0
#include "probes/memory/injector.hpp"

#include <algorithm>

#include "probes/probe/clock.hpp"
#include "probes/probe/spin.hpp"

namespace sextant::probes {

namespace {

constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
constexpr double most_behind = 4;  // chunks

}  // namespace

std::uint64_t Injector::word_at(std::size_t index) const { return (first_ + index) * factor; }

std::uint64_t Injector::pattern_sum(std::size_t begin) const {
  return (chunk * (first_ + begin) + chunk * (chunk - 1) / 2) * factor;
}

void Injector::fill_unless_filled() {
  const std::size_t last = words_.size() - 1, begin = words_.size() - chunk;
  if (words_[last] != 0 && words_[last] - words_[begin] == word_at(last) - word_at(begin)) return;
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] = word_at(i);
}

// One is added to the last word for each chunk so far and taken away again, so that each read has an answer of its own.
void Injector::read(std::size_t begin, const SumChunk& sum) {
  const std::span<std::uint64_t> words = words_.subspan(begin, chunk);
  const std::uint64_t updates = words.front() - word_at(begin), stamp = chunks() + 1;
  words.back() += stamp;
  wrong_ += sum(words) != pattern_sum(begin) + chunk * updates + stamp;
  words.back() -= stamp;
}

void Injector::read_and_write(std::size_t begin, const UpdateChunk& update) {
  const std::span<std::uint64_t> words = words_.subspan(begin, chunk);
  const std::uint64_t updates = words.front() - word_at(begin);
  wrong_ += update(words) != pattern_sum(begin) + chunk * updates || words.front() != word_at(begin) + updates + 1;
}

void Injector::run(const std::atomic<bool>& stop, double seconds_per_chunk, bool updates, const SumChunk& sum,
                   const UpdateChunk& update) {
  const Clock clock = monotonic_clock();
  double due = clock();
  while (!stop.load(std::memory_order_relaxed)) {
    if (updates) {
      read_and_write(position_, update);
    } else {
      read(position_, sum);
    }
    position_ += chunk;
    if (position_ == words_.size()) position_ = 0;
    done_.store(chunks() + 1, std::memory_order_relaxed);
    if (seconds_per_chunk == 0) continue;
    due = std::max(due + seconds_per_chunk, clock() - most_behind * seconds_per_chunk);
    while (clock() < due && !stop.load(std::memory_order_relaxed)) relax();
  }
}

bool Injector::sound() const {
  if (wrong_ != 0) return false;
  for (std::size_t begin = 0; begin < words_.size(); begin += chunk) {
    const std::uint64_t updates = words_[begin] - word_at(begin);
    for (std::size_t i = begin; i < begin + chunk; ++i) {
      if (words_[i] != word_at(i) + updates) return false;
    }
  }
  return true;
}

}  // namespace sextant::probes
