// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Published measurements of decoding, as tables of one measurement a row. Nobody on this project measured them.
namespace sextant::analysis {

// SI units.
struct DecodeCase {
  std::string id, source, accelerator, model, engine, metric, use, trust;
  double accelerators = 1;
  double shared_by = 1;          // accelerators that work on one token together; the rest wait their turn
  double bandwidth = 0;          // byte/s of one accelerator, as its vendor states it
  double arithmetic = 0;         // flop/s of one, 16 bit and dense
  double weight_bytes = 2;       // of an element
  double cache_bytes = 2;        // of an element
  std::optional<double> batch;   // nothing: set by memory or scheduler, and not stated
  double input = 0, output = 0;  // tokens
  double value = 0;              // s, J, W or tokens/s
  int line = 0;                  // in its file
};

// Columns id, source, accelerator, n_accel, mem_bw_GBps_peak, peak_tflops, model, weight_dtype, kv_dtype, engine, batch,
// input_len, output_len, tp, metric, value, unit, use and trust; others are not read. Throws results::InvalidInput that
// names file, line, column and value.
std::vector<DecodeCase> read_decode_cases(const std::filesystem::path& file);

std::vector<DecodeCase> with_metric(const std::vector<DecodeCase>& cases, std::string_view metric);

}  // namespace sextant::analysis
