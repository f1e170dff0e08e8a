// SPDX-License-Identifier: Apache-2.0
#include "results/record/measurement.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace sextant::results {
namespace {

constexpr std::array<std::pair<Status, std::string_view>, 5> statuses{{{Status::failed, "failed"},
                                                                       {Status::skipped, "skipped"},
                                                                       {Status::nonstationary, "nonstationary"},
                                                                       {Status::not_converged, "not_converged"},
                                                                       {Status::converged, "converged"}}};

constexpr std::array<std::pair<Stage, std::string_view>, 2> stages{
    {{Stage::warmup, "warmup"}, {Stage::measure, "measure"}}};

// In the order of the alphabet, which is the order they are written in.
constexpr std::array<std::pair<bool Flags::*, std::string_view>, 6> flag_names{{{&Flags::bimodal, "bimodal"},
                                                                                {&Flags::contended, "contended"},
                                                                                {&Flags::imported, "imported"},
                                                                                {&Flags::interrupted, "interrupted"},
                                                                                {&Flags::quick, "quick"},
                                                                                {&Flags::virtualised, "virtualised"}}};

template <class Names, class Key>
std::string_view text_of(const Names& names, Key key) {
  for (const auto& [known, text] : names) {
    if (known == key) return text;
  }
  throw std::logic_error("a value without a name");
}

template <class Names>
auto key_of(const Names& names, std::string_view text, const char* what) {
  std::string list;
  for (const auto& [known, name] : names) {
    if (name == text) return known;
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  throw std::invalid_argument("'" + std::string(text) + "' is no " + what + ": write one of " + list);
}

}  // namespace

std::string_view name(Status status) { return text_of(statuses, status); }
Status status_from_name(std::string_view name) { return key_of(statuses, name, "status"); }

std::string_view name(Stage stage) { return text_of(stages, stage); }
Stage stage_from_name(std::string_view name) { return key_of(stages, name, "stage"); }

std::string to_text(const Flags& flags) {
  std::string text;
  for (const auto& [member, name] : flag_names) {
    if (flags.*member) text += (text.empty() ? "" : " ") + std::string(name);
  }
  return text;
}

Flags flags_from_text(std::string_view text) {
  Flags flags;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    flags.*key_of(flag_names, text.substr(0, end), "flag") = true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return flags;
}

double cost_of(const Quantity& quantity, const Sample& sample) {
  const bool per_byte = quantity.unit == Unit::byte_per_second || quantity.unit == Unit::second_per_byte;
  const double work = per_byte ? sample.bytes : sample.operations;
  return work > 0 ? sample.seconds / work : not_available;
}

double from_cost(const Quantity& quantity, double cost) {
  switch (quantity.unit) {
    case Unit::byte_per_second:
    case Unit::per_second:
    case Unit::flop_per_second:
      return cost > 0 ? 1 / cost : not_available;  // no time passed: no rate can be told
    default:
      return cost;
  }
}

}  // namespace sextant::results
