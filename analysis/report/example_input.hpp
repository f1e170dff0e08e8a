// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/report/report.hpp"

// Invented input for the tests of this folder: small, and every value known. Never linked into the product.
namespace sextant::analysis::example {

inline results::Measurement measurement(std::string probe, results::Point point, results::Quantity quantity,
                                        double value, results::Status status = results::Status::converged) {
  results::Measurement m;
  m.probe = std::move(probe);
  m.point = std::move(point);
  m.quantity = std::move(quantity);
  m.status = status;
  for (int i = 0; i < 12; ++i) {
    results::Sample sample;
    sample.launch = i % 3;
    sample.repetition = i;
    sample.seconds = 0.01 * (1 + 0.001 * i);
    sample.bytes = 0.01 * value;
    sample.operations = 0.01 / value;
    m.samples.push_back(sample);
  }
  return m;
}

inline results::Run run() {
  using results::Unit;
  const results::Quantity bandwidth{"bandwidth", Unit::byte_per_second};
  results::Run run;
  run.provenance.machine = "example";
  run.provenance.run_id = "20260102-0a0b0c";
  run.provenance.mode = "quick";
  run.provenance.environment = {
      {"cpu.model", "Example 9000"}, {"cpu.processors", "2"}, {"memory.total", "8589934592"}, {"virtualised", "yes"}};
  run.provenance.warnings = {"The machine is virtual: measure on bare metal."};
  run.topology_xml = "<object type=\"L2Cache\" gp_index=\"1\" cache_size=\"1048576\"/>";
  run.tables = {{"memory.read", "Reads.", bandwidth, {{"footprint", Unit::byte, ""}, {"threads", Unit::one, ""}}, {}}};
  for (const double threads : {1.0, 2.0}) {
    for (double footprint = 65536; footprint <= 67108864; footprint *= 4) {
      run.measurements.push_back(measurement(
          "memory.read", {{"footprint", footprint}, {"threads", threads}}, bandwidth, threads * 4e15 / footprint,
          threads > 1 ? results::Status::not_converged : results::Status::converged));
    }
  }
  run.measurements.push_back(measurement("sync.barrier", {{"threads", 2.0}}, {"latency", Unit::second}, 4e-7));
  results::Measurement skipped;
  skipped.probe = "gpu.memory.read";
  skipped.quantity = bandwidth;
  skipped.status = results::Status::skipped;
  skipped.reason = "No device is present.";
  run.measurements.push_back(skipped);
  return run;
}

inline Projection projection(std::string workload, std::string design, double rate, std::string transfer_class) {
  Projection p;
  p.workload = std::move(workload);
  p.design = std::move(design);
  p.transfer_class = std::move(transfer_class);
  p.proposed = p.range_only = p.transfer_class == "T5";
  p.bound_by = "memory bandwidth";
  p.capacity_needed = 16e9;
  p.capacity_available = 80e9;
  p.tokens_per_second_user = p.tokens_per_second_total = {rate * 0.8, rate, rate * 1.25};
  p.time_per_token = {0.8 / rate, 1 / rate, 1.25 / rate};
  p.phases = {{"weights", {0.6 / rate, 0.75 / rate, 0.9 / rate}},
              {"fixed cost", {0.2 / rate, 0.25 / rate, 0.3 / rate}}};
  p.assumptions = {"The weights are read once a token."};
  return p;
}

inline std::vector<Projection> projections() {
  std::vector<Projection> all{
      projection("small model", "baseline", 100, "T2"), projection("small model", "proposed", 300, "T5"),
      projection("large model", "baseline", 10, "T2"), projection("large model", "proposed", 30, "T5")};
  Projection& too_large = all[2];
  too_large.fits = false;
  too_large.capacity_needed = 140e9;
  too_large.reason = "It needs 140 GB and has 80 GB.";
  return all;
}

inline results::Profile profile() {
  results::Profile profile;
  profile.machine = "example";
  results::Parameter known;
  known.name = "memory.read.bandwidth";
  known.estimate = {2e10, 1.9e10, 2.1e10};
  known.unit = results::Unit::byte_per_second;
  known.source = results::Source::fitted;
  known.transfer = results::TransferClass::T0;
  known.evidence = "run 20260102-0a0b0c";
  results::Parameter refused;
  refused.name = "net.allreduce.gap";
  refused.refused = "Two sizes are too few.";
  profile.parameters = {known, refused};
  return profile;
}

inline ReportInput input() {
  ReportInput input;
  input.runs = {run()};
  input.profile = profile();
  input.projections = projections();
  input.bounds = {{"memory.read", "datasheet peak", 2e11}};
  input.generated = "2026-01-02T03:04Z";
  input.version = "0.1.0";
  return input;
}

}  // namespace sextant::analysis::example
