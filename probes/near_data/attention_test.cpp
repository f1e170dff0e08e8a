// SPDX-License-Identifier: Apache-2.0
#include "probes/near_data/attention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

Point point(const std::string& scheme, const std::string& type, double context, const std::string& layout,
            double threads = 1) {
  return {{"scheme", scheme}, {"type", type}, {"context", context}, {"layout", layout}, {"threads", threads}};
}

std::vector<Point> every_kind(double context, double threads = 1) {
  std::vector<Point> all;
  for (const char* scheme : {"gqa", "mha", "mla"}) {
    for (const char* type : {"f16", "int8"}) {
      for (const char* layout : {"contiguous", "paged"}) all.push_back(point(scheme, type, context, layout, threads));
    }
  }
  return all;
}

TEST(Attention, EveryKindIsSoundBesideTheOthers) {
  Bench bench;
  std::vector<std::unique_ptr<Trial>> trials;
  for (const double context : {128.0, 256.0}) {
    for (double threads = 1; threads <= std::min<double>(2, double(bench.machine.processors.size())); ++threads) {
      for (const Point& each : every_kind(context, threads)) trials.push_back(attention_trial(bench.workspace, each));
    }
  }
  for (int turn = 0; turn < 2; ++turn) {
    for (const auto& trial : trials) trial->run(9);
  }
  for (const auto& trial : trials) EXPECT_NO_THROW(trial->verify());
}

TEST(AttentionMutant, OneTokenSkipped) {
  Bench bench;
  for (const Point& each : every_kind(1024)) {
    expect_caught(
        attention_trial(bench.workspace, each, [](auto& layout, auto pages, auto first, auto last, auto q, auto& part) {
          attend(layout, pages, first, last - 1, q, part);
        }));
  }
}

TEST(AttentionMutant, OneNumberWrong) {
  Bench bench;
  for (const Point& each : every_kind(128)) {
    expect_caught(
        attention_trial(bench.workspace, each, [](auto& layout, auto pages, auto first, auto last, auto q, auto& part) {
          attend(layout, pages, first, last, q, part);
          part.weighted[3] += 0.5f;
        }));
  }
}

TEST(AttentionMutant, OnePageInPlaceOfAnother) {
  Bench bench;
  for (const char* scheme : {"gqa", "mha", "mla"}) {
    expect_caught(attention_trial(bench.workspace, point(scheme, "f16", 1024, "paged"),
                                  [](auto& layout, auto pages, auto first, auto last, auto q, auto& part) {
                                    std::vector<std::byte*> wrong(pages.begin(), pages.end());
                                    wrong[5] = wrong[4];
                                    attend(layout, wrong, first, last, q, part);
                                  }));
  }
}

TEST(AttentionMutant, AnswerOfThePassBefore) {
  Bench bench;
  for (const Point& each : every_kind(128)) {
    expect_caught(attention_trial(
        bench.workspace, each,
        [previous = std::vector<float>()](auto& layout, auto pages, auto first, auto last, auto q, auto& part) mutable {
          if (previous.empty()) previous.assign(q.begin(), q.end());
          const auto stale = std::exchange(previous, std::vector<float>(q.begin(), q.end()));
          attend(layout, pages, first, last, stale, part);
        }));
  }
}

TEST(AttentionMutant, PartsNotCombined) {
  Bench bench;
  if (bench.machine.processors.size() < 2) GTEST_SKIP() << "needs two processors";
  for (const char* type : {"f16", "int8"}) {
    expect_caught(attention_trial(bench.workspace, point("mla", type, 256, "paged", 2),
                                  [](auto& layout, auto pages, auto first, auto last, auto q, auto& part) {
                                    if (first == 0) attend(layout, pages, first, last, q, part);  // the second forgets
                                  }));
  }
}

TEST(Attention, CountsKeysValuesAndScales) {
  Bench bench;
  const Work gqa = attention_trial(bench.workspace, point("gqa", "f16", 128, "paged"))->run(2);
  EXPECT_EQ(gqa.bytes, 2.0 * 128 * 8 * 2 * 128 * 2);
  EXPECT_EQ(gqa.operations, 2.0 * 128 * 32 * 2 * 2 * 128);
  const Work int8 = attention_trial(bench.workspace, point("mha", "int8", 128, "contiguous"))->run(1);
  EXPECT_EQ(int8.bytes, 128.0 * 32 * 2 * (128 + 4));
  const Work mla = attention_trial(bench.workspace, point("mla", "f16", 128, "contiguous"))->run(1);
  EXPECT_EQ(mla.bytes, 128.0 * 576 * 2);
  EXPECT_EQ(mla.operations, 128.0 * 128 * 2 * (576 + 512));
}

TEST(Attention, WhatCannotBeHasASentence) {
  Bench bench;
  for (const Point& each : {point("gqa", "f16", 100, "paged"), point("gqa", "f16", 1e9, "paged"),
                            point("gqa", "int4", 128, "paged"), point("gqa", "f16", 128, "paged", 4096)}) {
    EXPECT_THROW(attention_trial(bench.workspace, each), Unavailable);
  }
  Bench none(0);
  EXPECT_THROW(attention_trial(none.workspace, point("gqa", "f16", 128, "paged")), Unavailable);
}

}  // namespace
}  // namespace sextant::probes
