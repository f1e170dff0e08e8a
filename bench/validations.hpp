// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/validation/cross_validation.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

// Published cases predicted, for the commands that show them.
namespace sextant::bench {

struct ValidationOptions {
  std::vector<std::string> cases, fit;  // tables, files or folders; an empty fit is what comes with the program
  std::string leave_out = "nothing";
};

// --cases, --fit and --leave-out. Returns --cases.
CLI::Option* add_validation_options(CLI::App& command, ValidationOptions& options);

// What was validated; the cases live as long as it does.
struct ValidatedCases {
  analysis::Catalogue catalogue;
  std::vector<analysis::Case> cases;
  analysis::Validation validation;
};
ValidatedCases validated(const ValidationOptions& options);

}  // namespace sextant::bench
