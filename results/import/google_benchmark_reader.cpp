// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "results/import/google_benchmark.hpp"
#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

using Json = nlohmann::json;

// One element of "benchmarks", which can say where it stands.
class Entry {
 public:
  Entry(const Json& json, std::size_t index, const std::string& file) : json_(json), file_(file) {
    place_ = fmt::format("benchmarks[{}]", index);
    if (!json.is_object()) fail("is not an object");
    place_ += " '" + word("name") + "'";
  }

  [[noreturn]] void fail(const std::string& what,
                         std::string_view fix = "write the file again with --benchmark_format=json") const {
    throw InvalidInput(fmt::format("{}: {}: {}: {}", file_, place_, what, fix));
  }

  bool has(const char* key) const { return json_.contains(key); }

  std::string word(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || !found->is_string()) fail(fmt::format("has no text '{}'", key));
    return found->get<std::string>();
  }

  std::string word_or(const char* key, const std::string& otherwise) const { return has(key) ? word(key) : otherwise; }

  double positive(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) fail(fmt::format("has no number '{}'", key));
    const bool fits = found->is_number() && found->get<double>() > 0;
    if (!fits) fail(fmt::format("{} is {}", key, found->dump()), "measure this benchmark again: it must be above zero");
    return found->get<double>();
  }

  // A missing or null member is not available.
  double number_or_none(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return not_available;
    if (!found->is_number() || found->get<double>() < 0)
      fail(fmt::format("{} is {}", key, found->dump()), "write a number from zero on");
    return found->get<double>();
  }

  int launch() const {
    const auto found = json_.find("launch");
    if (found == json_.end()) return 0;
    const bool fits = found->is_number_integer() && found->get<double>() >= 0 && found->get<double>() <= 1e9;
    if (!fits) fail("launch is " + found->dump(), "write a whole number from zero on");
    return found->get<int>();
  }

  bool failed() const {
    const auto found = json_.find("error_occurred");
    return found != json_.end() && found->is_boolean() && found->get<bool>();
  }

  double seconds_per_unit() const {
    const std::string unit = word("time_unit");
    if (unit == "ns") return 1e-9;
    if (unit == "us") return 1e-6;
    if (unit == "ms") return 1e-3;
    if (unit == "s") return 1;
    fail("time_unit is '" + unit + "'", "write ns, us, ms or s");
  }

 private:
  const Json& json_;
  const std::string& file_;
  std::string place_;
};

Sample sample_of(const Entry& entry) {
  Sample sample;
  const double unit = entry.seconds_per_unit();
  sample.operations = entry.positive("iterations");
  sample.seconds = entry.positive("real_time") * unit * sample.operations;
  sample.conditions.cpu_seconds = entry.number_or_none("cpu_time") * unit * sample.operations;
  const double rate = entry.number_or_none("bytes_per_second");
  if (rate > 0) sample.bytes = rate * sample.seconds;
  sample.launch = entry.launch();
  if (!std::isfinite(sample.seconds) || !std::isfinite(sample.bytes))
    entry.fail("times or rates are beyond what a number can say", "measure this benchmark again");
  return sample;
}

std::string text_or_none(const Json& context, const char* key) {
  const auto found = context.find(key);
  if (found == context.end()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// What of the context may be kept: it also holds the host's name and the path of the program, which never are.
Provenance provenance_of(const Json& document, const std::string& file) {
  Provenance provenance;
  provenance.mode = "standard";
  provenance.state = State::complete;
  provenance.machine = "unknown";
  provenance.run_id = "google-benchmark";
  provenance.licence.clear();  // whose figures these are, the file does not say
  provenance.source = "Google Benchmark, " + std::filesystem::path(file).filename().string();
  const auto found = document.find("context");
  if (found == document.end() || !found->is_object()) return provenance;
  const Json& context = *found;
  provenance.started = text_or_none(context, "date");
  if (!provenance.started.empty()) provenance.source += " of " + provenance.started;
  for (const char* key : {"num_cpus", "mhz_per_cpu", "cpu_scaling_enabled", "library_build_type"}) {
    if (std::string text = text_or_none(context, key); !text.empty())
      provenance.environment.emplace_back(std::string("google_benchmark.") + key, std::move(text));
  }
  if (std::string text = text_or_none(context, "sextant_machine"); !text.empty()) provenance.machine = text;
  if (std::string text = text_or_none(context, "sextant_run_id"); !text.empty()) provenance.run_id = text;
  if (std::string text = text_or_none(context, "sextant_mode"); !text.empty()) provenance.mode = text;
  if (std::string text = text_or_none(context, "sextant_version"); !text.empty())
    provenance.environment.emplace_back("build.version", std::move(text));
  return provenance;
}

Json parsed(std::string_view text, const std::string& file) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    // Its message says where, after a prefix in brackets that only its authors can read.
    const std::string_view what(error.what());
    const auto prefix = what.find("] ");
    throw InvalidInput(fmt::format("{}: not whole JSON: {}: write the file again with --benchmark_format=json", file,
                                   prefix == std::string_view::npos ? what : what.substr(prefix + 2)));
  }
}

}  // namespace

Run parse_google_benchmark(std::string_view text, const std::string& named) {
  const Json document = parsed(text, named);
  if (!document.is_object() || !document.contains("benchmarks") || !document["benchmarks"].is_array()) {
    throw InvalidInput(named +
                       ": has no list 'benchmarks': give the output of a Google Benchmark program run with "
                       "--benchmark_format=json");
  }
  Run run;
  run.provenance = provenance_of(document, named);
  const Quantity quantity{"time", Unit::second};
  run.tables = {{std::string(google_benchmark_probe),
                 "Seconds per iteration, as Google Benchmark reported them.",
                 quantity,
                 {{"benchmark", Unit::text, "name of the benchmark with its arguments"}},
                 {}}};
  std::map<std::string, std::size_t> positions;
  std::map<std::pair<std::size_t, int>, int> repetitions;
  std::size_t index = 0;
  for (const Json& element : document["benchmarks"]) {
    const Entry entry(element, index++, named);
    if (entry.word("run_type") != "iteration") continue;
    const std::string name = entry.word_or("run_name", entry.word("name"));
    const auto [found, added] = positions.emplace(name, run.measurements.size());
    if (added) {
      Measurement measurement;
      measurement.probe = google_benchmark_probe;
      measurement.point = {{"benchmark", name}};
      measurement.quantity = quantity;
      measurement.flags.imported = true;
      measurement.reason = "Imported: Google Benchmark ends by a number of repetitions, not by an interval.";
      run.measurements.push_back(std::move(measurement));
    }
    Measurement& measurement = run.measurements[found->second];
    if (entry.failed()) {
      measurement.status = Status::failed;
      measurement.reason = entry.word_or("error_message", "The benchmark reported an error.");
      continue;
    }
    Sample sample = sample_of(entry);
    sample.repetition = repetitions[{found->second, sample.launch}]++;
    measurement.samples.push_back(std::move(sample));
  }
  if (run.measurements.empty()) {
    throw InvalidInput(named + (index == 0 ? ": has no benchmarks: check --benchmark_filter, and write the file again"
                                           : ": has aggregates only: write the file again without "
                                             "--benchmark_report_aggregates_only"));
  }
  return run;
}

Run read_google_benchmark(const std::filesystem::path& file) {
  return parse_google_benchmark(read_text(file), file.string());
}

}  // namespace sextant::results
