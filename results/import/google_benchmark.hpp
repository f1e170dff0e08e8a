// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "results/record/run.hpp"

// Google Benchmark's JSON, in and out: what its users have already, and what their tools read.
namespace sextant::results {

inline constexpr std::string_view google_benchmark_probe = "google-benchmark";

// "memory.read/footprint=16384/threads=2": the name `sextant benchmark` and the export give to a point.
std::string benchmark_name(std::string_view probe, const Point& point);

// A run in which every benchmark is a point of the probe "google-benchmark" and every repetition a sample: seconds per
// iteration. Aggregates are left out, since they are made of the repetitions. All samples are of launch 0 unless the
// file says otherwise, as ours does: Google Benchmark is one process. A benchmark that reports an error is a failed
// measurement with its message. Throws InvalidInput that names file and entry.
Run read_google_benchmark(const std::filesystem::path& file);
Run parse_google_benchmark(std::string_view text, const std::string& named);  // `named` is the file in errors

// The run as one strict JSON document that Google Benchmark's compare.py reads: an entry for every measured sample, then
// the median (and from 59 samples on p5 and p95) of the times. Times are per operation, or per sample where the probe
// counts no operations. A point without samples has one entry with its reason as error_message and zeros, as Google
// Benchmark writes an error. What is not known is null. Names neither host nor path.
std::string google_benchmark_text(const Run& run);

}  // namespace sextant::results
