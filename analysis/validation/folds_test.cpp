// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/folds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/validation/example_cases.hpp"

namespace sextant::analysis {
namespace {

using example::catalogue;
using example::decode_case;
using example::decoding;
using ::testing::ElementsAre;

Case of_kind(Group group, decltype(Case::what) what) {
  Case c = decode_case();
  c.group = group;
  c.what = std::move(what);
  return c;
}

Case product_case(double n) { return of_kind(Group::gemm, Product{"trtllm", "bf16", 1, n, 4096, 8192 * n}); }
Case attention_case(double bytes) {
  return of_kind(Group::attention, AttentionCall{"FlashInfer", "bf16", 1, 32, 8, 128, 1024, bytes});
}
Case collective_case(double bytes) {
  return of_kind(Group::collectives, CollectiveCall{"nccl", "allreduce", 8, bytes});
}
Case memory_case() { return of_kind(Group::memory, MemoryFigure{"stream_triad"}); }

Case on(const char* device, Case c = decode_case()) {
  c.device = device;
  return c;
}

std::vector<std::string> folds_of(const std::vector<Case>& cases, LeaveOut what) {
  std::vector<const Case*> pointers;
  for (const Case& c : cases) pointers.push_back(&c);
  return folds(pointers, what, catalogue());
}
std::string fold_of(const Case& c, LeaveOut what) { return folds_of({c}, what).at(0); }

TEST(Folds, NamesAreThoseOfTheCommandLine) {
  EXPECT_EQ(leave_out_from_name("memory_class"), LeaveOut::memory_class);
  EXPECT_EQ(leave_out_from_name("alternate_size"), LeaveOut::alternate_size);
  EXPECT_EQ(leave_out_from_name("Device"), std::nullopt);
}

TEST(Folds, ADecodeRunHasAFoldOfEveryKind) {
  EXPECT_EQ(fold_of(decode_case(), LeaveOut::device), "h100-sxm");
  EXPECT_EQ(fold_of(decode_case(), LeaveOut::family), "NVIDIA dc-gpu");
  EXPECT_EQ(fold_of(decode_case(), LeaveOut::memory_class), "HBM");
  EXPECT_EQ(fold_of(decode_case(), LeaveOut::engine), "llama.cpp CUDA");
  EXPECT_EQ(fold_of(decode_case(), LeaveOut::model_size), "up to 10 billion parameters");
  EXPECT_EQ(fold_of(on("rtx-4090"), LeaveOut::family), "NVIDIA consumer-gpu");
  EXPECT_EQ(fold_of(on("rtx-4090"), LeaveOut::memory_class), "GDDR");
}

TEST(Folds, ModelsOfOneSizeShareAFold) {
  Case c = decode_case();
  const auto size = [&](const char* model) {
    decoding(c).model = model;
    return fold_of(c, LeaveOut::model_size);
  };
  EXPECT_EQ(size("llama-2-13b"), "up to 20 billion parameters");
  EXPECT_EQ(size("llama-2-70b"), "up to 100 billion parameters");
  EXPECT_EQ(size("mixtral-8x7b"), "up to 50 billion parameters") << "of all experts, not of those that work";
  EXPECT_EQ(size("deepseek-v3"), "above 300 billion parameters");
  EXPECT_EQ(size(""), "");
}

TEST(Folds, AComponentHasALibraryForAnEngineAndNoModel) {
  const std::pair<Case, const char*> components[] = {{product_case(4096), "trtllm"},
                                                     {attention_case(1e6), "FlashInfer"},
                                                     {collective_case(4096), "nccl"},
                                                     {memory_case(), ""}};
  for (const auto& [c, library] : components) {
    EXPECT_EQ(fold_of(c, LeaveOut::device), "h100-sxm");
    EXPECT_EQ(fold_of(c, LeaveOut::memory_class), "HBM");
    EXPECT_EQ(fold_of(c, LeaveOut::engine), library);
    EXPECT_EQ(fold_of(c, LeaveOut::model_size), "");
  }
}

TEST(Folds, ARefusedCaseHasNone) {
  Case refused = decode_case();
  refused.refused = "beats physics";
  for (const LeaveOut what : {LeaveOut::device, LeaveOut::family, LeaveOut::memory_class, LeaveOut::engine,
                              LeaveOut::model_size, LeaveOut::alternate_size})
    EXPECT_EQ(fold_of(refused, what), "");
  Case larger = refused;
  decoding(larger).batch = 2;
  EXPECT_THAT(folds_of({refused, larger}, LeaveOut::alternate_size), ElementsAre("", ""));
}

TEST(Folds, SizesAlternateWithinACurveWhateverTheirOrder) {
  EXPECT_THAT(folds_of({product_case(4096), product_case(1024), product_case(8192), product_case(2048)},
                       LeaveOut::alternate_size),
              ElementsAre("even", "even", "odd", "odd"));
  EXPECT_THAT(folds_of({attention_case(1e6), attention_case(2e6), attention_case(4e6)}, LeaveOut::alternate_size),
              ElementsAre("even", "odd", "even"));
  EXPECT_THAT(folds_of({collective_case(4096), collective_case(8192)}, LeaveOut::alternate_size),
              ElementsAre("even", "odd"));
}

TEST(Folds, OneSizeIsInOneFoldHoweverOftenItWasMeasured) {
  EXPECT_THAT(folds_of({product_case(1024), product_case(1024), product_case(2048)}, LeaveOut::alternate_size),
              ElementsAre("even", "even", "odd"));
}

TEST(Folds, BatchAndLengthsPlaceARunOnItsCurve) {
  std::vector<Case> runs(4, decode_case());
  decoding(runs[1]).batch = 16;
  decoding(runs[2]).batch = 16;
  decoding(runs[2]).input = 512;
  decoding(runs[3]).batch = 64;
  EXPECT_THAT(folds_of(runs, LeaveOut::alternate_size), ElementsAre("even", "odd", "even", "odd"));
}

TEST(Folds, ACurveOfOneSizeHasNone) {
  EXPECT_EQ(fold_of(product_case(1024), LeaveOut::alternate_size), "");
  EXPECT_EQ(fold_of(memory_case(), LeaveOut::alternate_size), "");
  EXPECT_THAT(folds_of({product_case(1024), on("a100-sxm-80", product_case(2048))}, LeaveOut::alternate_size),
              ElementsAre("", ""))
      << "another device is another curve";
  Case eight_bit = product_case(2048);
  std::get<Product>(eight_bit.what).type = "fp8";
  EXPECT_THAT(folds_of({product_case(1024), eight_bit}, LeaveOut::alternate_size), ElementsAre("", ""));
}

}  // namespace
}  // namespace sextant::analysis
