// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/case.hpp"

// What is left out of a fit before a case is predicted from it.
namespace sextant::analysis {

enum class LeaveOut { nothing, device, family, memory_class, engine, model_size, alternate_size };
inline constexpr const char* leave_out_names[] = {"nothing", "device",     "family",        "memory_class",
                                                  "engine",  "model_size", "alternate_size"};
std::optional<LeaveOut> leave_out_from_name(std::string_view name);

// The fold of each case, in their order: a case is predicted from rows of other folds only. Names are those of what is left
// out: a device's id; "NVIDIA dc-gpu" (vendor and class); "HBM"; an engine family or a library; "up to 10 billion
// parameters"; "even" or "odd". Alternate sizes take every other size of a curve: of a message, a matrix, a cache, a batch;
// they are counted over all cases given, so fold the fitted and the predicted ones together. A refused case has no fold
// (empty), and neither has one to which the question does not apply: a curve of one size.
std::vector<std::string> folds(const std::vector<const Case*>& cases, LeaveOut what, const Catalogue& catalogue);

}  // namespace sextant::analysis
