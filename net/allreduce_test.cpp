// SPDX-License-Identifier: Apache-2.0
#include "net/allreduce.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>

// Every rank runs every test, in the same order: rank 0 drives the trial, the others follow. Started by mpirun.
namespace sextant::net {
namespace {

const Ranks* session = nullptr;  // made by main, because MPI starts once a process

// Runs `drive` on rank 0 with a group that uses `collective`, while the other ranks follow.
template <class Drive>
void on_all_ranks(Collective collective, Drive drive) {
  Allreduce group(*session, collective);
  if (session->rank() == 0) {
    drive(group);
  } else {
    group.follow();
  }
}

void expect_wrong(Collective collective, std::uint64_t bytes, std::uint64_t iterations) {
  on_all_ranks(collective, [&](Allreduce& group) {
    const auto trial = allreduce_trial(group, bytes);
    trial->run(iterations);
    EXPECT_THROW(trial->verify(), probes::WrongAnswer);
  });
}

TEST(Allreduce, RightAnswerPassesAndCountsBytesAndCalls) {
  on_all_ranks(MPI_Allreduce, [](Allreduce& group) {
    for (std::uint64_t bytes : {4u, 8u, 1024u, 65536u, 1048576u}) {
      const auto trial = allreduce_trial(group, bytes);
      for (std::uint64_t iterations : {1u, 3u, bytes < 65536 ? 300u : 5u}) {
        const probes::Work work = trial->run(iterations);
        EXPECT_EQ(work.operations, double(iterations));
        EXPECT_EQ(work.bytes, double(iterations * bytes));
        EXPECT_GT(work.seconds, 0);
        ASSERT_EQ(work.extras.size(), 1u);
        EXPECT_GE(work.extras[0], 0);  // the first rank cannot start after the last
      }
      EXPECT_NO_THROW(trial->verify());
    }
  });
}

TEST(Allreduce, PointsMayTakeTurns) {
  on_all_ranks(MPI_Allreduce, [](Allreduce& group) {
    const auto small = allreduce_trial(group, 8);
    const auto large = allreduce_trial(group, 262144);
    for (int turn = 0; turn < 5; ++turn) {
      large->run(2);
      small->run(7);
    }
    EXPECT_NO_THROW(small->verify());
    EXPECT_NO_THROW(large->verify());
  });
}

int one_element_wrong(const void* send, void* receive, int count, MPI_Datatype type, MPI_Op op, MPI_Comm ranks) {
  const int code = MPI_Allreduce(send, receive, count, type, op, ranks);
  static_cast<float*>(receive)[count - 1] += 1;
  return code;
}

int second_half_skipped(const void* send, void* receive, int count, MPI_Datatype type, MPI_Op op, MPI_Comm ranks) {
  return MPI_Allreduce(send, receive, count / 2, type, op, ranks);
}

int own_input_only(const void* send, void* receive, int count, MPI_Datatype, MPI_Op, MPI_Comm) {
  std::memcpy(receive, send, std::size_t(count) * sizeof(float));
  return MPI_SUCCESS;
}

int wrong_on_the_last_rank(const void* send, void* receive, int count, MPI_Datatype type, MPI_Op op, MPI_Comm ranks) {
  const int code = MPI_Allreduce(send, receive, count, type, op, ranks);
  if (session->rank() == session->size() - 1) static_cast<float*>(receive)[0] -= 1;
  return code;
}

int calls = 0;

// Reduces in the first run, afterwards leaves what was there.
int stale_after_first_run(const void* send, void* receive, int count, MPI_Datatype type, MPI_Op op, MPI_Comm ranks) {
  static float kept[1024];
  if (calls++ > 0) {
    std::memcpy(receive, kept, std::size_t(count) * sizeof(float));
    return MPI_SUCCESS;
  }
  const int code = MPI_Allreduce(send, receive, count, type, op, ranks);
  std::memcpy(kept, receive, std::size_t(count) * sizeof(float));
  return code;
}

// Every second call does nothing; the last one of an odd number is right.
int every_second_call_idle(const void* send, void* receive, int count, MPI_Datatype type, MPI_Op op, MPI_Comm ranks) {
  if (calls++ % 2 == 1) return MPI_SUCCESS;
  return MPI_Allreduce(send, receive, count, type, op, ranks);
}

TEST(Allreduce, OneElementWrongIsCaught) { expect_wrong(one_element_wrong, 4096, 4); }
TEST(Allreduce, BlockSkippedIsCaught) { expect_wrong(second_half_skipped, 4096, 4); }
TEST(Allreduce, NoReductionIsCaught) { expect_wrong(own_input_only, 8, 4); }
TEST(Allreduce, AWrongAnswerOfAnotherRankIsCaught) { expect_wrong(wrong_on_the_last_rank, 64, 4); }

TEST(Allreduce, IdleCallsInsideTheLoopAreCaught) {
  calls = 0;
  expect_wrong(every_second_call_idle, 64, 5);
}

TEST(Allreduce, StaleResultOfTheRunBeforeIsCaught) {
  calls = 0;
  on_all_ranks(stale_after_first_run, [](Allreduce& group) {
    const auto trial = allreduce_trial(group, 4096);
    trial->run(1);
    EXPECT_NO_THROW(trial->verify());
    trial->run(1);
    EXPECT_THROW(trial->verify(), probes::WrongAnswer);
  });
}

TEST(Allreduce, MessagesThatAreNoFloatsAreRefused) {
  on_all_ranks(MPI_Allreduce, [](Allreduce& group) {
    EXPECT_THROW(allreduce_trial(group, 0), probes::Unavailable);
    EXPECT_THROW(allreduce_trial(group, 7), probes::Unavailable);
    EXPECT_NO_THROW(allreduce_trial(group, 8)->run(1));  // the ranks still agree
  });
}

TEST(Allreduce, AnErrorOfMpiSaysWhichCall) {
  EXPECT_NO_THROW(check(MPI_SUCCESS, "MPI_Bcast"));
  try {
    check(MPI_ERR_COUNT, "MPI_Bcast");
    ADD_FAILURE() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()).rfind("MPI_Bcast failed: ", 0), 0u) << error.what();
  }
}

}  // namespace
}  // namespace sextant::net

int main(int argc, char** argv) {
  const sextant::net::Ranks ranks(&argc, &argv);
  sextant::net::session = &ranks;
  testing::InitGoogleTest(&argc, argv);
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (ranks.rank() != 0) delete listeners.Release(listeners.default_result_printer());
  return RUN_ALL_TESTS();
}
