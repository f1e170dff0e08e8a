// SPDX-License-Identifier: Apache-2.0
#include "analysis/catalogue/weight_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/model/operators.hpp"
#include "results/record/csv.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::analysis {
namespace {

using testing::HasSubstr;

const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
  return loaded;
}

TEST(WeightFiles, AreBytesOfAModelInAType) {
  EXPECT_DOUBLE_EQ(file_bytes(catalogue(), "llama-2-7b", "Q4_0"), 3.823e9);
  EXPECT_EQ(file_bytes(catalogue(), "llama-2-7b", "Q2_K"), 0);
  EXPECT_GE(catalogue().weight_files.size(), 25u);
}

// A wrong unit or model would be off by more: mixes keep some tensors wider.
TEST(WeightFiles, AgreeWithTheElementsAndTheSizeOfTheType) {
  for (const WeightFile& file : catalogue().weight_files) {
    Workload elements;
    elements.model = model_shape(find(catalogue(), Kind::model, file.model));
    elements.precision = {1, 1, 1, 1, 1};
    const double bytes = find(find(catalogue(), Kind::precision, file.weight_type), "bytes").estimate.value;
    const double ratio = file.bytes / (resident_weights(elements, 1) * bytes);
    EXPECT_GT(ratio, 0.9) << file.model << " " << file.weight_type;
    EXPECT_LT(ratio, 1.25) << file.model << " " << file.weight_type;
  }
}

std::string refusal(const std::string& rows) {
  const results::TemporaryFolder folder;
  std::ofstream(folder.path() / "weight_files.csv") << "model,weight_type,file[GB],source\n" << rows;
  try {
    load_weight_files(folder.path() / "weight_files.csv", catalogue());
  } catch (const results::InvalidInput& error) {
    return error.what();
  }
  return "accepted";
}

TEST(WeightFiles, RefuseWhatTheyCannotMean) {
  EXPECT_EQ(refusal("llama-2-7b,Q4_0,3.8,s\n"), "accepted");
  EXPECT_THAT(refusal("llama-2-7x,Q4_0,3.8,s\n"), HasSubstr("no model"));
  EXPECT_THAT(refusal("llama-2-7b,Q4_X,3.8,s\n"), HasSubstr("no number format"));
  EXPECT_THAT(refusal("llama-2-7b,Q4_0,0,s\n"), HasSubstr("above 0"));
  EXPECT_THAT(refusal("llama-3.1-70b,Q4_0,3.8,s\nllama-3.3-70b,Q4_0,3.8,s\n"), HasSubstr("stands twice"));
}

}  // namespace
}  // namespace sextant::analysis
