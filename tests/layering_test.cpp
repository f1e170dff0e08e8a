// SPDX-License-Identifier: Apache-2.0
#include "tests/layering.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sextant::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Not written as one string, or the rule would read this file's examples as includes of its own.
std::string include(const std::string& what) { return "#inc" + std::string("lude ") + what + "\n"; }

std::vector<std::string> judge(const std::string& file, const std::string& included) {
  return wrong_arrows({{file, "// SPDX\n" + include(included)}});
}

TEST(Layering, EveryArrowOfTheTreePointsTheRightWay) {
  const auto files = files_below(SEXTANT_SOURCE_DIR);
  ASSERT_GT(files.size(), 20u);
  EXPECT_THAT(wrong_arrows(files), IsEmpty());
}

TEST(Layering, CatchesAnArrowThatPointsTheWrongWay) {
  EXPECT_THAT(judge("analysis/model/decode.cpp", "\"probes/probe/probe.hpp\""),
              ElementsAre(HasSubstr("decode.cpp:2:")));
  EXPECT_THAT(judge("analysis/report/page.cpp", "\"probes/probe/probe.hpp\""),
              ElementsAre(HasSubstr("must not know probes")));
  EXPECT_THAT(judge("probes/memory/read.cpp", "\"analysis/model/projection.hpp\""), ElementsAre(HasSubstr("analysis")));
  EXPECT_THAT(judge("results/record/run.cpp", "\"probes/machine/machine.hpp\""),
              ElementsAre(HasSubstr("must not know")));
  EXPECT_THAT(judge("storage/read.cpp", "\"gpu/gpu_probes.hpp\""), ElementsAre(HasSubstr("must not know gpu")));
  EXPECT_THAT(judge("net/allreduce.cu", "\"bench/supervisor.hpp\""), ElementsAre(HasSubstr("must not know bench")));
}

TEST(Layering, AcceptsTheArrowsOfTheContract) {
  EXPECT_THAT(judge("bench/main.cpp", "\"net/net_probes.hpp\""), IsEmpty());
  EXPECT_THAT(judge("storage/read.cpp", "\"probes/probe/probe.hpp\""), IsEmpty());
  EXPECT_THAT(judge("analysis/calibration/fit.cpp", "\"results/record/run.hpp\""), IsEmpty());
  EXPECT_THAT(judge("analysis/model/decode.cpp", "\"results/record/unit.hpp\""), IsEmpty());
  EXPECT_THAT(judge("analysis/model/decode.cpp", "<cmath>"), IsEmpty());
  EXPECT_THAT(judge("net/ranks.cpp", "<mpi.h>"), IsEmpty());
  EXPECT_THAT(judge("analysis/model/decode_test.cpp", "<gtest/gtest.h>"), IsEmpty());
}

TEST(Layering, TheModelIsPure) {
  EXPECT_THAT(judge("analysis/model/decode.cpp", "<fmt/format.h>"), ElementsAre(HasSubstr("standard library only")));
  EXPECT_THAT(judge("analysis/model/decode.hpp", "\"results/record/run.hpp\""), ElementsAre(HasSubstr("pure")));
  EXPECT_THAT(judge("analysis/model/decode.hpp", "\"analysis/catalogue/catalogue.hpp\""),
              ElementsAre(HasSubstr("pure")));
}

TEST(Layering, HeavyAndDeviceHeadersStayWhereTheyBelong) {
  EXPECT_THAT(judge("results/record/run.hpp", "<nlohmann/json.hpp>"), ElementsAre(HasSubstr("in one .cpp")));
  EXPECT_THAT(judge("results/record/run.cpp", "<nlohmann/json.hpp>"), IsEmpty());
  EXPECT_THAT(judge("bench/supervisor.cpp", "<mpi.h>"), ElementsAre(HasSubstr("only net may")));
  EXPECT_THAT(judge("bench/supervisor.cpp", "<cuda_runtime.h>"), ElementsAre(HasSubstr("only gpu may")));
}

TEST(Layering, IncludesStartAtTheRoot) {
  EXPECT_THAT(judge("results/record/run.cpp", "\"run.hpp\""), ElementsAre(HasSubstr("does not start at a folder")));
  EXPECT_THAT(judge("results/record/run.cpp", "\"../x.hpp\""), ElementsAre(HasSubstr("does not start at a folder")));
}

TEST(Layering, ReadsIncludesHoweverTheyAreSpaced) {
  EXPECT_THAT(wrong_arrows({{"results/a.cpp", "  # " + include("\"bench/b.hpp\"").substr(1)}}),
              ElementsAre(HasSubstr("a.cpp:1:")));
  EXPECT_THAT(wrong_arrows({{"docs/a.md", include("\"bench/b.hpp\"")}}), IsEmpty());
}

}  // namespace
}  // namespace sextant::tests
