// SPDX-License-Identifier: Apache-2.0
//
// The JSON of fio (--output-format=json), version 3.
//
// What the tool counts, and what becomes of it:
// - read.io_bytes bytes in read.runtime milliseconds, read.total_ios requests: one sample of storage.read, whose bytes
//   are requests times their size as well. fio's own "bw" is KiB/s of the same two numbers and is not used.
// - Sizes in the job's options are fio's: "4k" is 4096 bytes (kb_base 1024) -> block, and size -> span.
// - depth is requests in flight: iodepth times numjobs; with an engine that waits for each request (psync, the default,
//   sync, pvsync, mmap) it is numjobs, whatever iodepth says. Several jobs want group_reporting, or each would report a
//   part of the bandwidth.
// - direct=1 goes past the page cache, as storage.read does. Without it the number is of the page cache too, and the
//   probe is called storage.buffered_read.
// - latency_p50 and latency_p99 are fio's completion latency (clat_ns), without the time to submit.
// Jobs that write are storage.write. Jobs that mix both are named in the warnings and left out. Host, paths and device
// names in the file stay out.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <stdexcept>

#include "results/import/json_place.hpp"
#include "results/import/tool_readers.hpp"
#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

// "4k", "1M", "256m", "4096", "4KiB"
double size_of(const JsonPlace& place) {
  const std::string text = place.text();
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  constexpr std::size_t most = 18;  // digits that a number of bytes can have
  if (digits == 0 || digits > most) place.fail("write a size such as 4k, 1m or 4096");
  double value = number_from_text(std::string_view(text).substr(0, digits));
  const std::string suffix = text.substr(digits);
  if (!suffix.empty()) {
    constexpr std::string_view letters = "kmgt";
    const auto power = letters.find(char(suffix[0] | 0x20));
    const std::string rest = suffix.substr(1);
    const bool known =
        power != std::string_view::npos && (rest.empty() || rest == "b" || rest == "B" || rest == "iB" || rest == "ib");
    if (!known) place.fail("write a size such as 4k, 1m or 4096");
    value *= std::pow(1024, double(power) + 1);
  }
  if (!(value > 0)) place.fail("write a size above zero, such as 4k");
  return value;
}

// What a job was told: its own options before those of all jobs.
class Options {
 public:
  Options(const JsonPlace& document, const JsonPlace& job) {
    if (job.has("job options")) places_.push_back(job.member("job options"));
    if (document.has("global options")) places_.push_back(document.member("global options"));
  }
  const JsonPlace* find(const std::string& key) {
    for (const JsonPlace& place : places_) {
      if (!place.has(key)) continue;
      found_ = std::make_unique<JsonPlace>(place.member(key));
      return found_.get();
    }
    return nullptr;
  }
  std::string text(const std::string& key, const char* otherwise) {
    const JsonPlace* place = find(key);
    return place ? place->text() : otherwise;
  }
  double count(const std::string& key) {
    const JsonPlace* place = find(key);
    if (!place) return 1;
    const std::string text = place->text();
    double value = 0;
    try {
      value = number_from_text(text);
    } catch (const std::invalid_argument&) {
    }
    if (!(value >= 1)) place->fail("write a whole number from one on");
    return value;
  }

 private:
  std::vector<JsonPlace> places_;
  std::unique_ptr<JsonPlace> found_;
};

double depth_of(Options& options) {
  static constexpr std::string_view waiting[] = {"psync", "sync", "vsync", "pvsync", "pvsync2", "mmap"};
  const std::string engine = options.text("ioengine", "psync");
  const bool waits = std::find(std::begin(waiting), std::end(waiting), engine) != std::end(waiting);
  return options.count("numjobs") * (waits ? 1 : options.count("iodepth"));
}

double span_of(const ToolFile& file, const JsonPlace& job, Options& options) {
  if (file.settings.contains("span")) return count_setting(file, "span");
  const JsonPlace* size = options.find("size");
  if (!size) job.fail("the job does not say how many bytes it covers: give --set span=BYTES");
  return size_of(*size);
}

Table table_of(const std::string& probe) {
  return {probe,
          probe == "storage.write" ? "Bytes per second written with a fixed number of requests in flight."
          : probe == "storage.read"
              ? "Bytes per second that direct reads deliver with a fixed number of requests in flight."
              : "Bytes per second through the page cache with a fixed number of requests in flight.",
          {"bandwidth", Unit::byte_per_second},
          {{"span", Unit::byte, "bytes that the requests cover"},
           {"pattern", Unit::text, "order of the blocks within a pass"},
           {"block", Unit::byte, "bytes per request"},
           {"depth", Unit::one, "requests kept in flight"}},
          {{"latency_p50", Unit::second, "median time from submission to completion of a request"},
           {"latency_p99", Unit::second, "99th percentile of it"}}};
}

double percentile(const JsonPlace& side, const char* which) {
  if (!side.has("clat_ns")) return not_available;
  const JsonPlace latency = side.member("clat_ns");
  if (!latency.has("percentile")) return not_available;
  return latency.member("percentile").number_or(which, not_available) * 1e-9;
}

struct Mode {
  const char* side;     // "read" or "write"
  const char* pattern;  // "sequential" or "random"
};
const Mode* mode_of(const std::string& rw) {
  static constexpr std::pair<std::string_view, Mode> modes[] = {{"read", {"read", "sequential"}},
                                                                {"randread", {"read", "random"}},
                                                                {"write", {"write", "sequential"}},
                                                                {"randwrite", {"write", "random"}}};
  for (const auto& [name, mode] : modes) {
    if (name == rw) return &mode;
  }
  return nullptr;
}

std::string utc(const JsonPlace& place) {
  constexpr double end = 253402300800;  // of the year 9999
  const double seconds = place.positive();
  if (seconds >= end) place.fail("write seconds since 1970");
  const auto time = std::time_t(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// How many entries of a name there are, and how many were read before: without group_reporting every process of a job
// has one.
struct Namesakes {
  int all = 0, before = 0;
};

void read_job(const ToolFile& file, const JsonPlace& document, const JsonPlace& job, Namesakes& namesakes, Run& run) {
  Options options(document, job);
  const std::string rw = options.text("rw", options.text("readwrite", "read").c_str());
  const Mode* mode = mode_of(rw);
  if (!mode) {
    run.provenance.warnings.push_back("not imported, since Sextant has no such probe: a fio job with rw=" + rw);
    return;
  }
  if (options.count("numjobs") > 1 && namesakes.all > 1)
    options.find("numjobs")->fail("each job reports a part of the bandwidth: run fio with --group_reporting");
  const std::string direct = options.text("direct", "0");
  const std::string probe = std::string("storage.") + (direct == "1" ? "" : "buffered_") + mode->side;
  const JsonPlace* block = options.find("bs") ? options.find("bs") : options.find("blocksize");
  constexpr double default_block = 4096;
  const double block_bytes = block ? size_of(*block) : default_block;
  const Point point{{"span", span_of(file, job, options)},
                    {"pattern", std::string(mode->pattern)},
                    {"block", block_bytes},
                    {"depth", depth_of(options)}};
  Measurement& measurement = measurement_at(run, table_of(probe), point);
  if (const double error = job.number_or("error", 0); error != 0) {
    fail_point(measurement, fmt::format("fio reports error {}.", error));
    return;
  }
  const JsonPlace side = job.member(mode->side);
  Sample sample;
  sample.bytes = side.member("io_bytes").positive();
  sample.seconds = side.member("runtime").positive() * 1e-3;
  sample.operations = side.member("total_ios").positive();
  constexpr double rounding = 0.02;
  if (std::abs(sample.bytes / sample.operations / block_bytes - 1) > rounding) {
    side.member("io_bytes")
        .fail(fmt::format("{:.0f} requests of {:.0f} bytes are not that many: the file is damaged, or the "
                          "job mixed block sizes",
                          sample.operations, block_bytes));
  }
  sample.launch = namesakes.before++;
  sample.extras = {percentile(side, "50.000000"), percentile(side, "99.000000")};
  add_sample(measurement, std::move(sample));
}

}  // namespace

Run read_fio(const ToolFile& file) {
  constexpr std::string_view fix = "write the file again with --output-format=json";
  const JsonPlace document = JsonPlace::parse(file.text, file.named, fix);
  if (!document.has("fio version") || !document.has("jobs"))
    throw InvalidInput(
        fmt::format("{}: has no 'fio version' and 'jobs': give the output of fio --output-format=json", file.named));
  Run run = tool_run("fio", document.member("fio version").word());
  if (document.has("timestamp")) run.provenance.started = utc(document.member("timestamp"));
  const std::vector<JsonPlace> jobs = document.member("jobs").elements();
  std::map<std::string, Namesakes> namesakes;
  for (const JsonPlace& job : jobs) ++namesakes[job.member("jobname").text()].all;
  for (const JsonPlace& job : jobs) read_job(file, document, job, namesakes[job.member("jobname").text()], run);
  if (run.measurements.empty())
    document.member("jobs").fail("holds no job that only reads or only writes: nothing can be imported");
  return run;
}

}  // namespace sextant::results
