// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "analysis/calibration/fits.hpp"

namespace sextant::analysis {

using results::not_available;
using results::Unit;

namespace {

// The time of a pair over the time of one processor alone, of the slower of the two where they differ. NaN where neither
// was measured alone.
double interference(const Observations& data, const Observation& pair) {
  const Observations alone = select(data, "cpu.interference", "first", [&](const Observation& o) {
    const double processor = o.number("first");
    return processor == o.number("second") && (processor == pair.number("first") || processor == pair.number("second"));
  });
  double slower = not_available;
  for (const Observation& observation : alone) slower = std::fmax(slower, observation.value);
  return pair.value / slower;
}

Observations processor_pairs(const Observations& data) {
  return select(data, "cpu.interference", "first",
                [](const Observation& o) { return o.number("first") != o.number("second"); });
}

// One operation handed over to threads that spin for it: what an engine pays. Older runs measured nothing else.
bool is_engines(const Observation& o) {
  const results::Point& point = o.measurement->point;
  return (!point.has("kind") || o.word("kind") == "spin") && (!point.has("operations") || o.number("operations") == 1);
}

}  // namespace

const results::Measurement* most_interfering(const Observations& data) {
  const results::Measurement* chosen = nullptr;
  double largest = 0;
  for (const Observation& pair : processor_pairs(data)) {
    const double ratio = interference(data, pair);
    if (!(ratio > largest)) continue;
    largest = ratio;
    chosen = pair.measurement;
  }
  return chosen;
}

void fit_processors(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Observation& pair : processor_pairs(data)) {
    if (pair.measurement != structure.interfering) continue;
    into.push_back(fitted("cpu.interference", interference(data, pair), Unit::one, at(pair, {"first", "second"}),
                          "the pair of processors that slow each other most, both multiplying, over one alone"));
  }
}

void fit_synchronisation(const Observations& data, std::vector<Parameter>& into) {
  for (const Observation& point : select(data, "sync.barrier", "threads", is_engines))
    into.push_back(measured("sync.barrier", point.value, Unit::second, at(point, {"threads"})));
  for (const Observation& point : select(data, "overhead.dispatch", "threads")) {
    if (is_engines(point)) {
      into.push_back(measured("overhead.dispatch", point.value, Unit::second, at(point, {"threads"})));
    } else {
      into.push_back(measured("overhead.dispatch.operation", point.value, Unit::second, everything(point)));
    }
  }
}

}  // namespace sextant::analysis
