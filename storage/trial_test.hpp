// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "probes/probe/workspace.hpp"
#include "storage/files/test_folder.hpp"

namespace sextant::storage {

// What the tests of every trial on a file need: a workspace whose target is a folder that goes with the test, and what a
// trial says of itself.
class TrialTest : public testing::Test {
 protected:
  TrialTest() { machine_.available_memory = std::size_t{256} << 20; }

  // "right", or the sentence of verify().
  static std::string verdict(probes::Trial& trial) {
    try {
      trial.verify();
      return "right";
    } catch (const probes::WrongAnswer& wrong) {
      return wrong.what();
    }
  }

  // The sentence with which a run fails; empty when it does not.
  static std::string failure(probes::Trial& trial, std::uint64_t iterations) {
    try {
      trial.run(iterations);
      return {};
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  TestFolder folder_;
  probes::Machine machine_;
  probes::Workspace workspace_{machine_, folder_.path(), 42};
};

}  // namespace sextant::storage
