// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "analysis/validation/example_cases.hpp"
#include "analysis/validation/outcome.hpp"

// Invented outcomes for the tests of this folder: every value known.
namespace sextant::analysis::example {

struct Outcomes {
  std::deque<Case> cases;  // a deque: outcomes point into it
  std::vector<Outcome> list;

  Outcomes() = default;
  Outcomes(Outcomes&&) = default;
  Outcomes(const Outcomes&) = delete;

  // predicted / measured, and the interval from predicted / spread to predicted x spread.
  Outcome& add(double ratio, double spread = 2) {
    Case c = decode_case();
    c.id = "a-" + std::to_string(cases.size() + 1);
    cases.push_back(std::move(c));
    Outcome o;
    o.measured = &cases.back();
    o.predicted.value = ratio * cases.back().measured;
    o.predicted.low = o.predicted.value / spread;
    o.predicted.high = o.predicted.value * spread;
    o.predicted.transfer = results::TransferClass::T2;
    o.predicted.others = 5;
    o.predicted.basis = "5 other devices";
    o.predicted.bound = "memory bandwidth";
    list.push_back(std::move(o));
    return list.back();
  }
  Outcome& refuse(std::string reason) {
    Outcome& o = add(1);
    o.predicted = {};
    o.status = OutcomeStatus::refused;
    o.predicted.others = 3;  // of a class that others could tell of
    o.reason = std::move(reason);
    return o;
  }
};

}  // namespace sextant::analysis::example
