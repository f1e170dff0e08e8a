// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "results/record/run.hpp"

// Published component tables: collectives, matrix products, decode attention and memory of many accelerators, one value
// a row, each row with its source, date and trust.
namespace sextant::results {

// One run per accelerator of the file, in the order they first appear. The machine's label is the accelerator's name in
// lower case ("h100-sxm"). Which of the four tables it is, the header says. Their probes and axes:
//   gpu.collective.allreduce .allgather .alltoall   ranks, bytes, library          seconds a call; bytes of the message
//   gpu.gemv        type, rows, n, k, library                                      seconds a call; bytes of the weights
//   gpu.attention   type, batch, query_heads, kv_heads, head_size, context, library
//                                                              seconds a call, one layer; bytes of the keys and values
//   gpu.memory.read .write .copy .triad   source         bytes per second; the rows give the rate, not time and bytes
//   gpu.memory.latency                    source, level  seconds a load
//   published.bandwidth .latency .ratio   source, metric what no probe of ours takes; ratios are skipped points
// `library` is the library's mode where that names it ("vllm_graph", "nccl-tests"), else its name and mode
// ("nccl-profiler"), without version. A row faster than its memory's stated peak, or not larger than such a row of the
// same type and library, is kept as a failed point with its reason: a cache served it, or its bytes are miscounted.
// So are rows whose source says that they time the host.
// environment: "published.<library or source>" cites the rows; "device.memory.bandwidth" is the stated peak in By/s.
// Throws InvalidInput: file, line, column, value and the fix.
std::vector<Run> read_published(const std::filesystem::path& file);
std::vector<Run> parse_published(std::string_view text, const std::string& named);  // `named` is the file in errors

}  // namespace sextant::results
