// SPDX-License-Identifier: Apache-2.0
//
// BabelStream (github.com/UoB-HPC/BabelStream), earlier GPU-STREAM: its CSV (--csv) and its text.
//
// What the tool counts, and what becomes of it:
// - Copy and Mul move two arrays, Add and Triad three, Dot reads two; elements times their size each, no write-allocate.
// - MBytes/sec (1e6 bytes; MiB with --mibibytes) is of the fastest repetition. Ours is about the usual one, so the
//   average time is imported: one sample of num_times operations. The fastest and the slowest stand beside it as extra
//   columns. The rate checks the row.
// - footprint is what the loop touches: two or three arrays.
// The CSV does not say whether it ran on a GPU: --set device=gpu makes the probes gpu.memory.* (text of CUDA and HIP
// says it itself). Threads are not stated either; --set threads=N puts them on an axis.
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "results/import/text_place.hpp"
#include "results/import/tool_readers.hpp"
#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

struct Loop {
  std::string_view function;
  std::string_view name;
  double arrays;
  std::string_view summary;
};

constexpr Loop loops[] = {
    {"Copy", "copy", 2, "Bytes per second read and written by c = a."},
    {"Mul", "scale", 2, "Bytes per second read and written by b = s c."},
    {"Add", "add", 3, "Bytes per second read and written by c = a + b."},
    {"Triad", "triad", 3, "Bytes per second read and written by a = b + s c."},
    {"Dot", "dot", 2, "Bytes per second read by the sum of a b."},
};

const Loop* find_loop(std::string_view function) {
  for (const Loop& loop : loops) {
    if (loop.function == function) return &loop;
  }
  return nullptr;
}

struct Row {
  const Loop* loop;
  double times, array;               // repetitions; bytes of one array
  double rate;                       // byte/s, of the fastest
  double fastest, slowest, average;  // seconds
  double rounding;                   // relative, of the rate and the fastest time together
};

// Says what is impossible, and in which column; empty when nothing is.
struct Wrong {
  std::string column, fix;
};
std::optional<Wrong> judge(const Row& row) {
  const double rate = row.loop->arrays * row.array / row.fastest;
  if (std::abs(rate / row.rate - 1) > row.rounding) {
    return Wrong{"min_runtime",
                 fmt::format("{:.0f} arrays in that time are {:.6g} byte/s, not {:.6g}: the row is damaged, "
                             "write the file again",
                             row.loop->arrays, rate, row.rate)};
  }
  if (row.average < row.fastest || row.average > row.slowest)
    return Wrong{"avg_runtime", "the average lies between the fastest and the slowest: write the file again"};
  return std::nullopt;
}

Table table_of(const std::string& prefix, const Loop& loop) {
  Table table;
  table.probe = prefix + std::string(loop.name);
  table.summary = loop.summary;
  table.quantity = {"bandwidth", Unit::byte_per_second};
  table.axes.push_back({"footprint", Unit::byte, "bytes that the loop touches"});
  table.extras.push_back({"seconds_fastest", Unit::second, "of the fastest repetition"});
  table.extras.push_back({"seconds_slowest", Unit::second, "of the slowest repetition"});
  return table;
}

class Builder {
 public:
  Builder(const ToolFile& file, bool gpu, double threads)
      : prefix_(word_setting(file, "device",
                             gpu ? std::vector<std::string>{"gpu", "cpu"} : std::vector<std::string>{"cpu", "gpu"}) ==
                        "gpu"
                    ? "gpu.memory."
                    : "memory."),
        threads_(threads) {}

  void add(Run& run, const Row& row) const {
    const double bytes = row.loop->arrays * row.array;
    Table table = table_of(prefix_, *row.loop);
    Point point{{"footprint", bytes}};
    if (!std::isnan(threads_)) {
      table.axes.push_back({"threads", Unit::one, "threads at work"});
      point.set("threads", threads_);
    }
    Measurement& measurement = measurement_at(run, table, point);
    Sample sample;
    sample.operations = row.times;
    sample.seconds = row.average * row.times;
    sample.bytes = bytes * row.times;
    sample.launch = int(measurement.samples.size());
    sample.extras = {row.fastest, row.slowest};
    add_sample(measurement, std::move(sample));
  }

 private:
  std::string prefix_;
  double threads_;
};

Run read_table(const ToolFile& file) {
  const CsvTable csv = parse_csv(file.text, file.named);
  constexpr double mebibyte = 1048576;
  std::string rate_column = "max_mbytes_per_sec";  // before version 5
  double unit = 1e6;
  if (csv.has_column("max_MB_per_sec")) rate_column = "max_MB_per_sec";
  for (const char* name : {"max_mibytes_per_sec", "max_MiB_per_sec"}) {
    if (!csv.has_column(name)) continue;
    rate_column = name;
    unit = mebibyte;
  }
  const auto positive = [&](std::size_t row, std::string_view column) {
    const double value = csv.number(row, column);
    if (!(value > 0)) csv.fail(row, column, "measure this again: it must be above zero");
    return value;
  };
  Run run;
  const Builder builder(file, false, count_setting(file, "threads"));
  for (std::size_t i = 0; i < csv.rows.size(); ++i) {
    Row row{};
    row.loop = find_loop(csv.cell(i, "function"));
    if (!row.loop) csv.fail(i, "function", "write one of Copy, Mul, Add, Triad, Dot");
    row.times = positive(i, "num_times");
    row.array = positive(i, "n_elements") * positive(i, "sizeof");
    row.rate = positive(i, rate_column) * unit;
    row.fastest = positive(i, "min_runtime");
    row.slowest = positive(i, "max_runtime");
    row.average = positive(i, "avg_runtime");
    row.rounding = 1e-3;
    if (const auto wrong = judge(row)) csv.fail(i, wrong->column, wrong->fix);
    builder.add(run, row);
  }
  if (run.measurements.empty()) throw InvalidInput(file.named + ": has no rows: write the file again");
  return run;
}

// What the text says above its table.
struct Head {
  double times = not_available, elements = not_available, element = 8, array = not_available;
  double unit = 1e6;
  bool gpu = false;
  std::string version, device;
};

void read_head(const TextLine& line, Head& head) {
  const auto& words = line.words;
  if (line.starts_with("Version:")) head.version = line.after("Version:");
  if (line.starts_with("Implementation:")) {
    const std::string_view name = line.after("Implementation:");
    head.gpu = name.starts_with("CUDA") || name.starts_with("HIP");
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[0] == "Running" && words[i] == "times") head.times = line.positive_in("times", words[i - 1]);
  }
  if (line.starts_with("Number of elements:"))
    head.elements = line.positive_in("Number of elements", line.after("elements:"));
  if (line.starts_with("Precision:")) head.element = line.after("Precision:") == "float" ? 4 : 8;
  if (line.starts_with("Array size:") && words.size() > 3) {
    constexpr double kibi = 1024;
    const double unit = words[3] == "KB"    ? 1e3
                        : words[3] == "MB"  ? 1e6
                        : words[3] == "GB"  ? 1e9
                        : words[3] == "KiB" ? kibi
                        : words[3] == "MiB" ? kibi * kibi
                        : words[3] == "GiB" ? kibi * kibi * kibi
                                            : 0;
    if (unit == 0) line.fail("Array size", words[3], "write KB, MB or GB");
    head.array = line.positive_in("Array size", words[2]) * unit;
  }
  if (const auto at = line.text.find(" device "); line.starts_with("Using ") && at != std::string_view::npos)
    head.device = trimmed(line.text.substr(at + 8));
}

Run read_page(const ToolFile& file) {
  Head head;
  Run run;
  std::optional<Builder> builder;
  const std::vector<TextLine> lines = text_lines(file.text, file.named);
  for (const TextLine& line : lines) {
    if (!builder) read_head(line, head);
    if (line.starts_with("Function") && line.words.size() >= 5) {
      if (std::isnan(head.times))
        line.fail("times", "", "no line 'Running ... N times' stands above: write the file again");
      if (!std::isnan(head.elements)) head.array = head.elements * head.element;
      if (std::isnan(head.array)) line.fail("Array size", "", "no such line stands above: write the file again");
      if (line.words[1].starts_with("MiB")) head.unit = 1048576;
      builder.emplace(file, head.gpu, count_setting(file, "threads"));
    } else if (const Loop* loop = line.words.empty() ? nullptr : find_loop(line.words[0]); builder && loop) {
      if (line.words.size() != 5) line.fail("Average", line.text, "the row has five columns: write the file again");
      // Times have five decimals and the array size four digits.
      const double fastest = line.positive_in("Min (sec)", line.words[2]);
      const Row row{loop,
                    head.times,
                    head.array,
                    line.positive_in("MBytes/sec", line.words[1]) * head.unit,
                    fastest,
                    line.positive_in("Max", line.words[3]),
                    line.positive_in("Average", line.words[4]),
                    2e-3 + 5e-6 / fastest};
      if (const auto wrong = judge(row)) line.fail(wrong->column, line.text, wrong->fix);
      builder->add(run, row);
    }
  }
  if (!builder)
    throw InvalidInput(file.named +
                       ": has neither the columns 'function,num_times,...' nor a line 'Function  MBytes/sec': "
                       "give what BabelStream prints, best with --csv");
  if (run.measurements.empty()) throw InvalidInput(file.named + ": has no rows: the file was cut, write it again");
  run.provenance.environment.emplace_back("import.version", head.version);
  if (!head.device.empty()) {
    run.provenance.machine = label_of(head.device);
    run.provenance.environment.emplace_back(head.gpu ? "gpu.model" : "import.device", head.device);
  }
  return run;
}

}  // namespace

Run read_babelstream(const ToolFile& file) {
  const bool table = file.text.starts_with("function,") || file.text.starts_with(
                                                               "\xEF\xBB\xBF"
                                                               "function,");
  Run parts = table ? read_table(file) : read_page(file);
  Run run = tool_run("BabelStream", "");
  run.tables = std::move(parts.tables);
  run.measurements = std::move(parts.measurements);
  run.provenance.machine = std::move(parts.provenance.machine);
  for (auto& fact : parts.provenance.environment) run.provenance.environment.push_back(std::move(fact));
  return run;
}

}  // namespace sextant::results
