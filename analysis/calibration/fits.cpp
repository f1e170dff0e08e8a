// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/fits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/calibration/gather_fits.hpp"
#include "analysis/calibration/level_fits.hpp"
#include "analysis/calibration/loaded_fits.hpp"

namespace sextant::analysis {

using results::not_available;
using results::Unit;

Parameter measured(std::string name, double value, Unit unit, std::string validity, std::string assumption) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.estimate = results::exactly(value);
  parameter.unit = unit;
  parameter.source = results::Source::measured;
  parameter.transfer = results::TransferClass::T0;
  parameter.validity = std::move(validity);
  parameter.assumption = std::move(assumption);
  return parameter;
}

Parameter fitted(std::string name, double value, Unit unit, std::string validity, std::string assumption) {
  Parameter parameter = measured(std::move(name), value, unit, std::move(validity), std::move(assumption));
  parameter.source = results::Source::fitted;
  return parameter;
}

std::string at(const Observation& observation, std::initializer_list<std::string_view> axes) {
  results::Point chosen;
  for (std::string_view axis : axes) {
    for (const auto& [name, value] : observation.measurement->point.coordinates()) {
      if (name == axis) chosen.set(name, value);
    }
  }
  return results::to_text(chosen);
}

namespace {

std::vector<double> values(const Observations& all) {
  std::vector<double> list;
  for (const Observation& observation : all) list.push_back(observation.value);
  return list;
}

std::function<bool(const Observation&)> with(std::string_view axis, double value) {
  return [axis, value](const Observation& observation) { return observation.number(axis) == value; };
}

const Observation& fastest_of(const Observations& curve, const Structure& structure) {
  return *std::find_if(curve.begin(), curve.end(), [&](const Observation& observation) {
    return std::find(structure.fastest.begin(), structure.fastest.end(), observation.measurement) !=
           structure.fastest.end();
  });
}

void note_fastest(const Observations& curve, Structure& structure) {
  if (curve.empty()) return;
  const auto slower = [](const Observation& a, const Observation& b) { return a.value < b.value; };
  structure.fastest.push_back(std::max_element(curve.begin(), curve.end(), slower)->measurement);
}

// storage.read on the largest file: the one that is least served from a cache.
Observations storage_points(const Observations& data) {
  const Observations all = select(data, "storage.read", "block");
  if (all.empty() || !all.front().measurement->point.has("span")) return all;
  const double largest = values_of(all, "span").back();
  return select(all, "storage.read", "block", with("span", largest));
}

// Read bandwidth with `threads` threads at the largest footprint: memory, as far as this machine can be driven out of
// its caches. NaN where it was not measured.
double dram_bandwidth(const Observations& data, double threads) {
  const Observations curve = select(data, "memory.read", "footprint", with("threads", threads));
  return curve.empty() ? not_available : curve.back().value;
}

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

}  // namespace

Structure find_structure(const Observations& data) {
  Structure structure;
  structure.curves = find_curves(data);
  structure.products = find_products(data);
  for (const std::string& type : words_of(select(data, "near_data.gemv", "footprint"), "type")) {
    const Observations of_type =
        select(data, "near_data.gemv", "footprint", [&](const auto& o) { return o.word("type") == type; });
    for (double threads : values_of(of_type, "threads")) {
      note_fastest(select(of_type, "near_data.gemv", "footprint", with("threads", threads)), structure);
    }
  }
  note_fastest(storage_points(data), structure);
  structure.interfering = most_interfering(data);
  structure.latency_levels = find_levels(values(latency_curve(data)));
  return structure;
}

void fit_memory(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Observation& point : select(data, "memory.read", "footprint")) {
    into.push_back(
        measured("memory.read.bandwidth", point.value, Unit::byte_per_second, at(point, {"footprint", "threads"})));
  }
  for (double threads : values_of(select(data, "memory.read", "footprint"), "threads")) {
    into.push_back(measured("memory.read.bandwidth.dram", dram_bandwidth(data, threads), Unit::byte_per_second,
                            fmt::format("threads={}", threads), "the largest footprint is outside every cache"));
  }
  fit_levels(data, structure, into);
  fit_loaded_latency(data, into);
  fit_gather(data, into);
}

void fit_near_data(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  const Observations all = select(data, "near_data.gemv", "footprint");
  for (const Observation& point : all) {
    into.push_back(measured("near_data.gemv.bandwidth", point.value, Unit::byte_per_second,
                            at(point, {"type", "footprint", "threads"})));
  }
  for (const std::string& type : words_of(all, "type")) {
    const std::string type_is = "type=" + type;
    const Observations of_type =
        select(all, "near_data.gemv", "footprint", [&](const auto& o) { return o.word("type") == type; });
    for (double threads : values_of(of_type, "threads")) {
      const Observations curve = select(of_type, "near_data.gemv", "footprint", with("threads", threads));
      const Observation& fastest = fastest_of(curve, structure);
      const std::string validity = fmt::format("{} threads={}", type_is, threads);
      into.push_back(measured("near_data.gemv.ceiling", fastest.value, Unit::byte_per_second, validity,
                              "the fastest footprint runs from cache: the kernel's own limit"));
      // Bytes and operations of a sample are exact counts, so their ratio carries the rate over without new noise.
      const results::Sample& sample = fastest.measurement->samples.front();
      into.push_back(measured("near_data.gemv.flops", fastest.value * sample.operations / sample.bytes,
                              Unit::flop_per_second, validity,
                              "the fastest footprint runs from cache: the kernel's own limit"));
    }
    const double threads = values_of(of_type, "threads").back();
    const Observations curve = select(of_type, "near_data.gemv", "footprint", with("threads", threads));
    const double read = dram_bandwidth(data, threads);
    if (!std::isnan(read)) {
      into.push_back(fitted("near_data.gemv.efficiency", curve.back().value / read, Unit::one, type_is,
                            "GEMV at the largest footprint over plain reading with the same threads"));
    }
  }
}

void fit_processors(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Observation& pair : processor_pairs(data)) {
    if (pair.measurement != structure.interfering) continue;
    into.push_back(fitted("cpu.interference", interference(data, pair), Unit::one, at(pair, {"first", "second"}),
                          "the pair of processors that slow each other most, both multiplying, over one alone"));
  }
}

void fit_synchronisation(const Observations& data, std::vector<Parameter>& into) {
  const Observations barriers = select(data, "sync.barrier", "threads", [](const Observation& o) {
    return !o.measurement->point.has("kind") || o.word("kind") == "spin";
  });
  for (const Observation& point : barriers)
    into.push_back(measured("sync.barrier", point.value, Unit::second, at(point, {"threads"})));
  for (const Observation& point : select(data, "overhead.dispatch", "threads")) {
    into.push_back(measured("overhead.dispatch", point.value, Unit::second, at(point, {"threads"})));
  }
}

void fit_storage(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  const Observations all = storage_points(data);
  const Observations random = select(all, "storage.read", "block", [](const Observation& o) {
    return !o.measurement->point.has("pattern") || o.word("pattern") == "random";
  });
  for (const Observation& point : random) {
    into.push_back(
        measured("storage.read.bandwidth", point.value, Unit::byte_per_second, at(point, {"block", "depth"})));
  }
  if (random.empty()) return;
  into.push_back(measured("storage.read.peak", fastest_of(all, structure).value, Unit::byte_per_second, {},
                          "the best block and depth that were measured"));
  const auto alone =
      std::find_if(random.begin(), random.end(), [](const Observation& o) { return o.number("depth") == 1; });
  if (alone != random.end()) {
    into.push_back(measured("storage.read.latency", alone->number("block") / alone->value, Unit::second,
                            at(*alone, {"block", "depth"}), "one request at a time: the block over its bandwidth"));
  }
}

}  // namespace sextant::analysis
