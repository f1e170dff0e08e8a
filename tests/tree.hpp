// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sextant::tests {

struct File {
  std::string path;  // relative, with '/'
  std::string text;
};

// Every regular file below a folder, sorted; not what git, a build, a run or npm puts there.
std::vector<File> files_below(const std::filesystem::path& folder);

// C++ and CUDA: .hpp .cpp .cu .cuh
bool is_source(const std::string& path);

}  // namespace sextant::tests
