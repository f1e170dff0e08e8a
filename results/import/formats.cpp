// SPDX-License-Identifier: Apache-2.0
#include "results/import/formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>

#include "results/import/google_benchmark.hpp"
#include "results/import/published.hpp"
#include "results/import/text_place.hpp"
#include "results/import/tool_readers.hpp"
#include "results/record/csv.hpp"
#include "results/record/privacy.hpp"

namespace sextant::results {
namespace {

template <Run (*reader)(const ToolFile&)>
std::vector<Run> one(const ToolFile& file) {
  return {reader(file)};
}

std::vector<Run> published(const ToolFile& file) { return parse_published(file.text, file.named); }

Run google_benchmark(const ToolFile& file) { return parse_google_benchmark(file.text, file.named); }

constexpr Format all[] = {
    {"nvbandwidth", "JSON of nvbandwidth -j: copies between host and GPUs", "", "\"bandwidth_matrix\"",
     one<read_nvbandwidth>},
    {"nccl-tests", "text of all_reduce_perf and its sisters: collectives of GPUs", "ranks collective", "busbw",
     one<read_nccl_tests>},
    {"babelstream", "CSV or text of BabelStream: memory bandwidth", "device threads", "Triad", one<read_babelstream>},
    {"osu", "text of the OSU micro-benchmarks: MPI messages and collectives", "ranks", "# OSU ", one<read_osu>},
    {"fio", "JSON of fio --output-format=json: storage", "span", "\"fio version\"", one<read_fio>},
    {"likwid-bench", "text of likwid-bench: memory bandwidth by loop", "", "LIKWID MICRO BENCHMARK",
     one<read_likwid_bench>},
    {"llama-bench", "CSV, JSON or JSON lines of llama-bench: a real inference engine", "", "model_n_params",
     one<read_llama_bench>},
    {"google-benchmark", "JSON of a Google Benchmark program", "", "\"benchmarks\"", one<google_benchmark>},
    {"published", "CSV of published components of many accelerators, a run each", "", "source_path_or_url", published},
};

// FNV-1a: names a run by what is in it, so that a file imported twice is the same run.
std::string digest(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return fmt::format("{:08x}", hash);
}

// "2026-01-31" or "2026-01-31T23:59:59Z", with or without what follows the seconds.
bool is_date(std::string_view text) {
  constexpr std::string_view day = "0000-00-00", time = "T00:00:00";
  const auto matches = [](std::string_view piece, std::string_view pattern) {
    return piece.size() == pattern.size() &&
           std::equal(piece.begin(), piece.end(), pattern.begin(), [](char c, char p) {
             return p == '0' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : c == p;
           });
  };
  return matches(text.substr(0, day.size()), day) &&
         (text.size() == day.size() || matches(text.substr(day.size(), time.size()), time));
}

void check(const Label& label) {
  if (!label.date.empty() && !is_date(label.date))
    throw InvalidInput(fmt::format("--date '{}': write 2026-01-31 or 2026-01-31T23:59:59Z", label.date));
  if (label.machine.find_first_of("/\\ \t\n") != std::string::npos || label.machine.starts_with('.'))
    throw InvalidInput(
        fmt::format("--machine '{}': a name without spaces and slashes, for example dgx-h100", label.machine));
  for (const auto& [option, text] : {std::pair("--source", label.source), {"--licence", label.licence}}) {
    if (const auto piece = private_piece(text)) {
      throw InvalidInput(fmt::format("{} '{}': '{}' gives away a machine or its user: give an address or a citation",
                                     option, text, *piece));
    }
  }
}

void check_settings(const Format& format, const ToolFile& file) {
  const auto known = words_of(format.settings);
  for (const auto& [key, value] : file.settings) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    throw InvalidInput(fmt::format("--set {}={}: {} takes {}", key, value, format.name,
                                   known.empty() ? "no settings" : fmt::format("{}", fmt::join(known, ", "))));
  }
}

std::vector<Run> read(const Format& format, const ToolFile& file) {
  try {
    return format.read(file);
  } catch (const InvalidInput& error) {
    if (file.text.find(format.mark) != std::string::npos) throw;
    const auto other = std::find_if(std::begin(all), std::end(all), [&](const Format& candidate) {
      return file.text.find(candidate.mark) != std::string::npos;
    });
    if (other == std::end(all)) throw;
    throw InvalidInput(
        fmt::format("{} (this looks like {}: sextant import {})", error.what(), other->name, other->name));
  }
}

// An import must pass the check of run folders: nothing private that a person or a program has put into names, and times
// and counts that a file can hold.
void check_storable_values(const ToolFile& file, const Run& run) {
  const auto look = [&](const std::string& what, const std::string& text) {
    if (const auto piece = private_piece(text)) {
      throw InvalidInput(fmt::format("{}: {}: value '{}': '{}' gives away a machine or its user: take it out",
                                     file.named, what, text, *piece));
    }
  };
  for (const auto& [key, text] : run.provenance.environment) look(key, text);
  for (const std::string& warning : run.provenance.warnings) look("warning", warning);
  for (const Measurement& measurement : run.measurements) {
    look(measurement.probe, measurement.reason);
    for (const Sample& sample : measurement.samples) {
      if (sample.seconds > 0 && std::isfinite(sample.seconds + sample.operations + sample.bytes)) continue;
      throw InvalidInput(
          fmt::format("{}: {} {}: its time or its counts are beyond what a number can say: measure it again",
                      file.named, measurement.probe, to_text(measurement.point)));
    }
    for (const auto& [axis, value] : measurement.point.coordinates()) {
      if (const auto* word = std::get_if<std::string>(&value)) look(axis, *word);
    }
  }
}

void name_run(const Format& format, const ToolFile& file, const Label& label, std::string_view changed, Run& run) {
  Provenance& provenance = run.provenance;
  const auto settle = [&](std::string& field, const std::string& said, const std::string& otherwise,
                          std::string_view warning) {
    if (!said.empty()) field = said;
    if (!field.empty()) return;
    field = otherwise;
    provenance.warnings.emplace_back(warning);
  };
  const std::string id = digest(file.text);
  if (provenance.machine == "unknown") provenance.machine.clear();
  settle(provenance.source, label.source, fmt::format("{} output", format.name),
         "imported without a source: give --source with the address or citation of the figures");
  settle(provenance.licence, label.licence, std::string(unstated_licence),
         "imported without a licence: ask whose the figures are before they are published");
  settle(provenance.started, label.date, std::string(changed),
         "the file does not say when it was measured: the date is that of its last change");
  settle(provenance.machine, label.machine, "unnamed-" + id,
         "the file does not say what machine it is of: give --machine");
  std::string day;  // of a date in words, what comes before the words
  for (const char c : provenance.started.substr(0, 10)) {
    if (c != '-' && std::isdigit(static_cast<unsigned char>(c)) == 0) break;
    if (c != '-') day += c;
  }
  provenance.run_id = fmt::format("{}-{}", day.empty() ? "undated" : day, id);
  provenance.environment.emplace_back("import.format", format.name);
  for (const auto& [key, value] : file.settings) provenance.environment.emplace_back("import.set." + key, value);
  for (Measurement& measurement : run.measurements) measurement.flags.imported = true;
}

}  // namespace

std::span<const Format> formats() { return all; }

const Format* find_format(std::string_view name) {
  const auto found =
      std::find_if(std::begin(all), std::end(all), [&](const Format& format) { return format.name == name; });
  return found == std::end(all) ? nullptr : found;
}

std::vector<Run> import_file(const Format& format, const ToolFile& file, const Label& label, std::string_view changed) {
  check(label);
  check_settings(format, file);
  std::vector<Run> runs = read(format, file);
  for (Run& run : runs) {
    name_run(format, file, label, changed, run);
    check_storable_values(file, run);
  }
  return runs;
}

}  // namespace sextant::results
