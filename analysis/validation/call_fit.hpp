// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>

#include "analysis/validation/class_fit.hpp"
#include "analysis/validation/discrepancy.hpp"
#include "analysis/validation/outcome.hpp"
#include "analysis/validation/spread.hpp"

// A group of components, fitted in levels: parameters of a class of calls that scale data sheets; the misfit of one
// device in that class as a smooth function of the shape. A device that was never seen has the first alone.
namespace sextant::analysis {

using SeriesKey = std::pair<CallClass, std::string>;  // and the device

struct CallFit {
  Equations equations;
  ClassFits classes;
  std::map<SeriesKey, Series> series;
  std::map<CallClass, std::size_t> devices;  // how many each class was learnt from
  std::size_t smoothness_numbers = 0;
  Spread same_device;   // errors of blocks left out, in units of the misfit's own standard deviation
  Spread other_device;  // errors of devices left out
  Spread other_class;   // errors of classes left out
};

// Calls of one group.
CallFit fit_calls(std::span<const Call> calls, const Equations& equations);

Predicted predict(const CallFit& fit, const Call& call);

std::size_t parameters(const CallFit& fit);

}  // namespace sextant::analysis
