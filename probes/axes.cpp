// SPDX-License-Identifier: Apache-2.0
#include "probes/axes.hpp"

#include <algorithm>

namespace sextant::probes {

double largest_footprint(const Machine& machine, double most) {
  return std::min(most, double(machine.available_memory) / 4);
}

Axis footprint_axis(double first, double last, int step) {
  return {"footprint", Unit::byte, powers_of_two(first, std::max(first, last), step),
          "bytes in use, all threads together"};
}

Axis threads_axis(const Machine& machine, bool quick, int least) {
  const int all = std::max(least, int(machine.processors.size()));
  std::vector<Value> values{double(least)};
  if (!quick) {
    for (int threads = 2 * least; threads < all; threads *= 2) values.emplace_back(double(threads));
  }
  if (all > least) values.emplace_back(double(all));
  return {"threads", Unit::one, values, "threads at work, each bound to a processor of its own"};
}

}  // namespace sextant::probes
