// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/probe.hpp"

#include <cmath>

namespace sextant::probes {

std::vector<Point> points(const std::vector<Axis>& axes) {
  std::vector<Point> all{Point{}};
  for (const Axis& axis : axes) {
    std::vector<Point> longer;
    longer.reserve(all.size() * axis.values.size());
    for (const Point& point : all) {
      for (const Value& value : axis.values) {
        longer.push_back(point);
        longer.back().set(axis.name, value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::vector<Value> powers_of_two(double first, double last, int step) {
  std::vector<Value> values;
  for (double value = first; value <= last; value = std::ldexp(value, step)) values.emplace_back(value);
  return values;
}

std::vector<Value> numbers(std::initializer_list<double> values) { return {values.begin(), values.end()}; }

std::vector<Value> words(std::initializer_list<std::string> values) { return {values.begin(), values.end()}; }

results::Table table_of(const Probe& probe, const Machine& machine, bool quick) {
  results::Table table{probe.name, probe.summary, probe.quantity, {}, probe.extras, probe.request};
  for (const Axis& axis : probe.axes(machine, quick)) table.axes.push_back({axis.name, axis.unit, axis.description});
  return table;
}

}  // namespace sextant::probes
