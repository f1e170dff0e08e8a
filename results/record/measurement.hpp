// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/record/point.hpp"
#include "results/record/sample.hpp"
#include "results/record/unit.hpp"

namespace sextant::results {

// What a measurement's number means. The unit says how it is formed from a sample:
// byte/s = bytes / seconds; 1/s and flop/s = operations / seconds; s = seconds / operations.
struct Quantity {
  std::string name;  // "bandwidth", "latency", "throughput"
  Unit unit = Unit::second;
  friend bool operator==(const Quantity&, const Quantity&) = default;
};

// Seconds per unit of work: the thing that is summarised (costs may be averaged, rates may not).
// For byte/s: seconds per byte; otherwise seconds per operation.
double cost_of(const Quantity& quantity, const Sample& sample);

// The quantity that belongs to a cost: its reciprocal for rates, the cost itself for times.
double from_cost(const Quantity& quantity, double cost);

// Worst first: when several apply, the first one wins.
enum class Status { failed, skipped, nonstationary, not_converged, converged };

std::string_view name(Status status);
Status status_from_name(std::string_view name);  // throws std::invalid_argument

struct Flags {
  bool contended = false;
  bool virtualised = false;
  bool quick = false;
  bool bimodal = false;
  bool imported = false;
  bool interrupted = false;  // the run ended before this point was finished
  friend bool operator==(const Flags&, const Flags&) = default;
};

std::string to_text(const Flags& flags);       // "quick virtualised", empty when none is set
Flags flags_from_text(std::string_view text);  // throws std::invalid_argument

struct Measurement {
  std::string probe;
  Point point;
  Quantity quantity;
  Status status = Status::not_converged;
  Flags flags;
  std::string reason;  // one sentence, for everything but converged
  std::vector<Sample> samples;
};

}  // namespace sextant::results
