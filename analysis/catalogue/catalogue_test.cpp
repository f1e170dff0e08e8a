// SPDX-License-Identifier: Apache-2.0
#include "analysis/catalogue/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "analysis/model/operators.hpp"
#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::analysis {

using results::distance;
using results::nearest;
namespace {

using results::InvalidInput;
using testing::HasSubstr;

std::filesystem::path folder() { return std::filesystem::path(SEXTANT_SOURCE_DIR) / "analysis/catalogue"; }

const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(folder());
  return loaded;
}

template <class F>
std::string message(F&& f) {
  try {
    f();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "nothing was thrown";
}

Kind kind_of(const std::string& text) {
  return text == "device" ? Kind::device : text == "model" ? Kind::model : Kind::precision;
}

TEST(Catalogue, EveryNameOfThePublishedMeasurementsResolves) {
  const results::CsvTable names = results::read_csv(folder() / "validation_names.csv");
  EXPECT_GT(names.rows.size(), 200u);
  for (std::size_t row = 0; row < names.rows.size(); ++row) {
    EXPECT_NE(lookup(catalogue(), kind_of(names.cell(row, "kind")), names.cell(row, "name")), nullptr)
        << names.cell(row, "name");
  }
}

TEST(Catalogue, NamesAreFoundInAnyCaseAndByAlias) {
  EXPECT_EQ(find(catalogue(), Kind::device, "H100-sxm").id, "h100-sxm");
  EXPECT_EQ(find(catalogue(), Kind::device, "b200").id, "b200-sxm");
  EXPECT_EQ(find(catalogue(), Kind::model, "llama-3.3-70b").id, "llama-3.1-70b");
  EXPECT_EQ(find(catalogue(), Kind::precision, "fp16").id, "F16");
  EXPECT_EQ(find(catalogue(), Kind::technology, "HBF gen 1").id, "hbf_sandisk_gen1");
}

TEST(Catalogue, AWrongNameGetsTheNearest) {
  EXPECT_THAT(message([] { find(catalogue(), Kind::device, "h100-sxn"); }), HasSubstr("did you mean 'h100-sxm'?"));
  EXPECT_THAT(message([] { find(find(catalogue(), Kind::device, "h100-sxm"), "bandwith"); }),
              HasSubstr("did you mean 'bandwidth'?"));
}

TEST(Catalogue, FiguresAreInSiUnits) {
  EXPECT_DOUBLE_EQ(find(find(catalogue(), Kind::device, "h100-sxm"), "bandwidth").estimate.value, 3350e9);
  EXPECT_DOUBLE_EQ(find(find(catalogue(), Kind::device, "h100-sxm"), "bf16").estimate.value, 989e12);
  EXPECT_DOUBLE_EQ(find(find(catalogue(), Kind::technology, "hbm3e"), "energy_read").estimate.value, 3.44e-12 * 8);
  EXPECT_DOUBLE_EQ(find(find(catalogue(), Kind::precision, "MXFP4"), "bytes").estimate.value, 4.25 / 8);
}

// F1 and A8 of decode-model.md section 8, from the catalogue.
TEST(Catalogue, HighBandwidthFlashAndHbmCoFiguresAreThePublishedOnes) {
  const Entry& hbf = find(catalogue(), Kind::technology, "hbf_sandisk_gen1");
  EXPECT_EQ(8 * find(hbf, "capacity_per_unit").estimate.value, 4.096e12);
  EXPECT_NEAR(find(hbf, "capacity_per_unit").estimate.value / find(hbf, "read_bandwidth").estimate.value, 0.320, 1e-12);
  const Entry& co = find(catalogue(), Kind::technology, "hbm_co");
  const double ratio = find(co, "read_bandwidth").estimate.value / find(co, "capacity_per_unit").estimate.value;
  EXPECT_NEAR(ratio / 341, 1, 0.04);
  EXPECT_NEAR(1 / ratio / 2.9e-3, 1, 0.04);
}

TEST(Catalogue, ConflictingSourcesSpanTheInterval) {
  const PublishedFigure& capacity = find(find(catalogue(), Kind::device, "b200-sxm"), "capacity");
  EXPECT_EQ(capacity.estimate.value, 192e9);
  EXPECT_EQ(capacity.estimate.low, 180e9);
  EXPECT_THAT(capacity.note, HasSubstr("180 GB according to"));
  EXPECT_EQ(find(find(catalogue(), Kind::device, "b200-sxm"), "bandwidth").estimate.high, 8000e9);
  EXPECT_GT(catalogue().conflicts.size(), 15u);
}

TEST(Catalogue, AModelWithoutAPublishedShapeIsRefusedByNamingWhatIsMissing) {
  EXPECT_THAT(
      message([] { model_shape(find(catalogue(), Kind::model, "deepseek-v4-flash")); }),
      testing::AllOf(HasSubstr("'deepseek-v4-flash' cannot be projected"), HasSubstr("layers, hidden, query_heads")));
  EXPECT_THAT(message([] { model_shape(find(catalogue(), Kind::model, "qwen3.5-397b-a17b")); }), HasSubstr("hidden"));
}

// The shapes give the published totals: every weight is counted once.
TEST(Catalogue, ShapesAddUpToThePublishedParameters) {
  int shapes = 0;
  for (const std::string& id : names(catalogue(), Kind::model)) {
    if (id == "deepseek-v4-flash" || id == "qwen3.5-397b-a17b") continue;
    const Entry& entry = find(catalogue(), Kind::model, id);
    Workload w;
    w.model = model_shape(entry);
    w.precision = {1, 1, 1, 1, 1};
    EXPECT_NEAR(resident_weights(w, 1) / find(entry, "parameters").estimate.value, 1, 0.02) << id;
    ++shapes;
  }
  EXPECT_GE(shapes, 82);
}

// A copy of the catalogue in which one text of one file is replaced.
std::string load_with(const char* file, const std::string& from, const std::string& to) {
  results::TemporaryFolder copy;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".csv") std::filesystem::copy(entry.path(), copy.path() / entry.path().filename());
  }
  std::string text = results::read_text(copy.path() / file);
  text.replace(text.find(from), from.size(), to);
  std::ofstream(copy.path() / file) << text;
  return message([&] { load_catalogue(copy.path()); });
}

// The refusal of a model in a copy of the catalogue in which one text of its table is replaced.
std::string shape_with(const char* model, const std::string& from, const std::string& to) {
  results::TemporaryFolder copy;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".csv") std::filesystem::copy(entry.path(), copy.path() / entry.path().filename());
  }
  std::string text = results::read_text(copy.path() / "models.csv");
  text.replace(text.find(from), from.size(), to);
  std::ofstream(copy.path() / "models.csv") << text;
  return message([&] { model_shape(find(load_catalogue(copy.path()), Kind::model, model)); });
}

TEST(Catalogue, AModelWhoseParametersContradictItsShapeIsRefused) {
  const char* model = "llama-3.1-70b";
  EXPECT_EQ(shape_with(model, "llama-3.1-70b,Llama 3.1 70B,llama-3.3-70b,80", "llama-3.1-70b,Llama 3.1 70B,x,80"),
            "nothing was thrown");
  EXPECT_THAT(shape_with(model, "llama-3.1-70b,Llama 3.1 70B,llama-3.3-70b,80", "llama-3.1-70b,Llama 3.1 70B,x,82"),
              testing::AllOf(HasSubstr("models.csv:9"), HasSubstr("'llama-3.1-70b'"), HasSubstr("'parameters' = "),
                             HasSubstr("70553706496"), HasSubstr("over 2 %")));
}

TEST(Catalogue, ATokenCannotUseMoreExpertsThanThereAre) {
  EXPECT_THAT(
      shape_with("mixtral-8x7b", ",32000,0,8,2,0,14336,0", ",32000,0,8,9,0,14336,0"),
      testing::AllOf(HasSubstr("models.csv:"), HasSubstr("'experts' = 8"), HasSubstr("'experts_per_token' = 9")));
}

TEST(Catalogue, AColumnWithoutAUnitIsRefused) {
  EXPECT_THAT(load_with("devices.csv", "bandwidth[GB/s]", "bandwidth"),
              testing::AllOf(HasSubstr("devices.csv:1"), HasSubstr("'bandwidth' has no unit")));
}

TEST(Catalogue, ARowWithoutAUnitIsRefused) {
  EXPECT_THAT(load_with("technologies.csv", ",B/s,", ",,"),
              testing::AllOf(HasSubstr("technologies.csv"), HasSubstr("needs a unit")));
}

TEST(Catalogue, AnUnknownUnitIsRefused) {
  EXPECT_THAT(load_with("devices.csv", "capacity[GB]", "capacity[parsec]"), HasSubstr("parsec"));
}

TEST(Catalogue, ANameForTwoEntriesIsRefused) {
  EXPECT_THAT(load_with("devices.csv", "A100 SXM4 40GB,A100-SXM-40GB", "A100 SXM4 40GB,H100"),
              HasSubstr("stands for both"));
}

TEST(Catalogue, AConflictAboutNothingIsRefused) {
  EXPECT_THAT(load_with("conflicts.csv", "b200-sxm", "b201"),
              testing::AllOf(HasSubstr("conflicts.csv"), HasSubstr("no entry of the catalogue")));
}

TEST(Nearest, CountsEditsAndIgnoresCase) {
  EXPECT_EQ(distance("kitten", "sitting"), 3u);
  EXPECT_EQ(distance("HBM", "hbm"), 0u);
  EXPECT_EQ(nearest("memroy.read", {"memory.read", "storage.read"}), "memory.read");
  EXPECT_EQ(nearest("zzzzzz", {"memory.read"}), "");
}

}  // namespace
}  // namespace sextant::analysis
