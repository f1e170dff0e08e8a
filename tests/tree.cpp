// SPDX-License-Identifier: Apache-2.0
#include "tests/tree.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string_view>

namespace sextant::tests {
namespace {

bool is_made(const std::string& folder) {
  constexpr std::array made{std::string_view(".git"), std::string_view("build"), std::string_view("sextant-out"),
                            std::string_view("node_modules"), std::string_view(".cache")};
  return std::find(made.begin(), made.end(), folder) != made.end();
}

}  // namespace

std::vector<File> files_below(const std::filesystem::path& folder) {
  std::vector<File> files;
  for (std::filesystem::recursive_directory_iterator at(folder), end; at != end; ++at) {
    if (at->is_directory() && is_made(at->path().filename().string())) at.disable_recursion_pending();
    if (!at->is_regular_file()) continue;
    std::ifstream stream(at->path(), std::ios::binary);
    files.push_back({at->path().lexically_relative(folder).generic_string(),
                     {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()}});
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path < b.path; });
  return files;
}

bool is_source(const std::string& path) {
  const auto extension = std::filesystem::path(path).extension();
  return extension == ".hpp" || extension == ".cpp" || extension == ".cu" || extension == ".cuh";
}

}  // namespace sextant::tests
