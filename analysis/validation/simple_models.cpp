// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/simple_models.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {
namespace {

// A family of devices in one phase, and whether batches are stated.
using Key = std::pair<std::string, Group>;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

double rate(const SimpleCase& c, double seconds) { return as_measured(*c.measured, c.workload, seconds); }

Key phase_of(const SimpleCase& c) { return {c.family, c.measured->group}; }

// Rows that time decode alone share their constants; under maximum load prefill is mixed in.
Key work_of(const SimpleCase& c) {
  return {c.family, c.measured->group == Group::maxload ? Group::maxload : Group::single};
}

std::map<Key, std::vector<const SimpleCase*>> by(Key (*key)(const SimpleCase&),
                                                 const std::vector<const SimpleCase*>& rows) {
  std::map<Key, std::vector<const SimpleCase*>> parts;
  for (const SimpleCase* row : rows) {
    const double step = measured_step(*row->measured, row->workload);
    if (std::isfinite(step) && row->naive() > 0) {
      parts[key(*row)].push_back(row);
      parts[{"", key(*row).second}].push_back(row);  // for a family that was never seen: all others
    }
  }
  return parts;
}

template <class Value>
const Value* value_for(const std::map<Key, Value>& values, const Key& key) {
  const auto own = values.find(key);
  if (own != values.end()) return &own->second;
  const auto any = values.find({"", key.second});
  return any == values.end() ? nullptr : &any->second;
}

std::map<Key, double> efficiencies(const std::vector<const SimpleCase*>& fit) {
  std::map<Key, double> values;
  for (const auto& [key, rows] : by(phase_of, fit)) {
    std::vector<double> shares;
    for (const SimpleCase* row : rows) shares.push_back(row->naive() / measured_step(*row->measured, row->workload));
    values[key] = results::median_of(std::move(shares));
  }
  return values;
}

struct TwoConstants {
  double efficiency = 1, per_layer = 0;
};

// The least mean of |ln(predicted / measured)| on a grid: efficiency in steps of 2 %, time a layer in steps of 15 %.
TwoConstants two_constants(const std::vector<const SimpleCase*>& rows) {
  struct Point {
    double naive, layers;  // both over the measured step
  };
  std::vector<Point> points;
  for (const SimpleCase* row : rows) {
    const double step = measured_step(*row->measured, row->workload);
    points.push_back({row->naive() / step, row->workload.model.layers / step});
  }
  TwoConstants best;
  double least = INFINITY;
  for (double per_layer = 0; per_layer<5e-3; per_layer = per_layer> 0 ? 1.15 * per_layer : 1e-6) {
    for (double efficiency = 0.02; efficiency < 1.01; efficiency += 0.02) {
      double error = 0;
      for (const Point& p : points) error += std::abs(std::log(p.naive / efficiency + p.layers * per_layer));
      if (error < least) {
        least = error;
        best = {efficiency, per_layer};
      }
    }
  }
  return best;
}

// 1/t = 1 / ((W + KV) / (N BW) + 3 L t_sync) (decode-model.md section 1): vendors' TB/s read as TiB/s, as its table does.
double liminal(const SimpleCase& c) {
  constexpr double tebi = 1.099511627776;  // 2^40 over 10^12
  const double sync = c.workload.parallelism.tensor <= 8 ? 0.2e-6 : 1.5e-6;
  return c.naive() / tebi + 3 * c.workload.model.layers * sync;
}

double bytes_of(const Operator& op) {
  return op.weight_bytes + op.cache_bytes + op.prefix_bytes + op.written_bytes + op.activation_bytes;
}

// Each operator at peak: memory or arithmetic, whichever is longer.
double roofline(const SimpleCase& c, const Operators& operators) {
  const double peak = c.measured->arithmetic;
  double seconds = 0;
  for (const Operator& op : operators) {
    const double arithmetic = peak > 0 ? op.flops / peak : 0;
    if (op.count > 0) seconds += op.count * std::max(bytes_of(op) / c.measured->bandwidth, arithmetic);
  }
  return seconds;
}

// base + steps(N) alpha + 2 (N-1)/N n / BW for each all-reduce.
double ring_all_reduces(const SimpleCase& c, double base, double steps_a_rank, double alpha) {
  double seconds = 0;
  for (const Exchange& e : c.exchanges) {
    if (e.collective != Collective::all_reduce || e.count <= 0 || e.ranks < 2) continue;
    const double transfer = c.link > 0 ? 2 * (e.ranks - 1) / e.ranks * e.bytes / c.link : 0;
    seconds += e.count * (base + steps_a_rank * (e.ranks - 1) * alpha + transfer);
  }
  return seconds;
}

double genz(const SimpleCase& c) {
  Operators operators = c.operators;
  operators[static_cast<std::size_t>(Operation::experts)].weight_bytes = c.one_choice;
  return roofline(c, operators) + ring_all_reduces(c, 5e-6, 2, c.link_latency);
}

// Its block of a transformer calls eight products (Q, K, V, their two, the output and the two of the FFN), one softmax, two
// norms and one GELU; each has what it measured on an A100, whatever the device.
double llmcompass(const SimpleCase& c) {
  constexpr double block = 8 * 21e-6 + 12e-6 + 2 * 45e-6 + 45e-6;
  return roofline(c, c.operators) + c.workload.model.layers * block + ring_all_reduces(c, 0, 1, 8.92e-6);
}

void set_link(SimpleCase& c, const Catalogue& catalogue) {
  const Entry* device = lookup(catalogue, Kind::device, c.measured->device);
  if (device == nullptr) return;
  if (const PublishedFigure* link = lookup(*device, "link_bandwidth")) c.link = link->estimate.value;
  // "NVLink4 bridge" is an NVLink4; a device without a link of its own is reached over PCIe.
  const std::string name = word(*device, "link");
  const Entry* link = lookup(catalogue, Kind::interconnect, name.substr(0, name.find(' ')));
  const PublishedFigure* latency = link == nullptr ? nullptr : lookup(*link, "latency_end_to_end");
  if (latency == nullptr) latency = lookup(find(catalogue, Kind::interconnect, "pcie4"), "latency_end_to_end");
  if (latency != nullptr) c.link_latency = latency->estimate.value;
  if (c.link <= 0) {
    const Entry& pcie = find(catalogue, Kind::interconnect, "pcie4");
    c.link = find(pcie, "bandwidth_per_direction").estimate.value;
  }
}

bool decoding_is_compared(const Case& c) {
  return c.group == Group::single || c.group == Group::batched || c.group == Group::maxload;
}

}  // namespace

SimpleCase simple_case(const Case& measured, const Catalogue& catalogue, const UnstatedLoad& unstated) {
  SimpleCase c;
  c.measured = &measured;
  c.workload = workload_of(measured, catalogue, unstated);
  c.family = device_class_of(measured, catalogue);
  const Parallelism& p = c.workload.parallelism;
  const Share s = share(c.workload, p);
  c.operators = operators(c.workload, s);
  c.exchanges = exchanges(c.workload, p, s);
  for (const Operator& op : c.operators) {
    c.weights += op.count * op.weight_bytes;
    c.cache += op.count * (op.cache_bytes + op.prefix_bytes);
  }
  Workload alike = c.workload;
  alike.routing.correlation = 1;
  c.one_choice = of(operators(alike, s), Operation::experts).weight_bytes;
  set_link(c, catalogue);
  return c;
}

std::vector<SimpleModel> simple_models(const std::vector<const SimpleCase*>& fit) {
  std::map<Key, TwoConstants> constants;
  for (const auto& [key, rows] : by(work_of, fit)) constants[key] = two_constants(rows);
  return {
      {"roofline", "weights and cache at the bandwidth of the data sheet",
       [](const SimpleCase& c) { return rate(c, c.naive()); }},
      {"efficiency a family", "the roofline over the median of what vendor and class reach in the phase",
       [values = efficiencies(fit)](const SimpleCase& c) {
         const double* share = value_for(values, phase_of(c));
         return share == nullptr ? nothing : rate(c, c.naive() / *share);
       }},
      {"efficiency and layer time a family", "roofline / efficiency + layers x time, both of vendor and class",
       [constants](const SimpleCase& c) {
         const TwoConstants* t = value_for(constants, work_of(c));
         return t == nullptr ? nothing : rate(c, c.naive() / t->efficiency + c.workload.model.layers * t->per_layer);
       }},
      {"LIMINAL", "1/t = 1 / ((W + KV) / (N BW) + 3 L t_sync), arXiv 2507.14397",
       [](const SimpleCase& c) { return rate(c, liminal(c)); }},
      {"GenZ", "abhibambhaniya/GenZ-LLM-Analyzer: operator_base.py, collective_times.py, Models/ffn.py",
       [](const SimpleCase& c) { return rate(c, genz(c)); }},
      {"LLMCompass", "PrincetonUniversity/LLMCompass: hardware_model, software_model, overheads of an A100",
       [](const SimpleCase& c) { return rate(c, llmcompass(c)); }},
  };
}

std::vector<Beside> simple_scores(const std::vector<Case>& cases, const std::vector<Case>& fit,
                                  const Catalogue& catalogue, const std::function<std::string(const Case&)>& left_out) {
  const auto fold_of = [&](const Case& c) { return left_out ? left_out(c) : std::string(); };
  std::vector<SimpleCase> fitted, asked;
  for (const Case& c : fit) {
    if (decoding_is_compared(c) && c.refused.empty()) fitted.push_back(simple_case(c, catalogue));
  }
  std::map<std::string, std::vector<SimpleModel>> folds;
  std::map<std::string, std::set<std::string>> seen;
  const auto fold = [&](const std::string& key) -> const std::vector<SimpleModel>& {
    const auto known = folds.find(key);
    if (known != folds.end()) return known->second;
    std::vector<const SimpleCase*> rows;
    for (const SimpleCase& row : fitted) {
      if (left_out && fold_of(*row.measured) == key) continue;
      rows.push_back(&row);
      seen[key].insert(row.measured->id);
    }
    return folds[key] = simple_models(rows);
  };
  std::vector<std::vector<Outcome>> outcomes;
  std::vector<Beside> scores;
  for (const SimpleModel& model : simple_models({})) scores.push_back({model.name, model.citation, {}});
  outcomes.resize(scores.size());
  for (const Case& c : cases) {
    if (!decoding_is_compared(c)) continue;
    Outcome o;
    o.measured = &c;
    o.reason = c.refused;
    if (!c.refused.empty()) {
      o.status = OutcomeStatus::refused;
      o.impossible = c.impossible;
      for (auto& list : outcomes) list.push_back(o);
      continue;
    }
    const SimpleCase row = simple_case(c, catalogue);
    const std::vector<SimpleModel>& models = fold(fold_of(c));
    if (seen[fold_of(c)].contains(c.id)) o.status = OutcomeStatus::in_sample;
    for (std::size_t m = 0; m < models.size(); ++m) {
      Outcome one = o;
      one.predicted.value = models[m].predict(row);
      if (!std::isfinite(one.predicted.value)) {
        one.status = OutcomeStatus::refused;
        one.reason = "no row to fit on, or a metric that it has no formula for";
      }
      outcomes[m].push_back(std::move(one));
    }
  }
  for (std::size_t m = 0; m < scores.size(); ++m) scores[m].scores = scores_of(outcomes[m]);
  return scores;
}

}  // namespace sextant::analysis
