// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "results/record/csv.hpp"
#include "results/record/temporary_folder.hpp"

// For tests of the program as its user meets it: commands in a folder of their own.
namespace sextant::bench {

struct Outcome {
  int code;
  std::string out, err;
};

class CommandLine : public testing::Test {
 protected:
  // Runs a line of shell in the folder.
  Outcome shell(const std::string& command) const {
    const std::string line = "cd '" + folder.string() + "' && { " + command + "; } >.out 2>.err";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of(".out"), text_of(".err")};
  }
  Outcome sextant(const std::string& arguments, const std::string& before = "") const {
    return shell(before + " " SEXTANT_PROGRAM " " + arguments);
  }

  // A run that takes a second or two: two small footprints.
  static constexpr const char* small_run =
      "run memory.latency --set memory.latency.footprint=16KiB,64KiB --quick --budget 2s --seed 5 --output run";

  // Of a file in the folder; empty where there is none.
  std::string text_of(const std::filesystem::path& file) const {
    return std::filesystem::exists(folder / file) ? results::read_text(folder / file) : std::string();
  }

  void edit(const std::filesystem::path& file, const std::string& from, const std::string& to) const {
    std::string text = text_of(file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << " does not hold " << from;
    text.replace(at, from.size(), to);
    std::ofstream(folder / file) << text;
  }

 private:
  results::TemporaryFolder temporary_;

 protected:
  const std::filesystem::path folder = temporary_.path();
};

// One sentence on stderr and the documented exit code.
inline void expect_error(const Outcome& outcome, int code, const std::string& sentence) {
  EXPECT_EQ(outcome.code, code) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.err, testing::HasSubstr(sentence));
  EXPECT_THAT(outcome.err, testing::Not(testing::HasSubstr("terminate called")));
}

}  // namespace sextant::bench
