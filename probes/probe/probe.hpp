// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "probes/machine/machine.hpp"
#include "results/record/run.hpp"

// The probe: how a number is taken. Plain values; the only virtual class is Trial.
namespace sextant::probes {

using results::Column;
using results::Point;
using results::Quantity;
using results::Unit;
using results::Value;

// What one timed call did. A device that keeps its own time (CUDA events, the MPI maximum over ranks, io_uring
// completions) puts its seconds here; without, the clock around run() is used.
struct Work {
  double operations = 0;
  double bytes = 0;
  std::optional<double> seconds = {};
  std::vector<double> extras = {};  // the probe's declared extra columns, in order
  // Of single requests, where the probe has a table of them: in order, from the first, valid until the next run. The
  // sampler keeps the first `kept_requests`.
  std::span<const double> requests = {};
};
inline constexpr std::size_t kept_requests = 512;  // of a sample; all would outgrow every other table

// One prepared point. run() is the only timed call: it allocates nothing and prints nothing.
class Trial {
 public:
  virtual ~Trial() = default;
  virtual Work run(std::uint64_t iterations) = 0;
  virtual void verify() = 0;  // throws when the answer of the runs so far is wrong

 protected:
  Trial() = default;
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
};

// Whether a probe can run here, and the sentence to print when not.
struct Availability {
  bool ready = true;
  std::string reason = {};
};
inline Availability unavailable(std::string reason) { return {false, std::move(reason)}; }

struct Axis {
  std::string name;
  Unit unit = Unit::one;
  std::vector<Value> values;
  std::string description = {};
};

class Workspace;

// One small request to the device that a probe measures; its seconds, NaN when it could not be done.
using DeviceCanary = std::function<double()>;

struct Probe {
  std::string name;     // "memory.read"
  std::string summary;  // one sentence: what the number means
  Quantity quantity;
  double precision = 0.01;                    // relative half-width of the interval at which a point is done
  double sample_seconds = 0.01;               // least duration of one sample, from which the pilot takes its iterations
  std::string worker = "sextant";             // the program that can run it: sextant, sextant-net, sextant-gpu
  std::vector<std::string> launch_axes = {};  // points that differ here need different processes (ranks)
  std::vector<Column> extras = {};            // extra columns per sample
  std::optional<Column> request = {};         // what Work::requests tells of each request, in a table of its own
  bool metered = false;  // the last of them are those of meters.hpp, which the sampler fills: see with_meters()

  // Axes for this machine: what fits into its memory, how many threads it has. Quick takes fewer values.
  std::function<std::vector<Axis>(const Machine&, bool quick)> axes;

  // Single points beside the product of the axes, each with a value on every axis: what varies in one place only (page
  // kinds, bindings, the matrix of nodes) would multiply everything else. Empty is none; whoever sets the values of an
  // axis gets the product alone.
  std::function<std::vector<Point>(const Machine&, bool quick)> beside = {};
  std::function<Availability(const Machine&)> available;

  // Builds a trial. Empty in the program that only describes the family (the supervisor links neither MPI nor CUDA).
  // May throw Unavailable for a point that cannot be had here (too little memory, refused io_uring): a skip.
  std::function<std::unique_ptr<Trial>(Workspace&, const Point&)> prepare = {};

  // Builds the canary of the probe's own device, once a launch and after a point was prepared; empty where there is no
  // device but processors and memory. The seed is another one for each launch.
  std::function<DeviceCanary(Workspace&, std::uint64_t seed)> device_canary = {};
};

// Thrown by prepare or run: this point cannot be measured here; becomes a skipped row with the sentence.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Thrown by verify: the answer is wrong; becomes a failed row.
class WrongAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::vector<Point> points(const std::vector<Axis>& axes);  // the full product, last axis fastest

std::vector<Value> powers_of_two(double first, double last, int step = 1);  // first, first*2^step, ... up to last
std::vector<Value> numbers(std::initializer_list<double> values);
std::vector<Value> words(std::initializer_list<std::string> values);

results::Table table_of(const Probe& probe, const Machine& machine, bool quick);

}  // namespace sextant::probes
