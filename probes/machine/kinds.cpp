// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/kinds.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <set>

namespace sextant::probes {
namespace {

// Intel: each kind is a unit of performance counters of its own, with the processors it counts on.
std::vector<ProcessorKind> kinds_by_counters(const Tree& tree) {
  std::vector<ProcessorKind> kinds;
  for (const char* name : {"core", "atom", "lowpower"}) {
    auto processors = tree.text(fmt::format("sys/devices/cpu_{}/cpus", name));
    if (!processors.empty()) kinds.push_back({name, std::move(processors)});
  }
  return kinds;
}

// "0-3,8" from ascending numbers.
std::string list_of(const std::set<int>& numbers) {
  std::string list;
  for (auto at = numbers.begin(); at != numbers.end();) {
    const int first = *at;
    int last = first;
    while (++at != numbers.end() && *at == last + 1) ++last;
    list += fmt::format("{}{}", list.empty() ? "" : ",", first);
    if (last > first) list += fmt::format("-{}", last);
  }
  return list;
}

// Arm: work that a processor does at its highest clock, the fastest one being 1024.
std::vector<ProcessorKind> kinds_by_capacity(const Tree& tree) {
  constexpr std::string_view folder = "sys/devices/system/cpu";
  std::map<double, std::set<int>, std::greater<>> by_capacity;
  for (const auto& name : tree.names(folder)) {
    if (!name.starts_with("cpu")) continue;
    const auto processor = leading_number(name.substr(3));
    const auto capacity = tree.number(fmt::format("{}/{}/cpu_capacity", folder, name));
    if (processor && capacity) by_capacity[*capacity].insert(int(*processor));
  }
  std::vector<ProcessorKind> kinds;
  for (const auto& [capacity, processors] : by_capacity) {
    kinds.push_back({fmt::format("{}", capacity), list_of(processors)});
  }
  return kinds;
}

}  // namespace

std::vector<ProcessorKind> processor_kinds(const Tree& tree) {
  auto kinds = kinds_by_counters(tree);
  if (kinds.size() < 2) kinds = kinds_by_capacity(tree);
  return kinds.size() < 2 ? std::vector<ProcessorKind>{} : kinds;
}

}  // namespace sextant::probes
