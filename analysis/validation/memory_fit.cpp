// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/memory_fit.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {
namespace {

using results::TransferClass;

struct Row {
  std::string what, pool, device;
  double log = 0;
};

// A latency says its level by the first word; what names none is a load from memory. A rate is a share of the peak.
std::string pool_of(const Case& one) {
  if (one.metric == Metric::bandwidth) return "share";
  const std::string& what = std::get<MemoryFigure>(one.what).what;
  return what.starts_with("l1") ? "l1" : what.starts_with("l2") ? "l2" : "dram";
}

std::string device_of(const Case& one) { return one.device.empty() ? one.accelerator : one.device; }

double unit_of(const Case& one) { return one.metric == Metric::bandwidth ? one.bandwidth : 1; }

using Kinds = std::map<std::string, MemoryFit::Kind>;

Kinds typical(const std::vector<Row>& rows, const std::string& without) {
  std::map<std::string, std::vector<double>> logs;
  std::map<std::string, std::set<std::string>> devices;
  for (const Row& row : rows) {
    if (row.device == without) continue;
    for (const std::string& name : std::set<std::string>{row.what, row.pool}) {
      logs[name].push_back(row.log);
      devices[name].insert(row.device);
    }
  }
  Kinds kinds;
  for (auto& [name, list] : logs) kinds[name] = {results::median_of(std::move(list)), devices[name].size()};
  return kinds;
}

// A kind that one device alone has says too little about others.
const MemoryFit::Kind* best(const Kinds& kinds, const std::string& what, const std::string& pool) {
  const auto own = kinds.find(what);
  if (own != kinds.end() && own->second.devices > 1) return &own->second;
  const auto all = kinds.find(pool);
  return all == kinds.end() ? nullptr : &all->second;
}

double bounded(const std::string& pool, double log) { return pool == "share" ? std::min(log, 0.0) : log; }

// Offset of the device's other rows from typical, drawn to none by one row's worth.
double offset_of(const std::vector<Row>& rows, const Kinds& kinds, const std::string& pool, const std::string& device,
                 const Row* without) {
  double sum = 0, count = 1;
  for (const Row& row : rows) {
    if (&row == without || row.device != device || row.pool != pool) continue;
    const MemoryFit::Kind* kind = best(kinds, row.what, row.pool);
    if (!kind) continue;
    sum += row.log - kind->log;
    ++count;
  }
  return sum / count;
}

std::vector<Row> rows_of(std::span<const Case* const> cases) {
  std::vector<Row> rows;
  for (const Case* one : cases) {
    if (!(unit_of(*one) > 0) || !(one->measured > 0)) continue;
    rows.push_back({std::get<MemoryFigure>(one->what).what, pool_of(*one), device_of(*one),
                    std::log(one->measured / unit_of(*one))});
  }
  return rows;
}

}  // namespace

MemoryFit fit_memory(std::span<const Case* const> cases) {
  MemoryFit fit;
  const std::vector<Row> rows = rows_of(cases);
  fit.kinds = typical(rows, "");
  Spread::Errors same, other;
  std::set<std::string> devices;
  for (const Row& row : rows) devices.insert(row.device);
  for (const std::string& device : devices) {
    const Kinds others = typical(rows, device);
    for (const Row& row : rows) {
      if (row.device != device) continue;
      if (const auto* kind = best(others, row.what, row.pool)) other[row.pool][device].push_back(row.log - kind->log);
      const double offset = offset_of(rows, fit.kinds, row.pool, device, &row);
      if (const auto* kind = best(fit.kinds, row.what, row.pool))
        same[row.pool][device].push_back(row.log - bounded(row.pool, kind->log + offset));
      fit.offsets[{device, row.pool}] = offset_of(rows, fit.kinds, row.pool, device, nullptr);
    }
  }
  fit.same_device = Spread(same, 1, double(devices.size()));
  fit.other_device = Spread(other, 1, double(devices.size()));
  return fit;
}

Predicted predict(const MemoryFit& fit, const Case& one) {
  Predicted made;
  const std::string what = std::get<MemoryFigure>(one.what).what, pool = pool_of(one);
  const MemoryFit::Kind* kind = best(fit.kinds, what, pool);
  if (!kind) made.refused = "no fitted device has a figure like " + what;
  if (!(unit_of(one) > 0)) made.refused = "nobody states the bandwidth of the memory of " + one.accelerator;
  if (!made.refused.empty()) return made;
  const auto offset = fit.offsets.find({device_of(one), pool});
  const bool seen = offset != fit.offsets.end();
  const double log = bounded(pool, kind->log + (seen ? offset->second : 0));
  const double width = (seen ? fit.same_device : fit.other_device).width(pool);
  made.value = unit_of(one) * std::exp(log);
  made.low = unit_of(one) * std::exp(log - width);
  made.high = unit_of(one) * std::exp(bounded(pool, log + width));  // nothing is read faster than the peak
  made.transfer = seen ? TransferClass::T1 : TransferClass::T2;
  made.others = kind->devices;
  made.basis = seen ? "other figures of the same device" : std::to_string(kind->devices) + " other devices";
  made.bound = pool == "share" ? "memory bandwidth" : "latency";
  return made;
}

// The typical of each kind; the offset of a device is a mean of its rows that the spread of the devices bounds.
std::size_t parameters(const MemoryFit& fit) { return fit.kinds.size(); }

}  // namespace sextant::analysis
