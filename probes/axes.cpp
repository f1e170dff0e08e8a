// SPDX-License-Identifier: Apache-2.0
#include "probes/axes.hpp"

#include <algorithm>
#include <string>

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

Axis pages_axis() {
  return {"pages", Unit::text, words({"transparent"}),
          "small: the smallest there are; transparent: huge where the kernel grants it; huge: set aside by the owner"};
}

Axis binding_axis() {
  return {"binding", Unit::text, words({"compact"}),
          "compact: neighbouring cores; scattered: packages, nodes and caches in turn"};
}

Axis placement_axis() {
  return {"placement", Unit::text, words({"local"}),
          "local: memory where its thread runs; 0:1: threads on node 0, memory on node 1"};
}

std::vector<Value> other_pages() { return words({"small", "huge"}); }

std::vector<Value> other_bindings(const Machine& machine, int threads) {
  const auto n = std::min({std::size_t(threads), machine.processors.size(), machine.scattered.size()});
  // A team is the same whatever the order of its members.
  std::vector<int> compact(machine.processors.begin(), machine.processors.begin() + std::ptrdiff_t(n));
  std::vector<int> scattered(machine.scattered.begin(), machine.scattered.begin() + std::ptrdiff_t(n));
  std::sort(compact.begin(), compact.end());
  std::sort(scattered.begin(), scattered.end());
  return compact == scattered ? std::vector<Value>{} : words({"scattered"});
}

std::vector<Value> other_placements(const Machine& machine) {
  std::vector<Value> all;
  if (machine.nodes.size() < 2) return all;
  for (const Node& threads : machine.nodes) {
    for (const Node& memory : machine.nodes) {
      if (threads.processors.empty() || memory.bytes == 0) continue;
      all.emplace_back(std::to_string(threads.number) + ":" + std::to_string(memory.number));
    }
  }
  return all;
}

}  // namespace sextant::probes
