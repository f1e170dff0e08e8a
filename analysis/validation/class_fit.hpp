// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "analysis/validation/component_call.hpp"

// What all devices of a class have in common: three parameters a class, which multiply data sheets.
namespace sextant::analysis {

using ClassFits = std::map<CallClass, CallParameters>;

// Least squares of log(predicted / published) with Huber weights, each device counting the same, with what the classes
// of the group have in common (median and spread of their parameters) as a prior: a class whose rows do not show a
// parameter takes that of the others. Calls of one group.
ClassFits fit_classes(std::span<const Call* const> calls, const Equations& equations);

// Classes to learn about `one` from: itself where it was fitted, else those that share most with it, the link counting
// more than the kind and the kind more than the library. Empty where there is no other either. Rows that time the host
// lend to none.
std::vector<CallClass> nearest_classes(const ClassFits& fits, const CallClass& one, bool itself = true);

}  // namespace sextant::analysis
