// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/canary.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "probes/kernels/canary.hpp"
#include "probes/probe/probe.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

constexpr std::uint64_t additions = 400'000;  // 100 us at 4 GHz, one a cycle
constexpr std::uint64_t step = 0x9e3779b97f4a7c15u;

// 192 KiB: more than any first-level cache, less than any second-level one that a core has to itself. One stop less
// than that, so that no walk ends where it began.
constexpr std::size_t stops = 3071;
constexpr std::uint64_t lap = 3072;
constexpr std::uint64_t loads = 24'576;  // 100 us at 16 cycles a load and 4 GHz

constexpr std::size_t stream_bytes = std::size_t{4} << 20;

// Huge pages begin at their own size; the mapping may not.
std::span<std::byte> aligned(std::span<std::byte> bytes) {
  const auto past = reinterpret_cast<std::uintptr_t>(bytes.data()) % huge_page;
  return bytes.subspan(past == 0 ? 0 : huge_page - past);
}

[[noreturn]] void throw_wrong() { throw WrongAnswer("a canary did not do its work: this machine computes wrongly"); }

}  // namespace

double change(const CanarySeconds& before, const CanarySeconds& after) {
  double largest = results::not_available;
  for (const auto kind : {&CanarySeconds::compute, &CanarySeconds::message, &CanarySeconds::together}) {
    const double ratio = after.*kind / before.*kind;
    largest = std::fmax(largest, std::max(ratio, 1 / ratio));  // fmax takes the other one for a NaN
  }
  return largest;
}

Canaries::Canaries(const std::vector<int>& processors) : pages_(stream_bytes + 2 * huge_page) {
  const std::span<std::byte> memory = aligned(pages_.bytes());
  stream_ = {reinterpret_cast<std::uint64_t*>(memory.data()), stream_bytes / sizeof(std::uint64_t)};
  const std::span<Stop> ring{reinterpret_cast<Stop*>(memory.data() + stream_bytes), stops};
  position_ = &ring[link_cycle(ring, 1)[0]];
  // Nothing may be done for the first time in a set. Touched before it is filled: to have each page made by a store
  // that goes past the caches takes twice as long.
  for (std::size_t word = 0; word < stream_.size(); word += 512) stream_[word] = 1;
  fill_memory(stream_, 1);
  if (add_chain(1, 1, 16) != 17 || chase(position_, 16)->rank != 16) throw_wrong();
  if (processors.size() < 2) return;
  pair_.emplace(processors[0], processors[1]);
  pair_->take(monotonic_clock());
}

CanarySeconds Canaries::take(const Clock& clock) {
  CanarySeconds seconds;
  ++sets_;

  double begin = clock();
  sum_ = add_chain(sum_, step, additions);
  seconds.compute = elapsed(begin, clock());

  position_ = chase(position_, lap);
  begin = clock();
  position_ = chase(position_, loads);
  seconds.cache = elapsed(begin, clock());

  begin = clock();
  fill_memory(stream_, sets_);
  seconds.memory = elapsed(begin, clock());

  const bool filled = stream_.front() == sets_ && stream_[stream_.size() / 2] == sets_ && stream_.back() == sets_;
  if (sum_ != sets_ * additions * step || position_->rank != sets_ * (lap + loads) % stops || !filled) {
    throw_wrong();
  }
  if (pair_) {
    const PairSeconds both = pair_->take(clock);
    seconds.message = both.message;
    seconds.together = both.together;
  }
  return seconds;
}

TakeCanaries canaries(std::vector<int> processors) {
  return [processors = std::move(processors), all = std::shared_ptr<Canaries>()](const Clock& clock) mutable {
    if (!all) all = std::make_shared<Canaries>(processors);
    return all->take(clock);
  };
}

}  // namespace sextant::probes
