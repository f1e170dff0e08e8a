// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/folds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analysis/model/operators.hpp"
#include "analysis/validation/engine_effects.hpp"

namespace sextant::analysis {
namespace {

template <class... Visitors>
struct Visitor : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Visitor(Visitors...) -> Visitor<Visitors...>;

std::string program(const Case& c) {
  return std::visit(
      Visitor{[](const Decoding& d) { return d.family; }, [](const Product& p) { return p.library; },
              [](const AttentionCall& a) { return a.library; }, [](const CollectiveCall& a) { return a.library; },
              [](const MemoryFigure&) { return std::string(); }},
      c.what);
}

std::string model_size(const Case& c, const Catalogue& catalogue) {
  const auto* run = std::get_if<Decoding>(&c.what);
  if (!run || run->model.empty()) return {};
  const double billions = parameters(model_shape(find(catalogue, Kind::model, run->model))) / 1e9;
  for (const double bound : {2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 300.0}) {
    if (billions <= bound) return fmt::format("up to {:.0f} billion parameters", bound);
  }
  return "above 300 billion parameters";
}

// What the points of one curve share, and where a point stands on it.
struct Place {
  std::string curve;
  std::tuple<double, double, double> at;
};

Place place_of(const Case& c) {
  const std::string start = fmt::format("{}|{}|{}|", c.device, group_names[static_cast<int>(c.group)], program(c));
  return std::visit(Visitor{[&](const Decoding& d) -> Place {
                              return {fmt::format("{}{}|{}|{}", start, d.model, d.weight_type, d.shared_by),
                                      {d.batch.value_or(0), d.input.value_or(0), d.output.value_or(0)}};
                            },
                            [&](const Product& p) -> Place {
                              return {start + p.type, {p.n * p.k, p.n, 0}};
                            },
                            [&](const AttentionCall& a) -> Place {
                              return {start + a.type, {a.bytes, a.batch, a.key_value_heads}};
                            },
                            [&](const CollectiveCall& a) -> Place {
                              return {fmt::format("{}{}|{}", start, a.operation, a.ranks), {a.bytes, 0, 0}};
                            },
                            [&](const MemoryFigure& m) -> Place {
                              return {start + m.what, {0, 0, 0}};
                            }},
                    c.what);
}

std::vector<std::string> alternate(const std::vector<const Case*>& cases) {
  std::map<std::string, std::set<std::tuple<double, double, double>>> curves;
  for (const Case* c : cases) {
    const Place place = place_of(*c);
    curves[place.curve].insert(place.at);
  }
  std::vector<std::string> all;
  for (const Case* c : cases) {
    const Place place = place_of(*c);
    const auto& sizes = curves[place.curve];
    const auto rank = std::distance(sizes.begin(), sizes.find(place.at));
    all.emplace_back(!c->refused.empty() || sizes.size() < 2 ? "" : rank % 2 == 0 ? "even" : "odd");
  }
  return all;
}

}  // namespace

std::optional<LeaveOut> leave_out_from_name(std::string_view name) {
  for (int i = 0; i < 7; ++i) {
    if (leave_out_names[i] == name) return static_cast<LeaveOut>(i);
  }
  return std::nullopt;
}

std::vector<std::string> folds(const std::vector<const Case*>& cases, LeaveOut what, const Catalogue& catalogue) {
  if (what == LeaveOut::alternate_size) return alternate(cases);
  std::vector<std::string> all;
  for (const Case* c : cases) {
    std::string fold;
    if (c->refused.empty() && !c->device.empty()) {
      const Entry& device = find(catalogue, Kind::device, c->device);
      if (what == LeaveOut::device) fold = device.id;
      if (what == LeaveOut::family) fold = word(device, "vendor") + " " + word(device, "class");
      if (what == LeaveOut::memory_class) fold = memory_class(device);
      if (what == LeaveOut::engine) fold = program(*c);
      if (what == LeaveOut::model_size) fold = model_size(*c, catalogue);
    }
    all.push_back(std::move(fold));
  }
  return all;
}

}  // namespace sextant::analysis
