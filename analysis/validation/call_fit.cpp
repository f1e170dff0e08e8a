// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/call_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace sextant::analysis {
namespace {

using results::TransferClass;

std::string words(const CallClass& one) {
  std::string text = one.kind + " under " + one.library;
  if (one.link != Link::none) text += std::string(" over ") + link_names[std::size_t(one.link)];
  return text;
}

std::string words(const SeriesKey& key) { return words(key.first) + " on " + key.second; }

std::size_t axes_of(Group group) { return group == Group::attention ? 4 : group == Group::gemm ? 3 : 2; }

double log_base(const Equations& equations, const Call& call, const CallParameters& parameters) {
  return std::log(seconds_of(equations, call, parameters));
}

// The mean of what the nearest classes say; `parameters` are those of the first.
double log_from(const Equations& equations, const ClassFits& classes, const std::vector<CallClass>& nearest,
                const Call& call) {
  double sum = 0;
  for (const CallClass& one : nearest) sum += log_base(equations, call, classes.at(one));
  return sum / double(nearest.size());
}

std::map<SeriesKey, SeriesRows> misfits(std::span<const Call> calls, const ClassFits& classes,
                                        const Equations& equations) {
  std::map<SeriesKey, SeriesRows> rows;
  for (const Call& call : calls) {
    SeriesRows& series = rows[{call.of, call.device}];
    series.places.push_back(call.place);
    series.misfits.push_back(std::log(call.seconds) - log_base(equations, call, classes.at(call.of)));
    series.blocks.push_back(call.block);
  }
  return rows;
}

void fit_series(std::span<const Call> calls, CallFit& fit) {
  const auto all = misfits(calls, fit.classes, fit.equations);
  std::vector<SeriesRows> list;
  for (const auto& [key, rows] : all) list.push_back(rows);
  const std::size_t axes = axes_of(calls.front().group);
  const Smoothness smoothness = find_smoothness(list, axes);
  fit.smoothness_numbers = axes + 1;
  Spread::Errors errors;
  for (const auto& [key, rows] : all) {
    Series& series = fit.series[key] = make_series(rows, smoothness);
    const std::vector<Misfit> left = without_own_block(series, rows);
    for (std::size_t i = 0; i < left.size(); ++i) {
      const std::string block = fmt::format("{} {}", rows.blocks[i].first, rows.blocks[i].second);
      errors[words(key)][block].push_back(left[i].mean / left[i].sd);
    }
  }
  double blocks = 0;
  for (const auto& [key, units] : errors) blocks += double(units.size());
  fit.same_device = Spread(errors, 8, blocks);
}

// Every device in turn predicted by what the others say.
Spread between_devices(std::span<const Call> calls, const Equations& equations) {
  std::set<std::string> devices;
  for (const Call& call : calls) devices.insert(call.device);
  Spread::Errors errors;
  for (const std::string& device : devices) {
    std::vector<const Call*> others;
    for (const Call& call : calls) {
      if (call.device != device) others.push_back(&call);
    }
    const ClassFits classes = fit_classes(others, equations);
    for (const Call& call : calls) {
      if (call.device != device) continue;
      const std::vector<CallClass> nearest = nearest_classes(classes, call.of);
      if (nearest.empty()) continue;
      errors[words(call.of)][device].push_back(std::log(call.seconds) - log_from(equations, classes, nearest, call));
    }
  }
  return Spread(errors, 2, double(devices.size()));
}

struct Mean {
  double log = 0;
  double sd = 0;      // of the misfits, relative
  double width = 0;   // of an interval
  bool seen = false;  // the device itself spoke
};

// What the series of the call's own device say in the nearest classes, or the classes alone where it has none there.
Mean mean_of(const CallFit& fit, const std::vector<CallClass>& nearest, const Call& call) {
  Mean mean;
  double own = 0, count = 0;
  for (const CallClass& one : nearest) {
    const auto series = fit.series.find({one, call.device});
    if (series == fit.series.end()) continue;
    const Misfit misfit = misfit_at(series->second, call.place);
    own += log_base(fit.equations, call, fit.classes.at(one)) + misfit.mean;
    mean.width += misfit.sd * fit.same_device.width(words(series->first));
    ++count;
  }
  mean.seen = count > 0;
  mean.log = mean.seen ? own / count : log_from(fit.equations, fit.classes, nearest, call);
  if (mean.seen) mean.width /= count;
  return mean;
}

// Every class in turn predicted by those nearest to it.
Spread between_classes(std::span<const Call> calls, const CallFit& fit) {
  Spread::Errors errors;
  for (const Call& call : calls) {
    const std::vector<CallClass> nearest = nearest_classes(fit.classes, call.of, false);
    if (nearest.empty() || nearest.front().link != call.of.link) continue;
    const Mean mean = mean_of(fit, nearest, call);
    if (mean.seen) errors["any"][words(call.of)].push_back(std::log(call.seconds) - mean.log);
  }
  return Spread(errors, 0, errors.empty() ? 1 : double(errors["any"].size()));
}

// decode-model.md section 5 gives another memory class a log-sd of 0.42; where nothing was fitted that could say more.
constexpr double unknown_width = 1.6449 * 0.42;

double width_or_unknown(const Spread& spread, const std::string& name) {
  return spread.known() ? spread.width(name) : unknown_width;
}

}  // namespace

CallFit fit_calls(std::span<const Call> calls, const Equations& equations) {
  CallFit fit;
  fit.equations = equations;
  if (calls.empty()) return fit;
  std::vector<const Call*> all;
  for (const Call& call : calls) all.push_back(&call);
  fit.classes = fit_classes(all, equations);
  fit_series(calls, fit);
  for (const auto& [key, series] : fit.series) ++fit.devices[key.first];
  fit.other_device = between_devices(calls, equations);
  fit.other_class = between_classes(calls, fit);
  return fit;
}

Predicted predict(const CallFit& fit, const Call& call) {
  Predicted made;
  const std::vector<CallClass> nearest = nearest_classes(fit.classes, call.of);
  if (nearest.empty()) {
    made.refused = "nothing was fitted that " + words(call.of) + " could borrow from";
    return made;
  }
  const Mean mean = mean_of(fit, nearest, call);
  const bool own_class = nearest.front() == call.of;
  made.others = fit.devices.at(nearest.front());
  double width = mean.width;
  if (!mean.seen) width = width_or_unknown(fit.other_device, words(nearest.front()));
  if (!own_class) width = std::hypot(width, width_or_unknown(fit.other_class, "any"));
  if (own_class && mean.seen) {
    made.transfer = TransferClass::T1;
    made.basis = "other shapes of " + words(call.of) + " on the same device";
    --made.others;
  } else if (own_class) {
    made.transfer = TransferClass::T2;
    made.basis = fmt::format("{} other devices with {}", made.others, words(call.of));
  } else {
    made.transfer = mean.seen ? TransferClass::T3 : TransferClass::T4;
    made.basis = (mean.seen ? "the same device with " : "other devices with ") + words(nearest.front());
    if (nearest.size() > 1) made.basis += fmt::format(" and {} more", nearest.size() - 1);
  }
  made.bound = bound_of(call, fit.classes.at(nearest.front()));
  made.value = std::exp(mean.log);
  made.low = made.value * std::exp(-width);
  made.high = made.value * std::exp(width);
  return made;
}

std::size_t parameters(const CallFit& fit) { return call_parameters * fit.classes.size() + fit.smoothness_numbers; }

}  // namespace sextant::analysis
