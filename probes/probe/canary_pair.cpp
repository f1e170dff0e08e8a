// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/canary_pair.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <numeric>
#include <span>
#include <thread>

#include "probes/kernels/canary.hpp"
#include "probes/kernels/spin_barrier.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/team.hpp"
#include "probes/probe/workspace.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t own_bytes = std::size_t{4} << 20;
constexpr std::size_t own_words = own_bytes / sizeof(std::uint64_t);

// The median of batches and not of all: an interrupt falls into one of them.
constexpr std::size_t batches = 16;
constexpr std::size_t least_batches = 4;
constexpr std::uint64_t trips = 16;

}  // namespace

struct CanaryPair::State {
  State(int first, int second)
      : pages(2 * own_bytes + huge_page), thread([this, first, second] { live(first, second); }) {}

  ~State() {
    stopping = true;
    hand_over(asked);
    thread.join();
  }

  static void hand_over(std::atomic<std::uint32_t>& word) {
    word.fetch_add(1, std::memory_order_release);
    word.notify_one();
  }

  void live(int first, int second) {
    try {
      Team team({first, second});
      const std::function<void(int)> touch = [this](int member) { fill_memory(words_of(member), 0); };
      const std::function<void(int)> set = [this](int member) { member == 0 ? lead() : follow(); };
      team.run(touch);
      serve([&] { team.run(set); });
    } catch (...) {  // no team: every set says why
      serve([failure = std::current_exception()] { std::rethrow_exception(failure); });
    }
  }

  template <class Set>
  void serve(Set set) {
    for (std::uint32_t seen = 0;; ++seen) {
      asked.wait(seen, std::memory_order_acquire);
      if (stopping) return;
      failure = nullptr;
      try {
        set();
      } catch (...) {
        failure = std::current_exception();
      }
      hand_over(answered);
    }
  }

  std::span<std::uint64_t> words_of(int member) const {
    std::byte* bytes = pages.bytes().data();
    bytes += (huge_page - reinterpret_cast<std::uintptr_t>(bytes) % huge_page) % huge_page;
    return {reinterpret_cast<std::uint64_t*>(bytes + std::size_t(member) * own_bytes), own_words};
  }

  // Nothing here may throw: the other member waits. What the clock says is judged afterwards.
  void lead() {
    rally.open();
    together.arrive_and_wait();
    std::size_t played = 0;
    times[0] = (*clock)();
    while (played < batches && rally.serve(trips)) times[++played] = (*clock)();
    rally.close();
    together.arrive_and_wait();
    const double begin = (*clock)();
    move(0);
    together.arrive_and_wait();
    const double end = (*clock)();
    seconds = {median_trip(played), elapsed(begin, end)};
  }

  // NaN where the processors were shared so much that few batches were played.
  double median_trip(std::size_t played) const {
    std::array<double, batches> lasted{};
    for (std::size_t batch = 0; batch < played; ++batch) lasted[batch] = elapsed(times[batch], times[batch + 1]);
    if (played < least_batches) return results::not_available;
    std::sort(lasted.begin(), lasted.begin() + std::ptrdiff_t(played));
    return (lasted[(played - 1) / 2] + lasted[played / 2]) / 2 / double(trips);
  }

  void follow() {
    together.arrive_and_wait();
    rally.answer();
    together.arrive_and_wait();
    move(1);
    together.arrive_and_wait();
  }

  void move(int member) {
    const std::span<std::uint64_t> words = words_of(member);
    fill_memory(words, sets);
    ++words.back();
    // A plain sum: its loads are faster than any memory brings the words.
    sums[std::size_t(member)] = std::accumulate(words.begin(), words.end(), std::uint64_t(0));
  }

  Pages pages;
  SpinBarrier together{2};
  Rally rally;
  std::array<double, batches + 1> times{};
  std::array<std::uint64_t, 2> sums{};
  std::uint64_t sets = 0;

  // Written before the words below move, read after.
  const Clock* clock = nullptr;
  PairSeconds seconds;
  std::exception_ptr failure;
  bool stopping = false;
  std::atomic<std::uint32_t> asked{0}, answered{0};
  std::thread thread;  // last: it uses all the others
};

CanaryPair::CanaryPair(int first, int second) : state_(std::make_unique<State>(first, second)) {}

CanaryPair::~CanaryPair() = default;

PairSeconds CanaryPair::take(const Clock& clock) {
  State& state = *state_;
  state.clock = &clock;
  ++state.sets;
  const std::uint32_t before = state.answered.load(std::memory_order_relaxed);
  State::hand_over(state.asked);
  state.answered.wait(before, std::memory_order_acquire);
  if (state.failure) std::rethrow_exception(state.failure);
  for (const std::uint64_t sum : state.sums) {
    if (sum != own_words * state.sets + 1)
      throw WrongAnswer("a canary did not do its work: this machine computes wrongly");
  }
  return state.seconds;
}

}  // namespace sextant::probes
