// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <string>

#include "results/record/profile.hpp"
#include "results/record/run.hpp"

// What the tests of the calibration calibrate.
namespace sextant::analysis {

using results::Measurement;
using results::Point;
using results::Unit;

// Synthetic rows of a known truth: lognormal noise on the time, `launches` launches of `samples` each.
class Truth {
 public:
  // What one sample does, and what its extra columns hold: bytes and operations are the same whatever the truth.
  struct Each {
    double operations = 1000, bytes = 64000;
    std::vector<double> extras = {};
  };

  explicit Truth(double noise = 0.03) : noise_(noise) {
    run.provenance.machine = "synthetic";
    run.provenance.run_id = "20260101-0";
  }

  void add(const std::string& probe, Point point, results::Quantity quantity, double value, int launches = 5,
           int samples = 8) {
    add(probe, std::move(point), quantity, value, Each{}, launches, samples);
  }

  void add(const std::string& probe, Point point, results::Quantity quantity, double value, const Each& each,
           int launches = 5, int samples = 8) {
    Measurement measurement{probe, std::move(point), quantity, results::Status::converged, {}, "", {}};
    std::normal_distribution<double> normal;
    for (int i = 0; i < launches * samples; ++i) {
      results::Sample sample;
      sample.launch = i / samples;
      sample.repetition = i % samples;
      sample.operations = each.operations;
      sample.bytes = each.bytes;
      sample.extras = each.extras;
      const double cost = quantity.unit == Unit::second            ? value * sample.operations
                          : quantity.unit == Unit::byte_per_second ? sample.bytes / value
                                                                   : sample.operations / value;
      sample.seconds = cost * std::exp(noise_ * normal(random_));
      measurement.samples.push_back(sample);
    }
    run.measurements.push_back(std::move(measurement));
  }

  void allreduce(double alpha, double gap, int sizes = 16) {
    for (int i = 0; i < sizes; ++i) {
      const double bytes = std::ldexp(8, i);
      add("net.allreduce", Point{{"bytes", bytes}, {"ranks", 2.0}}, {"latency", Unit::second}, alpha + gap * bytes);
    }
  }

  results::Run run;

 private:
  double noise_;
  std::mt19937_64 random_{7};
};

// The only parameter of this name.
inline const results::Parameter& only(const results::Profile& profile, const std::string& name) {
  const results::Parameter* found = nullptr;
  for (const auto& parameter : profile.parameters) {
    if (parameter.name != name) continue;
    EXPECT_EQ(found, nullptr) << name << " is there twice";
    found = &parameter;
  }
  if (!found) throw std::runtime_error("no parameter " + name);
  return *found;
}

}  // namespace sextant::analysis
