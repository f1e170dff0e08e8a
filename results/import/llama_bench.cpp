// SPDX-License-Identifier: Apache-2.0
//
// llama-bench of llama.cpp: its CSV, JSON and JSON lines (-o csv, json, jsonl).
//
// What the tool counts, and what becomes of it:
// - A test generates n_gen tokens (decode.engine), processes a prompt of n_prompt tokens (prefill.engine), or does the
//   one after the other (engine.request); its time leaves out tokenisation and sampling. Tokens per second are tokens
//   over seconds: an operation is a token, of one sequence.
// - JSON has the nanoseconds of every repetition (samples_ns): each is a sample. CSV has their mean (avg_ns): one sample;
//   their standard deviation stands beside it as an extra column.
// - Bytes are not counted. Size of the weights and number of parameters, as the tool states them, are axes.
// - depth is the number of tokens that were in the context before.
// The path of the model's file stays out; the model is named by its type ("qwen2 7B Q4_K - Medium").
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "results/import/json_place.hpp"
#include "results/import/tool_readers.hpp"
#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

// One test, from either format.
struct Entry {
  std::function<std::string(const std::string&)> text;  // of a column; empty where it is not there
  std::function<double(const std::string&)> number;     // throws when it is missing or no number from zero on
  std::function<void(const std::string&, std::string_view)> fail;  // names the column and the fix
  std::vector<double> nanoseconds;                                 // of the repetitions
  double deviation = not_available;                                // of them, seconds, where only the mean is there
};

Table table_of(const char* probe, const char* summary) {
  return {probe,
          summary,
          {"throughput", Unit::per_second},
          {{"model", Unit::text, "family, size and format of the weights"},
           {"weights", Unit::byte, "of the model's file"},
           {"parameters", Unit::one, "of the model"},
           {"backend", Unit::text, "library that computes"},
           {"threads", Unit::one, "processor threads"},
           {"gpu_layers", Unit::one, "layers that may lie on the GPU; -1: all"},
           {"batch", Unit::one, "tokens of a prompt that are processed together, at most"},
           {"kv_type", Unit::text, "format of keys and values"},
           {"options", Unit::text, "other settings that change what is measured"},
           {"depth", Unit::one, "tokens in the context before the test"},
           {"prompt", Unit::one, "tokens of the prompt"},
           {"tokens", Unit::one, "tokens generated"}},
          {{"deviation", Unit::second, "standard deviation of the repetitions, where only their mean is known"}}};
}

// JSON says false where CSV says 0.
std::string unified(const std::string& text) { return text == "false" ? "0" : text == "true" ? "1" : text; }

std::string options_of(const Entry& entry) {
  std::string options;
  for (const char* key :
       {"n_ubatch", "flash_attn", "split_mode", "main_gpu", "no_kv_offload", "n_cpu_moe", "tensor_split", "devices",
        "use_mmap", "load_mode", "embeddings", "no_op_offload", "repack", "moe_cache"}) {
    if (const std::string text = unified(entry.text(key)); !text.empty())
      options += fmt::format("{}{}={}", options.empty() ? "" : " ", key, text);
  }
  return options.empty() ? "none" : options;
}

std::string backend_of(const Entry& entry) {
  for (const char* key : {"backends", "backend"}) {
    if (const std::string text = entry.text(key); !text.empty()) return text;
  }
  return "unknown";
}

void read_entry(const Entry& entry, Run& run) {
  const double prompt = entry.number("n_prompt"), generated = entry.number("n_gen");
  if (prompt + generated == 0) entry.fail("n_gen", "the test processes no token: write a number above zero");
  const Table table =
      generated == 0 ? table_of("prefill.engine", "Tokens of a prompt per second that an inference engine processes.")
      : prompt == 0
          ? table_of("decode.engine", "Tokens per second that an inference engine generates for one sequence.")
          : table_of("engine.request", "Tokens per second, prompt and generated ones together.");
  const std::string model = entry.text("model_type");
  if (model.empty()) entry.fail("model_type", "write the type of the model");
  const Point point{{"model", model},
                    {"weights", entry.number("model_size")},
                    {"parameters", entry.number("model_n_params")},
                    {"backend", backend_of(entry)},
                    {"threads", entry.number("n_threads")},
                    {"gpu_layers", entry.number("n_gpu_layers")},
                    {"batch", entry.number("n_batch")},
                    {"kv_type", fmt::format("{}/{}", entry.text("type_k"), entry.text("type_v"))},
                    {"options", options_of(entry)},
                    {"depth", entry.text("n_depth").empty() ? 0 : entry.number("n_depth")},
                    {"prompt", prompt},
                    {"tokens", generated}};
  Measurement& measurement = measurement_at(run, table, point);
  int launch = 0;  // the same test again is another process
  for (const Sample& sample : measurement.samples) launch = std::max(launch, sample.launch + 1);
  for (const double nanoseconds : entry.nanoseconds) {
    Sample sample;
    sample.seconds = nanoseconds * 1e-9;
    sample.operations = prompt + generated;
    sample.launch = launch;
    sample.extras = {entry.deviation};
    add_sample(measurement, std::move(sample));
  }
  auto& provenance = run.provenance;
  const auto note = [&](const char* fact, const char* key) {
    const auto& facts = provenance.environment;
    const bool there =
        std::any_of(facts.begin(), facts.end(), [&](const auto& entry_) { return entry_.first == fact; });
    if (const std::string text = entry.text(key); !text.empty() && !there)
      provenance.environment.emplace_back(fact, text);
  };
  note("import.version", "build_commit");
  note("cpu.model", "cpu_info");
  note("gpu.model", "gpu_info");
  if (provenance.started.empty()) provenance.started = entry.text("test_time");
  if (!provenance.machine.empty()) return;
  const std::string gpu = entry.text("gpu_info");
  provenance.machine = label_of(gpu.empty() || entry.number("n_gpu_layers") == 0 ? entry.text("cpu_info") : gpu);
}

double whole(double value, const std::string& key) { return key == "n_gpu_layers" ? std::max(value, -1.0) : value; }

void read_object(const JsonPlace& object, Run& run) {
  Entry entry;
  entry.text = [&](const std::string& key) { return object.text_or(key, ""); };
  entry.number = [&](const std::string& key) {
    const double value = object.member(key).number();
    if (value < (key == "n_gpu_layers" ? -1 : 0)) object.member(key).fail("write a number from zero on");
    return whole(value, key);
  };
  entry.fail = [&](const std::string& key, std::string_view fix) { object.member(key).fail(fix); };
  if (object.has("samples_ns")) {
    for (const JsonPlace& sample : object.member("samples_ns").elements())
      entry.nanoseconds.push_back(sample.positive());
    if (entry.nanoseconds.empty()) object.member("samples_ns").fail("holds no repetition: run llama-bench with -r 5");
  } else {
    entry.nanoseconds = {object.member("avg_ns").positive()};
    entry.deviation = object.number_or("stddev_ns", not_available) * 1e-9;
  }
  read_entry(entry, run);
}

void read_json(const ToolFile& file, Run& run) {
  constexpr std::string_view fix = "write the file again with llama-bench -o json";
  const JsonPlace document = JsonPlace::parse(file.text, file.named, fix);
  for (const JsonPlace& object : document.elements()) read_object(object, run);
}

void read_json_lines(const ToolFile& file, Run& run) {
  std::string_view rest = file.text;
  for (int line = 1; !rest.empty(); ++line) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (const std::string_view text = rest.substr(0, end); text.find_first_not_of(" \r\t") != std::string_view::npos) {
      read_object(JsonPlace::parse(text, fmt::format("{}:{}", file.named, line),
                                   "write the file again with llama-bench -o jsonl"),
                  run);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void read_csv_text(const ToolFile& file, Run& run) {
  const CsvTable csv = parse_csv(file.text, file.named);
  csv.column("model_type");  // another table is told so at once
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    Entry entry;
    entry.text = [&](const std::string& key) { return csv.has_column(key) ? csv.cell(row, key) : std::string(); };
    entry.number = [&](const std::string& key) {
      const double value = csv.number(row, key);
      if (!(value >= (key == "n_gpu_layers" ? -1 : 0))) csv.fail(row, key, "write a number from zero on");
      return whole(value, key);
    };
    entry.fail = [&](const std::string& key, std::string_view fix) { csv.fail(row, key, fix); };
    const double mean = csv.number(row, "avg_ns");
    if (!(mean > 0)) csv.fail(row, "avg_ns", "measure this again: it must be above zero");
    entry.nanoseconds = {mean};
    if (csv.has_column("stddev_ns")) entry.deviation = csv.number(row, "stddev_ns") * 1e-9;
    read_entry(entry, run);
  }
}

}  // namespace

Run read_llama_bench(const ToolFile& file) {
  Run run = tool_run("llama-bench", "");
  const auto begin = file.text.find_first_not_of(" \t\r\n");
  const char first = begin == std::string::npos ? '\0' : file.text[begin];
  if (first == '[') {
    read_json(file, run);
  } else if (first == '{') {
    read_json_lines(file, run);
  } else {
    read_csv_text(file, run);
  }
  if (run.measurements.empty())
    throw InvalidInput(file.named + ": holds no test: give the output of llama-bench -o json or -o csv");
  return run;
}

}  // namespace sextant::results
