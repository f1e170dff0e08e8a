// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "tests/tree.hpp"

namespace sextant::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Programs say their licence themselves, near the top; data is covered by LICENSES and by each data package.
bool must_say_it(const File& file) {
  const std::filesystem::path path(file.path);
  const auto extension = path.extension();
  return is_source(file.path) || path.filename() == "CMakeLists.txt" || extension == ".cmake" || extension == ".sh" ||
         extension == ".mjs" || file.path.starts_with("scripts/") || file.text.starts_with("#!");
}

bool says_it(const File& file) {
  std::size_t end = 0;
  for (int line = 0; line < 3 && end != std::string::npos; ++line) end = file.text.find('\n', end + 1);
  return std::string_view(file.text).substr(0, end).find("SPDX-License-Identifier: ") != std::string_view::npos;
}

std::vector<std::string> without_licence(const std::vector<File>& files) {
  std::vector<std::string> missing;
  for (const auto& file : files) {
    if (must_say_it(file) && !says_it(file)) missing.push_back(file.path);
  }
  return missing;
}

TEST(Licence, StandsInEverySourceFile) { EXPECT_THAT(without_licence(files_below(SEXTANT_SOURCE_DIR)), IsEmpty()); }

TEST(Licence, AFileWithoutOneIsFound) {
  const std::string line = "SPDX-License-Identifier: Apache-2.0\n";
  EXPECT_THAT(without_licence({{"a.cpp", "int a;\n"},
                               {"b.cpp", "// " + line},
                               {"c.md", "text"},
                               {"d", "#!/bin/sh\n# " + line},
                               {"e", "#!/bin/sh\necho\n"},
                               {"f.cpp", "\n\n\n\n// " + line}}),
              ElementsAre("a.cpp", "e", "f.cpp"));
}

TEST(Licence, TextsAreThere) {
  const std::filesystem::path root(SEXTANT_SOURCE_DIR);
  EXPECT_TRUE(std::filesystem::exists(root / "LICENSE"));
  EXPECT_TRUE(std::filesystem::exists(root / "LICENSES/Apache-2.0.txt"));
}

}  // namespace
}  // namespace sextant::tests
