// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/model/projection.hpp"
#include "analysis/uncertainty/discrepancy.hpp"

// The error of the model's form in a projection, by its transfer class (decode-model.md section 6.5). Nothing is added
// where the model does not fit or the table is empty.
namespace sextant::analysis {

// A factor on the time of every draw. Two designs of one class have the same factors, so that what the model's form does
// to both cancels when they are compared; those of different classes are independent: nothing says that the model errs
// alike on a device it knows and on one it does not.
std::vector<double> form_factors(const Projection& projection, const Discrepancies& table, std::size_t draws,
                                 std::uint64_t seed);

// How much it spreads a time of `seconds`; the share is still log(t95 / t5) squared.
std::optional<Influence> form_influence(const Projection& projection, const Discrepancies& table, double seconds);

// The record of what was drawn, and the sentence that says so.
void describe_form(Projection& projection, const Discrepancies& table);

}  // namespace sextant::analysis
