// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

namespace sextant::storage {
namespace {

// Answers in the order of the requests, `at_once` together, and looks how many are in flight when it is asked to wait.
struct Scripted {
  std::size_t at_once = 1;
  std::vector<std::uint32_t> queued = {};
  std::vector<Completion> answers = {};
  std::vector<std::size_t> in_flight = {};  // at each answer
  int waits_in_vain = 0;

  bool register_buffers(std::span<std::byte>) { return false; }
  void unregister_buffers() {}
  void queue(const Request& request) { queued.push_back(request.slot); }
  bool submit_and_wait(double) {
    if (waits_in_vain > 0 && --waits_in_vain >= 0) return false;
    in_flight.push_back(queued.size());
    answers.clear();
    for (std::size_t i = 0; i < std::min(at_once, queued.size()); ++i) answers.push_back({queued[i], 0});
    queued.erase(queued.begin(), queued.begin() + static_cast<std::ptrdiff_t>(answers.size()));
    return true;
  }
  std::span<const Completion> take() { return answers; }
};

struct Asking {
  std::uint64_t asked = 0, settled = 0;
  std::uint64_t fails_at = ~std::uint64_t{0};
  Request next(std::uint32_t slot) {
    ++asked;
    return {slot, Operation::nothing, {}, 0};
  }
  bool settle(const Completion&) { return settled++ != fails_at; }
  std::uint64_t paused() const { return 0; }
};

Window run(Scripted& channel, Asking& asking, std::uint32_t depth, std::uint64_t wanted, Latencies& latencies) {
  Meeting meeting(1);
  std::vector<std::uint64_t> sent(depth);
  return flow(channel, asking, depth, wanted, meeting, sent, latencies);
}

TEST(Flow, TimesOnlyWhileAllRequestsAreInFlight) {
  for (const std::size_t at_once : {1u, 3u, 8u}) {
    Scripted channel{at_once};
    Asking asking;
    Latencies latencies;
    const Window window = run(channel, asking, 8, 40, latencies);
    EXPECT_GE(window.requests, 40u);
    EXPECT_LT(window.requests, 40u + at_once);
    EXPECT_EQ(latencies.total(), window.requests);
    EXPECT_EQ(window.all, asking.settled);
    EXPECT_EQ(asking.asked, asking.settled) << "nothing is left in flight";
    // Filled before, emptied after.
    EXPECT_GE(window.all, window.requests + 8 + 8 - at_once);
    const auto full = std::count(channel.in_flight.begin(), channel.in_flight.end(), 8u);
    EXPECT_GE(static_cast<std::size_t>(full) * at_once, window.requests + 8);
  }
}

TEST(Flow, OneRequestAtATimeIsAlwaysFull) {
  Scripted channel;
  Asking asking;
  Latencies latencies;
  EXPECT_EQ(run(channel, asking, 1, 10, latencies).requests, 10u);
  EXPECT_EQ(asking.asked, 11u);  // one fills the queue; the last answer asks for nothing more
}

TEST(Flow, AnErrorEndsTheAskingAndWaitsForWhatIsInFlight) {
  Scripted channel;
  Asking asking;
  asking.fails_at = 20;
  Latencies latencies;
  run(channel, asking, 8, 1000, latencies);
  EXPECT_EQ(asking.settled, 21u + 7u);
  EXPECT_EQ(asking.asked, asking.settled);
}

TEST(Flow, ASignalIsNotSilence) {
  Scripted channel;
  channel.waits_in_vain = 3;
  Asking asking;
  Latencies latencies;
  EXPECT_EQ(run(channel, asking, 1, 10, latencies).requests, 10u);
}

TEST(Flow, ThreadsAreTimedTogetherAndEndTogether) {
  Meeting meeting(2);
  std::array<Window, 2> windows;
  std::array<Asking, 2> asking;
  const auto one = [&](std::size_t member, std::uint64_t wanted) {
    Scripted channel;
    Latencies latencies;
    std::vector<std::uint64_t> sent(4);
    windows[member] = flow(channel, asking[member], 4, wanted, meeting, sent, latencies);
  };
  std::thread other([&] { one(1, 5); });
  one(0, 100000);
  other.join();
  EXPECT_EQ(windows[0].requests, 100000u);
  EXPECT_EQ(windows[1].requests, 5u);
  EXPECT_EQ(asking[1].asked, asking[1].settled);
}

}  // namespace
}  // namespace sextant::storage
