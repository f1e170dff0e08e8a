// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/tree.hpp"

namespace sextant::tests {

// Every include that points the wrong way (docs/architecture.md, "Folders"), as "file:line: what is wrong".
std::vector<std::string> wrong_arrows(const std::vector<File>& files);

}  // namespace sextant::tests
