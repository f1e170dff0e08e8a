// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/case.hpp"

// Published tables: files become cases.
namespace sextant::analysis {

// Reads tables of decode runs, collectives, matrix products, decode attention and memory figures; which one a file is,
// its header says. A path is a file, or a folder, whose *.csv files are read in the order of their names.
//
// A name that nobody knows (accelerator, model, number format, engine, metric, library, operation) refuses its case,
// with the nearest known name, and so does a value that beats physics (physics.hpp). Throws results::InvalidInput, with
// file, line, column, value and fix, for what is no such table: a missing column, an empty id, one that stands twice
// over all paths, a number that is none, a unit other than the metric's.
std::vector<Case> read_cases(const std::vector<std::filesystem::path>& paths, const Catalogue& catalogue);

std::vector<Case> with_metric(const std::vector<Case>& cases, Metric metric);

}  // namespace sextant::analysis
