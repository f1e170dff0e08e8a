// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "probes/probe/probe.hpp"
#include "probes/test_bench.hpp"

// What the tests of the trials share.
namespace sextant::probes {

// Runs the trial a few times with different iterations, as a launch does.
inline void run(Trial& trial) {
  for (std::uint64_t iterations : {1, 2, 5}) trial.run(iterations);
}

inline void expect_caught(std::unique_ptr<Trial> trial) {
  run(*trial);
  EXPECT_THROW(trial->verify(), WrongAnswer);
}

inline void expect_sound(std::unique_ptr<Trial> trial) {
  run(*trial);
  EXPECT_NO_THROW(trial->verify());
}

}  // namespace sextant::probes
