// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "results/import/google_benchmark.hpp"
#include "results/record/csv.hpp"
#include "results/record/summary.hpp"

namespace sextant::results {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t resolved_tail = 59;  // least n with 1 - 0.95^n >= 0.95: then one sample lies beyond P95

std::string fact(const Run& run, std::string_view key) {
  for (const auto& [name, text] : run.provenance.environment) {
    if (name == key) return text;
  }
  return {};
}

// Null where the environment does not say, or says it in words.
Json number_fact(const Run& run, std::string_view key) {
  try {
    const double value = number_from_text(fact(run, key));
    return value == std::floor(value) && std::abs(value) < 1e15 ? Json(std::int64_t(value)) : Json(value);
  } catch (const std::invalid_argument&) {
    return nullptr;
  }
}

Json context_of(const Run& run) {
  const Provenance& provenance = run.provenance;
  Json context;
  context["date"] = provenance.started;
  context["executable"] = "sextant";
  context["num_cpus"] = number_fact(run, "cpu.processors");
  if (Json mhz = number_fact(run, "cpu.mhz"); !mhz.is_null()) context["mhz_per_cpu"] = std::move(mhz);
  context["load_avg"] = Json::array();
  if (Json load = number_fact(run, "load"); !load.is_null()) context["load_avg"].push_back(std::move(load));
  const std::string type = fact(run, "build.type");
  context["library_build_type"] = type == "Release" || type == "RelWithDebInfo" ? "release" : "debug";
  context["sextant_machine"] = provenance.machine;
  context["sextant_run_id"] = provenance.run_id;
  context["sextant_mode"] = provenance.mode;
  context["sextant_seed"] = std::to_string(provenance.seed);  // text: 64 bits do not fit a double
  if (const std::string version = fact(run, "build.version"); !version.empty()) context["sextant_version"] = version;
  return context;
}

double operations_of(const Sample& sample) { return sample.operations > 0 ? sample.operations : 1; }

// Nanoseconds per operation; NaN becomes null in the file.
double nanoseconds(double seconds, const Sample& sample) { return 1e9 * seconds / operations_of(sample); }

double rate(double work, const Sample& sample) { return work / sample.seconds; }

struct Place {
  std::string name;
  int family = 0;
  int instance = 0;
  std::int64_t threads = 1;

  Json entry(const std::string& suffix, const char* type, std::size_t repetitions) const {
    Json json;
    json["name"] = name + suffix;
    json["family_index"] = family;
    json["per_family_instance_index"] = instance;
    json["run_name"] = name;
    json["run_type"] = type;
    json["repetitions"] = repetitions;
    return json;
  }
};

std::int64_t threads_of(const Point& point) {
  for (const auto& [axis, value] : point.coordinates()) {
    if (axis == "threads" && std::holds_alternative<double>(value)) return std::llround(std::get<double>(value));
  }
  return 1;
}

void add_error(const Place& place, const Measurement& measurement, Json& all) {
  Json json = place.entry("", "iteration", 1);
  json["repetition_index"] = 0;
  json["threads"] = place.threads;
  json["error_occurred"] = true;
  json["error_message"] = measurement.reason;
  json["iterations"] = 1;
  json["real_time"] = 0;
  json["cpu_time"] = 0;
  json["time_unit"] = "ns";
  all.push_back(std::move(json));
}

void add_sample(const Place& place, const Sample& sample, std::size_t index, std::size_t count, Json& all) {
  Json json = place.entry("", "iteration", count);
  json["repetition_index"] = index;
  json["threads"] = place.threads;
  json["iterations"] = std::max<std::int64_t>(1, std::llround(operations_of(sample)));
  json["real_time"] = nanoseconds(sample.seconds, sample);
  json["cpu_time"] = nanoseconds(sample.conditions.cpu_seconds, sample);
  json["time_unit"] = "ns";
  if (sample.bytes > 0) json["bytes_per_second"] = rate(sample.bytes, sample);
  if (sample.operations > 0) json["items_per_second"] = rate(sample.operations, sample);
  json["launch"] = sample.launch;
  all.push_back(std::move(json));
}

// Quantiles of the times, each of its own column: a median of the rates is one over the median of the times.
void add_aggregate(const Place& place, const std::vector<const Sample*>& samples, const char* name, double q,
                   Json& all) {
  const auto column = [&](auto value) -> Json {
    std::vector<double> values;
    for (const Sample* sample : samples) values.push_back(value(*sample));
    if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) return nullptr;
    std::sort(values.begin(), values.end());
    return quantile(values, q);
  };
  Json json = place.entry(std::string("_") + name, "aggregate", samples.size());
  json["threads"] = place.threads;
  json["aggregate_name"] = name;
  json["aggregate_unit"] = "time";
  json["iterations"] = samples.size();
  json["real_time"] = column([](const Sample& sample) { return nanoseconds(sample.seconds, sample); });
  json["cpu_time"] = column([](const Sample& sample) { return nanoseconds(sample.conditions.cpu_seconds, sample); });
  json["time_unit"] = "ns";
  all.push_back(std::move(json));
}

}  // namespace

std::string benchmark_name(std::string_view probe, const Point& point) {
  std::string name = std::string(probe) + "/" + to_text(point);
  std::replace(name.begin(), name.end(), ' ', '/');
  return name;
}

std::string google_benchmark_text(const Run& run) {
  Json benchmarks = Json::array();
  std::map<std::string, int> families;
  std::map<int, int> instances;
  for (const Measurement& measurement : run.measurements) {
    const int family = families.emplace(measurement.probe, int(families.size())).first->second;
    const Place place{benchmark_name(measurement.probe, measurement.point), family, instances[family]++,
                      threads_of(measurement.point)};
    std::vector<const Sample*> samples;
    for (const Sample& sample : measurement.samples) {
      if (sample.stage == Stage::measure) samples.push_back(&sample);
    }
    // What a failed point measured may be wrong, so it is not told as a time.
    if (samples.empty() || measurement.status == Status::failed) {
      add_error(place, measurement, benchmarks);
      continue;
    }
    for (std::size_t i = 0; i < samples.size(); ++i) add_sample(place, *samples[i], i, samples.size(), benchmarks);
    add_aggregate(place, samples, "median", 0.5, benchmarks);
    if (samples.size() >= resolved_tail) {
      add_aggregate(place, samples, "p5", 0.05, benchmarks);
      add_aggregate(place, samples, "p95", 0.95, benchmarks);
    }
  }
  const Json document{{"context", context_of(run)}, {"benchmarks", std::move(benchmarks)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sextant::results
