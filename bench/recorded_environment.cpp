// SPDX-License-Identifier: Apache-2.0
#include "bench/recorded_environment.hpp"

#include "probes/kernels/stream.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/meters.hpp"
#include "probes/probe/version.hpp"
#include "results/record/csv.hpp"

namespace sextant::bench {

probes::Environment recorded_environment() {
  probes::Environment environment = probes::capture_environment();
  const auto build = probes::build_info();
  const auto clock = probes::measure(probes::monotonic_clock());
  const auto add = [&](const char* key, std::string value) { environment.facts.emplace_back(key, std::move(value)); };
  add("build.version", build.version);
  add("build.commit", build.commit + (build.dirty ? "+" : ""));
  add("build.compiler", build.compiler);
  add("build.type", build.type);
  add("build.simd", probes::simd_target());
  add("clock.name", "CLOCK_MONOTONIC");
  add("clock.resolution_s", results::number_text(clock.resolution));
  add("clock.cost_s", results::number_text(clock.cost));
  probes::Meters().note(environment);
  if (build.dirty)
    environment.warnings.push_back("built from a checkout with uncommitted changes: commit before you publish");
  if (build.type != "Release" && build.type != "RelWithDebInfo") {
    environment.warnings.push_back("this is a " + build.type + " build: measure with the release preset");
  }
  return environment;
}

}  // namespace sextant::bench
