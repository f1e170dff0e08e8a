// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/case.hpp"
#include "results/import/published_row.hpp"

// Inside the readers of published cases only: one row of each table.
namespace sextant::analysis {

// Why a row is not predicted: the first reason that was given.
class Refusal {
 public:
  explicit Refusal(std::string& reason) : reason_(reason) {}
  void because(std::string_view reason) {
    if (reason_.empty()) reason_ = reason;
  }
  // The entry of a name, or nullptr and a reason.
  const Entry* known(const Catalogue& catalogue, Kind kind, std::string_view name);

 private:
  std::string& reason_;
};

// What all tables have: id, source, accelerator and its device, trust, stated bandwidth.
Case common_of(const results::PublishedRow& row, const Catalogue& catalogue);

Case decode_case_of(const results::PublishedRow& row, const Catalogue& catalogue);
Case collective_case_of(const results::PublishedRow& row, const Catalogue& catalogue);
Case product_case_of(const results::PublishedRow& row, const Catalogue& catalogue);
Case attention_case_of(const results::PublishedRow& row, const Catalogue& catalogue);
Case memory_case_of(const results::PublishedRow& row, const Catalogue& catalogue);

}  // namespace sextant::analysis
