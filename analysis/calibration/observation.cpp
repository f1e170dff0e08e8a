// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/observation.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "results/record/summary.hpp"

namespace sextant::analysis {

using results::Measurement;

Observations select(const Observations& all, std::string_view probe, std::string_view axis,
                    const std::function<bool(const Observation&)>& wanted) {
  Observations chosen;
  // Each goes behind its equals. std::stable_sort would do, but GCC 12's is deprecated inside, which clang reports.
  const auto before = [&](const Observation& a, const Observation& b) { return a.number(axis) < b.number(axis); };
  for (const Observation& observation : all) {
    if (observation.measurement->probe != probe || (wanted && !wanted(observation))) continue;
    chosen.insert(std::upper_bound(chosen.begin(), chosen.end(), observation, before), observation);
  }
  return chosen;
}

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> usual_places{
    {{"pages", "transparent"}, {"binding", "compact"}, {"placement", "local"}, {"order", "random"}}};

}  // namespace

bool is_place(std::string_view axis) {
  return std::any_of(usual_places.begin(), usual_places.end(), [&](const auto& place) { return place.first == axis; });
}

bool usual(const Observation& observation) {
  const results::Point& point = observation.measurement->point;
  return std::all_of(usual_places.begin(), usual_places.end(), [&](const auto& place) {
    return !point.has(place.first) || point.word(place.first) == place.second;
  });
}

std::vector<double> values_of(const Observations& all, std::string_view axis) {
  std::set<double> values;
  for (const Observation& observation : all) values.insert(observation.number(axis));
  return {values.begin(), values.end()};
}

std::vector<std::string> words_of(const Observations& all, std::string_view axis) {
  std::set<std::string> words;
  for (const Observation& observation : all) words.insert(observation.word(axis));
  return {words.begin(), words.end()};
}

std::vector<results::Point> choices(const Observations& all, std::string_view probe,
                                    const std::vector<std::string_view>& axes) {
  std::vector<results::Point> list;
  for (const Observation& observation : all) {
    if (observation.measurement->probe != probe) continue;
    results::Point choice;
    for (std::string_view axis : axes) {
      for (const auto& [name, value] : observation.measurement->point.coordinates()) {
        if (name == axis) choice.set(name, value);
      }
    }
    if (std::find(list.begin(), list.end(), choice) == list.end()) list.push_back(std::move(choice));
  }
  return list;
}

bool shares(const Observation& observation, const results::Point& values) {
  const auto& own = observation.measurement->point.coordinates();
  return std::all_of(values.coordinates().begin(), values.coordinates().end(),
                     [&](const auto& wanted) { return std::find(own.begin(), own.end(), wanted) != own.end(); });
}

Observations medians(const std::vector<const Measurement*>& measurements) {
  Observations all;
  for (const Measurement* measurement : measurements)
    all.push_back({measurement, results::summarise(*measurement).median});
  return all;
}

}  // namespace sextant::analysis
