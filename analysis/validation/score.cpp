// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/score.hpp"

#include <algorithm>
#include <cmath>

#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {
namespace {

using results::TransferClass;

double quantile_of(std::vector<double> values, double q) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  return results::quantile(values, q);
}

bool uncurated(const Outcome& outcome) { return outcome.measured->trust == uncurated_trust; }

bool same_device(const Outcome& outcome) { return outcome.predicted.transfer <= TransferClass::T1; }

template <class Keep>
std::vector<const Outcome*> chosen(const std::vector<Outcome>& outcomes, Keep keep) {
  std::vector<const Outcome*> list;
  for (const Outcome& outcome : outcomes) {
    if (keep(outcome)) list.push_back(&outcome);
  }
  return list;
}

}  // namespace

double relative_error(const Outcome& outcome) {
  if (outcome.status == OutcomeStatus::refused || !std::isfinite(outcome.ratio())) return 1;
  return std::abs(outcome.ratio() - 1);
}

ErrorFigures figures_of(const std::vector<const Outcome*>& outcomes) {
  ErrorFigures f;
  std::vector<double> errors, logs, widths;
  double inside = 0;
  for (const Outcome* outcome : outcomes) {
    if (outcome->status == OutcomeStatus::in_sample) {
      ++f.in_sample;
      continue;
    }
    if (outcome->impossible) {
      ++f.impossible;
      continue;
    }
    ++f.n;
    errors.push_back(relative_error(*outcome));
    const Predicted& p = outcome->predicted;
    if (outcome->status == OutcomeStatus::refused || !std::isfinite(outcome->ratio())) {
      ++f.refused;
      continue;
    }
    logs.push_back(std::log(outcome->ratio()));
    widths.push_back(p.high / p.low);
    inside += p.low <= outcome->measured->measured && outcome->measured->measured <= p.high;
  }
  f.median_ape = quantile_of(errors, 0.5);
  f.p90_ape = quantile_of(errors, 0.9);
  f.bias = std::exp(quantile_of(logs, 0.5)) - 1;
  f.median_width = quantile_of(widths, 0.5);
  if (!logs.empty()) f.coverage90 = inside / double(logs.size());
  return f;
}

const std::vector<Target>& targets() {
  static const std::vector<Target> list{
      {Group::single, 0.08, 0.35, 2.5, "devices with at least three others in their class"},
      {Group::batched, 0.15, 0.45, NAN, ""},
      {Group::maxload, 0.25, 0.90, NAN, ""},
      {Group::flash, NAN, NAN, NAN, ""},
      {Group::energy, NAN, NAN, NAN, ""},
      {Group::collectives, 0.04, 0.22, NAN, "devices that were seen"},
      {Group::gemm, 0.10, NAN, NAN, "devices that were seen"},
      {Group::attention, 0.12, NAN, NAN, "devices that were seen"},
      {Group::memory, NAN, NAN, NAN, ""},
  };
  return list;
}

// A refusal has no class and no device, so it counts against every bound.
bool is_judged(const Outcome& outcome) {
  // A refusal counts against its group, unless its class is known to have too few others.
  if (outcome.measured->group == Group::single) return outcome.predicted.others >= enough_others;
  if (outcome.status == OutcomeStatus::refused) return true;
  switch (outcome.measured->group) {
    case Group::collectives:
    case Group::gemm:
    case Group::attention:
      return same_device(outcome);
    default:
      return true;
  }
}

std::vector<GroupScore> scores_of(const std::vector<Outcome>& outcomes) {
  std::vector<GroupScore> scores;
  for (std::size_t g = 0; g < group_count; ++g) {
    for (const char* trust : {curated_trust, uncurated_trust}) {
      GroupScore score{static_cast<Group>(g), trust, {}, {}};
      const auto list = chosen(outcomes, [&](const Outcome& o) {
        return o.measured->group == score.group && uncurated(o) == (trust == uncurated_trust);
      });
      if (list.empty()) continue;
      score.all = figures_of(list);
      std::vector<const Outcome*> judged;
      std::copy_if(list.begin(), list.end(), std::back_inserter(judged),
                   [](const Outcome* o) { return is_judged(*o); });
      score.judged = figures_of(judged);
      scores.push_back(std::move(score));
    }
  }
  return scores;
}

std::string family_of(const Case& c) {
  if (const auto* run = std::get_if<Decoding>(&c.what)) return run->family.empty() ? run->engine : run->family;
  if (const auto* product = std::get_if<Product>(&c.what)) return product->library;
  if (const auto* attention = std::get_if<AttentionCall>(&c.what)) return attention->library;
  if (const auto* call = std::get_if<CollectiveCall>(&c.what)) return call->library;
  return std::get<MemoryFigure>(c.what).what;
}

std::string device_class_of(const Case& c, const Catalogue& catalogue) {
  const Entry* device = lookup(catalogue, Kind::device, c.device);
  if (device == nullptr) return {};
  const std::string vendor = word(*device, "vendor"), kind = word(*device, "class");
  return vendor.empty() || kind.empty() ? vendor + kind : vendor + " " + kind;
}

std::string memory_of(const Case& c, const Catalogue& catalogue) {
  const Entry* device = lookup(catalogue, Kind::device, c.device);
  return device == nullptr ? std::string() : word(*device, "memory");
}

}  // namespace sextant::analysis
