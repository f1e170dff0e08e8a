// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "results/record/unit.hpp"

// A published measurement: what was measured, on what, and the value. Nobody on this project measured them. SI units.
namespace sextant::analysis {

// Decode rows by what their columns `use`, `batch` and `metric` say, component rows by the header of their table.
enum class Group { single, batched, maxload, flash, energy, collectives, gemm, attention, memory };
inline constexpr std::size_t group_count = 9;
inline constexpr const char* group_names[group_count] = {"single",      "batched", "maxload",   "flash", "energy",
                                                         "collectives", "gemm",    "attention", "memory"};

// What a value is. A metric has one unit; a table that gives another is refused.
enum class Metric {
  user_rate,         // 1/s: tokens of one stream (decode_tok_s, decode_tok_s_per_user)
  total_rate,        // 1/s: output tokens of all accelerators (output_tok_s_total)
  accelerator_rate,  // 1/s: the same, each accelerator (output_tok_s_per_accel)
  step_time,         // s: between two tokens of one stream (tpot_mean, tpot_median)
  batch_time,        // s: one static batch, from the prompt to the last token (e2e_latency)
  power,             // W: mean of one accelerator (power_W, power_per_accel)
  wall_power,        // W: peak of the whole machine at the wall (wall_power_peak)
  token_energy,      // J: for each output token (energy_per_output_token)
  read_rate,         // byte/s: of a storage device (ssd_read_sequential)
  call_time,         // s: one call of a kernel or a collective, one load of a chase
  bandwidth,         // byte/s: of memory
  speedup,           // 1: of products by units near the memory, over the same memory's port
};

// In the order of Metric.
inline constexpr results::Unit metric_units[] = {
    results::Unit::per_second, results::Unit::per_second,      results::Unit::per_second,
    results::Unit::second,     results::Unit::second,          results::Unit::watt,
    results::Unit::watt,       results::Unit::joule,           results::Unit::byte_per_second,
    results::Unit::second,     results::Unit::byte_per_second, results::Unit::one};
constexpr results::Unit unit_of(Metric metric) { return metric_units[static_cast<std::size_t>(metric)]; }

// A run of an engine.
struct Decoding {
  std::string model;        // catalogue id; empty where the row names none
  std::string engine;       // as written
  std::string family;       // id in engines.csv
  std::string weight_type;  // catalogue id of a precision; empty where the row names none
  double weight_bytes = 2;  // of an element, scales included
  double cache_bytes = 2;   // of an element
  double file_bytes = 0;    // of the weights as stored, where the size of the file was published; 0 = not known
  double accelerators = 1;
  double shared_by = 1;          // accelerators that work on one token together; the others wait their turn
  bool split_stated = true;      // false: the row does not say how many share a token, and shared_by is 1
  std::optional<double> batch;   // nothing: set by memory and scheduler, and not stated
  std::optional<double> input;   // tokens; nothing: mixed, or not stated
  std::optional<double> output;  // tokens
  std::string notes;
};

// One matrix product [rows x k] x [k x n].
struct Product {
  std::string library;  // without version, as results/import/published.hpp names it
  std::string type;     // of the weights: "bf16", "fp8", ...
  double rows = 1, n = 0, k = 0;
  double bytes = 0;  // of the weights
};

// Decode attention of one layer.
struct AttentionCall {
  std::string library, type;
  double batch = 1, query_heads = 0, key_value_heads = 0, head_size = 0, context = 0;
  double bytes = 0;  // of keys and values
};

struct CollectiveCall {
  std::string library, operation;  // "allreduce", "allgather", "alltoall"
  double ranks = 2;
  double bytes = 0;  // of the message
};

// A stream kernel or a pointer chase.
struct MemoryFigure {
  std::string what;  // as the table names it: "stream_triad", "dram_latency_pointer_chase"
};

struct Case {
  Group group = Group::single;
  std::string id, source;
  std::string accelerator;  // as written
  std::string device;       // catalogue id; empty where the catalogue does not have it
  std::string trust;        // A a vendor's or maintainer's table, B one careful person, C uncurated
  double bandwidth = 0;     // byte/s of one accelerator's memory, as its vendor states it
  double arithmetic = 0;    // flop/s of one, 16 bit and dense; 0 = the table does not say
  Metric metric = Metric::user_rate;
  double measured = 0;
  std::string table_unit;  // as the table writes it: "ms"
  double table_scale = 1;  // SI of one of it
  std::variant<Decoding, Product, AttentionCall, CollectiveCall, MemoryFigure> what;
  std::string refused;      // why nothing is predicted: a name nobody knows, a value that beats physics; empty = it is
  bool impossible = false;  // refused because the value beats physics
  bool cached = false;      // a kernel that moves no more bytes than one of its library that beats the memory: in part
                            // from a cache
  std::string file;         // as named in errors
  int line = 0;

  const Decoding& decoding() const { return std::get<Decoding>(what); }
};

}  // namespace sextant::analysis
