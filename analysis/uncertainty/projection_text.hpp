// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/model/projection.hpp"

// Projections for people and for programs. Units are formatted here and nowhere before.
namespace sextant::analysis {

// One line for each projection, in groups of one workload: design, time per token with P5 and P95, tokens per second and
// user and in all, what bounds it, class. What does not fit says by how much. The shipped names fit 140 columns.
std::string table_text(const std::vector<Projection>& projections);

// Every term of one projection with equation, bytes, bandwidth, parameter, source and class; phases, what decides the
// spread, assumptions.
std::string explain_text(const Projection& projection);

// RFC 4180, SI units, one row for each projection; empty cells where nothing fits.
std::string projection_csv(const std::vector<Projection>& projections);
void write_projection_csv(const std::filesystem::path& file, const std::vector<Projection>& projections);  // WriteError

// The document of `sextant project --json`: null where a model does not fit.
std::string projections_json(const std::vector<Projection>& projections);

}  // namespace sextant::analysis
