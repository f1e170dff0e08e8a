// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/designs/document.hpp"
#include "analysis/model/workload.hpp"

namespace sextant::analysis {

// A TOML file: model, precision, batch, context, output. Throws InvalidInput naming file, line, key, value and the fix;
// also for a model whose shape the catalogue does not know.
Workload read_workload(const std::filesystem::path& file, const Catalogue& catalogue,
                       const std::vector<Override>& overrides = {});
Workload interpret_workload(Document document, std::string name, const Catalogue& catalogue,
                            const std::vector<Override>& overrides = {});

}  // namespace sextant::analysis
