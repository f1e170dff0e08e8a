// SPDX-License-Identifier: Apache-2.0
// For acceptance_commands: `fixed_work N` takes N dependent steps that no compiler can leave out, and nothing else.
#include <cstdint>
#include <cstdlib>

int main(int argc, char** argv) {
  std::uint64_t state = 1;
  for (long long n = argc > 1 ? std::atoll(argv[1]) : 0; n > 0; --n) state = state * 6364136223846793005u + 1;
  return state == 0;
}
