// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "bench/plan.hpp"
#include "probes/probe/workspace.hpp"

namespace benchmark {
class BenchmarkReporter;
}

namespace sextant::bench {

// Runs the planned trials of this process under Google Benchmark, for people who know its flags, its output and its comparison
// tools. Bytes and operations are those of the trials: the numbers differ from `sextant run` only in how they are
// summarised (mean of one batch instead of the median of many samples). A probe's extra columns become counters. `arguments` are its flags; `reporter` replaces
// its own one.
int run_google_benchmark(const std::vector<PlannedProbe>& plan, probes::Workspace& workspace,
                         const std::vector<std::string>& arguments, benchmark::BenchmarkReporter* reporter = nullptr);

}  // namespace sextant::bench
