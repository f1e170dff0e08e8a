// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

#include "analysis/designs/design.hpp"
#include "analysis/workloads/workload_reader.hpp"
#include "results/record/profile.hpp"

// A profile with round figures for tests; no machine was measured for it.
namespace sextant::analysis::example {

inline results::Parameter parameter(std::string name, std::string validity, double value, results::Unit unit) {
  results::Parameter p;
  p.name = std::move(name);
  p.validity = std::move(validity);
  p.estimate = {value, 0.95 * value, 1.05 * value};
  p.unit = unit;
  p.source = results::Source::measured;
  p.transfer = results::TransferClass::T0;
  p.evidence = "test";
  return p;
}

inline results::Profile profile() {
  using results::Unit;
  results::Profile p;
  p.machine = "example";
  p.parameters = {parameter("memory.read.bandwidth.dram", "threads=1", 20e9, Unit::byte_per_second),
                  parameter("memory.read.bandwidth.dram", "threads=2", 40e9, Unit::byte_per_second),
                  parameter("near_data.gemv.flops", "type=f32 threads=2", 40e9, Unit::flop_per_second),
                  parameter("near_data.gemv.flops", "type=int8 threads=2", 90e9, Unit::flop_per_second),
                  parameter("near_data.gemv.efficiency", "type=f32", 0.85, Unit::one),
                  parameter("sync.barrier", "threads=2", 0.4e-6, Unit::second),
                  parameter("overhead.dispatch", "threads=2", 1.5e-6, Unit::second),
                  parameter("machine.memory", "", 24e9, Unit::byte),
                  parameter("net.allreduce.alpha", "ranks=2 bytes=8..32768", 1.2e-6, Unit::second),
                  parameter("net.allreduce.alpha", "ranks=2 bytes=32768..1048576", 6e-6, Unit::second),
                  parameter("storage.read.peak", "", 1.5e9, Unit::byte_per_second),
                  parameter("storage.read.latency", "", 90e-6, Unit::second)};
  for (const double depth : {1.0, 4.0, 16.0, 64.0}) {
    for (const double block : {4096.0, 65536.0, 1048576.0}) {
      const double bandwidth = std::min(1.5e9, depth * block / (90e-6 + block / 1.5e9));
      p.parameters.push_back(parameter(
          "storage.read.bandwidth",
          "block=" + std::to_string(static_cast<int>(block)) + " depth=" + std::to_string(static_cast<int>(depth)),
          bandwidth, Unit::byte_per_second));
    }
  }
  p.draws.columns = {"memory.read.bandwidth.dram[threads=2]", "near_data.gemv.efficiency[type=f32]"};
  for (int i = 0; i < 50; ++i) p.draws.rows.push_back({39e9 + i * 0.04e9, 0.80 + i * 0.002});
  return p;
}

inline std::filesystem::path analysis_folder() { return std::filesystem::path(SEXTANT_SOURCE_DIR) / "analysis"; }

inline const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(analysis_folder() / "catalogue");
  return loaded;
}

inline Design design(const std::string& name, const std::vector<Override>& overrides = {}) {
  return read_design(analysis_folder() / "designs" / (name + ".toml"), catalogue(), overrides);
}

inline Workload workload(const std::string& name) {
  return read_workload(analysis_folder() / "workloads" / (name + ".toml"), catalogue());
}

}  // namespace sextant::analysis::example
