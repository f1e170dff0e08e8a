// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/model/operators.hpp"
#include "analysis/workloads/workload_reader.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::filesystem::path root() { return std::filesystem::path(SEXTANT_SOURCE_DIR) / "analysis"; }

const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(root() / "catalogue");
  return loaded;
}

constexpr const char* small = R"(model = "llama-3.1-8b"
[precision]
weights = "FP8"
cache = "BF16"
activations = "BF16"
[load]
batch = "4"
context = "4096 tokens"
output = "512 tokens"
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = small;
  return text.replace(text.find(from), from.size(), to);
}

std::string message(const std::string& text, const std::vector<Override>& overrides = {}) {
  try {
    interpret_workload(parse_document(text, "test.toml"), "test", catalogue(), overrides);
  } catch (const results::InvalidInput& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Workload, EveryShippedWorkloadReads) {
  std::vector<std::string> models;
  for (const auto& entry : std::filesystem::directory_iterator(root() / "workloads")) {
    if (entry.path().extension() != ".toml") continue;
    const Workload w = read_workload(entry.path(), catalogue());
    EXPECT_EQ(w.name + ".toml", entry.path().filename());
    EXPECT_GT(w.context, 0);
    models.push_back(w.model_name);
  }
  for (const char* model :
       {"llama-3.1-8b", "llama-3.1-70b", "llama-3.1-405b", "mixtral-8x7b", "gpt-oss-120b", "qwen3-8b"}) {
    EXPECT_THAT(models, testing::Contains(model));
  }
}

TEST(Workload, TakesShapeAndFormatsFromTheCatalogue) {
  const Workload w = interpret_workload(parse_document(small, "test.toml"), "test", catalogue());
  EXPECT_EQ(w.model.layers, 32);
  EXPECT_EQ(w.precision.weight, 1);
  EXPECT_EQ(w.precision.expert, 1);
  EXPECT_EQ(w.precision.weight_arithmetic, Arithmetic::fp8);
  EXPECT_EQ(w.precision.cache, 2);
  EXPECT_EQ(w.batch, 4);
}

TEST(Workload, FourBitExpertsBesideSixteenBitAttention) {
  const Workload w = read_workload(root() / "workloads/gpt-oss-120b-mxfp4-b1.toml", catalogue());
  EXPECT_EQ(w.precision.weight, 2);
  EXPECT_EQ(w.precision.expert, 0.53125);
  EXPECT_EQ(full_attention_layers(w.model), 18);
  EXPECT_NEAR(resident_weights(w, 1), 65.1e9, 0.7e9);  // about 61 GiB, as the checkpoint on disk
}

TEST(Workload, RefusalsNameFileLineAndFix) {
  EXPECT_THAT(message(with("batch = \"4\"", "batch = 4")), AllOf(HasSubstr("test.toml:7"), HasSubstr("needs a unit")));
  EXPECT_THAT(message(with("batch", "bacth")),
              AllOf(HasSubstr("test.toml:7"), HasSubstr("did you mean 'load.batch'?")));
  EXPECT_THAT(message(with("\"4\"", "\"4 GB\"")), HasSubstr("not a physical quantity"));
  EXPECT_THAT(message(with("\"4\"", "\"1.5\"")), HasSubstr("whole number"));
  EXPECT_THAT(message(with("\"FP8\"", "\"FP9\"")), HasSubstr("did you mean"));
  EXPECT_THAT(message(with("llama-3.1-8b", "llama-3.1-8c")), HasSubstr("did you mean 'llama-3.1-8b'?"));
  EXPECT_THAT(message(with("llama-3.1-8b", "deepseek-v4-flash")),
              AllOf(HasSubstr("test.toml:1"), HasSubstr("cannot be projected")));
  EXPECT_THAT(message(with("output = \"512 tokens\"\n", "")), HasSubstr("'load.output' is missing"));
}

TEST(Workload, OverridesAreReadLikeTheFile) {
  const Workload w = interpret_workload(parse_document(small, "test.toml"), "test", catalogue(),
                                        {parse_override("workload.load.batch=16")});
  EXPECT_EQ(w.batch, 16);
  EXPECT_THAT(message(small, {parse_override("workload.load.bach=16")}), HasSubstr("did you mean 'load.batch'?"));
}

}  // namespace
}  // namespace sextant::analysis
