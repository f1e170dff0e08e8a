// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/spin.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "probes/kernels/dissemination_barrier.hpp"
#include "probes/kernels/fork_join.hpp"
#include "probes/kernels/spin_barrier.hpp"
#include "probes/trial_checks.hpp"

// Nobody may spin for ever: where a thread waits for one that has no processor, it has to give its own away.
namespace sextant::probes {
namespace {

TEST(Spin, GivesWayOnceItsPatienceIsAtAnEnd) {
  int looks = 0, yields = 0;
  spin_until([&] { return ++looks > 4096; }, [&] { ++yields; });
  EXPECT_EQ(yields, 0) << "within the patience the processor stays ours";
  looks = 0;
  spin_until([&] { return ++looks > 5000; }, [&] { ++yields; });
  EXPECT_EQ(yields, 5000 - 4096) << "after it every look offers it";
}

TEST(Spin, WhoIsWaitedForIsLetIn) {
  // The condition comes true in giving way alone, as for a thread that waits for this processor.
  bool there = false;
  spin_until([&] { return there; }, [&] { there = true; });
  EXPECT_TRUE(there);
}

// More members than processors: three on one. Without giving way each barrier would last until the scheduler steps in.
class Crowded : public testing::Test {
 protected:
  static constexpr int members = 3;
  Bench bench;
  const int processor = bench.machine.processors.front();
  Team team{{processor, processor, processor}};
};

TEST_F(Crowded, BarriersArePassed) {
  SpinBarrier central(members);
  DisseminationBarrier rounds(members);
  std::atomic<int> passed{0};
  team.run([&](int member) {
    for (int i = 0; i < 20; ++i) {
      central.arrive_and_wait();
      rounds.arrive_and_wait(member);
      passed.fetch_add(1);
    }
  });
  EXPECT_EQ(passed, members * 20);
}

TEST_F(Crowded, OperationsAreDispatched) {
  ForkJoin fork_join(members);
  std::atomic<int> executed{0};
  team.run([&](int member) {
    if (member > 0) return void(fork_join.follow(member));
    for (int i = 0; i < 20; ++i) {
      fork_join.dispatch([](void* state, int) { static_cast<std::atomic<int>*>(state)->fetch_add(1); }, &executed);
    }
    fork_join.close();
  });
  EXPECT_EQ(executed, members * 20);
}

// A process that computes without end on one processor, for as long as this lives.
class Neighbour {
 public:
  explicit Neighbour(int processor) : process_(fork()) {
    if (process_ != 0) return;
    alarm(60);  // should nobody come to end it
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(std::size_t(processor), &set);
    sched_setaffinity(0, sizeof set, &set);
    for (volatile unsigned work = 0;;) work = work + 1;
  }
  ~Neighbour() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;

  bool lives() const { return process_ > 0 && waitpid(process_, nullptr, WNOHANG) == 0; }

 private:
  pid_t process_;
};

TEST(Spin, ATeamOnAllProcessorsGetsThroughBesideABusyNeighbour) {
  Bench bench;
  if (bench.machine.processors.size() < 2) GTEST_SKIP() << "a team needs two processors";
  const int last = bench.machine.processors.back();
  if (last >= CPU_SETSIZE) GTEST_SKIP() << "the neighbour knows processors up to " << CPU_SETSIZE;
  const Neighbour neighbour(last);
  Team team({bench.machine.processors.front(), last});
  SpinBarrier barrier(2);
  std::atomic<int> passed{0};
  team.run([&](int) {
    for (int i = 0; i < 2000; ++i) {
      barrier.arrive_and_wait();
      passed.fetch_add(1);
    }
  });
  EXPECT_EQ(passed, 2 * 2000);
  EXPECT_TRUE(neighbour.lives()) << "it was there all the time";
}

}  // namespace
}  // namespace sextant::probes
