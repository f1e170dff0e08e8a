// SPDX-License-Identifier: Apache-2.0
// privacy_check FOLDER...: prints what in these folders (a run, a report) names this machine; exit 1 when something
// does.
#include <cstdio>
#include <exception>

#include "tests/privacy.hpp"

int main(int count, char** arguments) {
  try {
    const auto identity = sextant::tests::identity_of_this_machine(SEXTANT_SOURCE_DIR);
    bool clean = true;
    for (int i = 1; i < count; ++i) {
      for (const auto& leak : sextant::tests::leaks(sextant::tests::files_below(arguments[i]), identity)) {
        std::printf("%s/%s\n", arguments[i], leak.c_str());
        clean = false;
      }
    }
    return clean ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "privacy_check: %s\n", error.what());
    return 3;
  }
}
