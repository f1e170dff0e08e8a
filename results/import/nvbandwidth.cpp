// SPDX-License-Identifier: Apache-2.0
//
// The JSON of nvbandwidth (github.com/NVIDIA/nvbandwidth, -j), versions 0.5 to 0.10.
//
// What the tool counts, and what becomes of it:
// - A test case has a matrix of GB/s (1e9 bytes), one value for each pair of devices: the median (or with -m the mean)
//   of its repetitions. Only the rate is known, so a sample is one byte and the time it takes at that rate.
// - host_to_device_memcpy_ce -> gpu.copy.host_to_device with method=ce; so for every test: its name without "memcpy" and
//   without the method, ce (copy engine) or sm (a kernel). In a bidirectional test only one of the directions is
//   counted while the other goes on.
// - row and column are the matrix's: for CPU(row) the processor, for GPU the device.
// - Matrices in ns are latencies -> gpu.latency.*, seconds.
// - "N/A", and a zero of a device with itself, say that there is no such pair. What was waived stands in the warnings.
// - The sum that the file states must be that of the matrix within 0.5 %.
// The device list holds the host's name, which stays out; the name of the device is taken.
#include <fmt/format.h>

#include <cmath>
#include <set>
#include <stdexcept>

#include "results/import/json_place.hpp"
#include "results/import/tool_readers.hpp"
#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

// "host_to_device_bidirectional_memcpy_ce" -> {"host_to_device_bidirectional", "ce"}
std::pair<std::string, std::string> name_and_method(const JsonPlace& place) {
  std::string name = place.word();
  // It becomes the name of a file.
  if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
    place.fail("write a test's name: small letters, digits and underscores");
  std::string method = "any";
  for (const char* known : {"ce", "sm"}) {
    if (!name.ends_with(std::string("_") + known)) continue;
    method = known;
    name.erase(name.size() - 3);
  }
  for (const char* part : {"_memcpy", "_latency", "_copy"}) {
    if (const auto at = name.find(part); at != std::string::npos) name.erase(at, std::string_view(part).size());
  }
  return {name, method};
}

Table table_of(const std::string& name, bool latency) {
  const bool both = name.find("bidirectional") != std::string::npos;
  return {(latency ? "gpu.latency." : "gpu.copy.") + name,
          latency ? "Time of one access between processor and GPU, or between GPUs."
                  : fmt::format("Bytes per second of copies{}.", both ? ", one direction while both are busy" : ""),
          latency ? Quantity{"latency", Unit::second} : Quantity{"bandwidth", Unit::byte_per_second},
          {{"method", Unit::text, "ce: a copy engine; sm: a kernel"},
           {"row", Unit::one, "processor or device of the matrix's row"},
           {"column", Unit::one, "device of the matrix's column"}},
          {}};
}

// The cells are texts: "26.03" or "N/A".
double cell(const JsonPlace& place, bool diagonal) {
  const std::string text = place.text();
  if (text == "N/A") return not_available;
  double value = 0;
  try {
    value = number_from_text(text);
  } catch (const std::invalid_argument&) {
    place.fail("write a number or N/A");
  }
  if (value == 0 && diagonal) return not_available;
  if (!(value > 0)) place.fail("measure this again: it must be above zero");
  return value;
}

void read_test(const JsonPlace& test, Run& run) {
  const auto [name, method] = name_and_method(test.member("name"));
  const std::string description = test.member("bandwidth_description").word();
  const bool latency = description.find("(ns)") != std::string::npos;
  if (!latency && description.find("(GB/s)") == std::string::npos)
    test.member("bandwidth_description").fail("must say (GB/s) or (ns): write the file again");
  double sum = 0;
  const auto rows = test.member("bandwidth_matrix").elements();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto cells = rows[row].elements();
    for (std::size_t column = 0; column < cells.size(); ++column) {
      const double value = cell(cells[column], rows.size() > 1 && row == column);
      if (std::isnan(value)) continue;
      sum += value;
      const Point point{{"method", method}, {"row", double(row)}, {"column", double(column)}};
      Measurement& measurement = measurement_at(run, table_of(name, latency), point);
      Sample sample;
      if (latency) {
        sample.operations = 1;
        sample.seconds = value * 1e-9;
      } else {
        sample = sample_of_rate(value * 1e9, 1, 0);
      }
      sample.launch = int(measurement.samples.size());
      add_sample(measurement, std::move(sample));
    }
  }
  if (sum == 0) test.member("bandwidth_matrix").fail("holds no pair of devices: write the file again");
  const JsonPlace stated = test.member("sum");
  constexpr double rounding = 5e-3;
  if (std::abs(stated.positive() / sum - 1) > rounding)
    stated.fail(fmt::format("the matrix sums up to {:.6g}: the file is damaged, write it again", sum));
}

// "0: NVIDIA GB200 (00000008:06:00): (host)" -> "NVIDIA GB200"
std::string device_of(const std::string& text) {
  const auto begin = text.find(": "), end = text.find(" (");
  return begin == std::string::npos || end == std::string::npos || end < begin
             ? ""
             : text.substr(begin + 2, end - begin - 2);
}

}  // namespace

Run read_nvbandwidth(const ToolFile& file) {
  constexpr std::string_view fix = "write the file again with nvbandwidth -j";
  const JsonPlace document = JsonPlace::parse(file.text, file.named, fix);
  if (!document.has("nvbandwidth"))
    throw InvalidInput(fmt::format("{}: has no 'nvbandwidth': give the output of nvbandwidth -j", file.named));
  const JsonPlace root = document.member("nvbandwidth");
  Run run = tool_run("nvbandwidth", root.text_or("version", root.text_or("git_version", "")));
  auto& facts = run.provenance.environment;
  if (root.has("CUDA Runtime Version")) facts.emplace_back("cuda.runtime", root.member("CUDA Runtime Version").text());
  if (root.has("Driver Version")) facts.emplace_back("cuda.driver", root.member("Driver Version").text());
  if (root.has("GPU Device list")) {
    std::set<std::string> devices;
    const auto list = root.member("GPU Device list").elements();
    for (const JsonPlace& device : list) devices.insert(device_of(device.word()));
    if (devices.size() == 1 && !devices.begin()->empty()) {
      facts.emplace_back("gpu.model", *devices.begin());
      run.provenance.machine = fmt::format("{}-x{}", label_of(*devices.begin()), list.size());
    }
  }
  for (const JsonPlace& test : root.member("testcases").elements()) {
    const std::string status = test.member("status").word();
    if (status == "Passed") {
      read_test(test, run);
    } else {
      run.provenance.warnings.push_back(fmt::format("nvbandwidth says '{}' of {}", status, test.member("name").word()));
    }
  }
  if (run.measurements.empty()) root.member("testcases").fail("holds no test that passed: nothing can be imported");
  return run;
}

}  // namespace sextant::results
