// SPDX-License-Identifier: Apache-2.0
//
// The text of likwid-bench (github.com/RRZE-HPC/likwid), version 4 and 5; several runs may follow each other.
//
// What the tool counts, and what becomes of it:
// - "Data volume (Byte)" is what the loop loads and stores by its instructions (no write-allocate), "Time" the slowest
//   thread's seconds for all iterations; MByte/s is their ratio in 1e6 bytes and checks the run. Volume and time are
//   imported as bytes and seconds, iterations per thread as operations: passes over the working set, as in memory.read.
// - "Size (Byte)" is the working set of all threads -> footprint.
// - load and sum read every byte once, which is memory.read. stream is McCalpin's triad, a = b + s c -> memory.triad;
//   what likwid calls triad, a = b + c d, is another loop and gets another name.
// - Variants (_avx512, _mem, ...) are the same loop by other instructions. The fact import.kernels names them; two of
//   one loop in a file are refused, since they would stand at one point.
// One value a run: repeat a run and put the texts into one file to have several launches of a point.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "results/import/text_place.hpp"
#include "results/import/tool_readers.hpp"
#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

struct Loop {
  std::string_view kernel;  // before the first underscore
  std::string_view probe;
  std::string_view summary;
};

constexpr Loop loops[] = {
    {"load", "memory.read", "Bytes per second that the threads read together from a footprint."},
    {"sum", "memory.read", "Bytes per second that the threads read together from a footprint."},
    {"store", "memory.write", "Bytes per second that the threads write together to a footprint."},
    {"copy", "memory.copy", "Bytes per second read and written by a = b."},
    {"stream", "memory.triad", "Bytes per second read and written by a = b + s c."},
    {"triad", "memory.multiply_add", "Bytes per second read and written by a = b + c d."},
    {"update", "memory.update", "Bytes per second read and written by a = s a."},
    {"daxpy", "memory.axpy", "Bytes per second read and written by a = a + s b."},
    {"ddot", "memory.dot", "Bytes per second read by the sum of a b."},
};

const Loop* find_loop(std::string_view kernel) {
  const std::string_view base = kernel.substr(0, kernel.find('_'));
  for (const Loop& loop : loops) {
    if (loop.kernel == base) return &loop;
  }
  return nullptr;
}

Table table_of(const Loop& loop) {
  return {std::string(loop.probe),
          std::string(loop.summary),
          {"bandwidth", Unit::byte_per_second},
          {{"footprint", Unit::byte, "bytes in use, all threads together"},
           {"threads", Unit::one, "threads at work, each bound to a processor of its own"}},
          {}};
}

// One run of the program.
struct Block {
  const TextLine* head = nullptr;  // "Test: load"
  std::string kernel;
  std::map<std::string, double> values;  // by the text before the colon
};

constexpr const char* wanted[] = {"Time",        "Iterations",         "Iterations per thread",
                                  "Size (Byte)", "Data volume (Byte)", "MByte/s"};

void read_value(const TextLine& line, Block& block) {
  for (const char* key : wanted) {
    if (line.text.starts_with(std::string(key) + ":")) {
      const auto words = words_of(line.after(":"));
      block.values[key] = line.positive_in(key, words.empty() ? std::string_view() : words.front());
    }
  }
  if (line.starts_with("Using ") && line.words.size() == 3 && line.words[2].starts_with("thread"))
    block.values["threads"] = line.positive_in("threads", line.words[1]);
}

class Reader {
 public:
  explicit Reader(const ToolFile& file) : file_(file) {}

  Run read() {
    const std::vector<TextLine> lines = text_lines(file_.text, file_.named);
    for (const TextLine& line : lines) {
      if (line.starts_with("Test:")) {
        close();
        block_ = {&line, std::string(line.after("Test:")), {}};
      } else if (block_.head) {
        read_value(line, block_);
      }
    }
    close();
    if (run_.measurements.empty())
      throw InvalidInput(file_.named +
                         ": has no line 'Test: load' (or another loop that is read: sum, store, copy, stream, "
                         "triad, update, daxpy, ddot): give what likwid-bench -t load prints");
    Run run = tool_run("likwid-bench", "");
    run.tables = std::move(run_.tables);
    run.measurements = std::move(run_.measurements);
    std::string kernels;
    for (const auto& [probe, kernel] : kernels_) kernels += (kernels.empty() ? "" : ", ") + kernel + " as " + probe;
    run.provenance.environment.emplace_back("import.kernels", kernels);
    run.provenance.warnings = std::move(warnings_);
    return run;
  }

 private:
  double value(const char* key) const {
    const auto found = block_.values.find(key);
    if (found == block_.values.end())
      block_.head->fail(
          key, "", fmt::format("the run of '{}' does not say it: it was cut, write the file again", block_.kernel));
    return found->second;
  }

  void close() {
    if (!block_.head) return;
    const Loop* loop = find_loop(block_.kernel);
    if (!loop) {
      warnings_.push_back("not imported, since Sextant has no such probe: likwid-bench " + block_.kernel);
      return;
    }
    const std::string& kernel = kernels_.emplace(std::string(loop->probe), block_.kernel).first->second;
    if (kernel != block_.kernel) {
      block_.head->fail(
          "Test", block_.kernel,
          fmt::format("is {} as {} before it is: put the two into files of their own", loop->probe, kernel));
    }
    constexpr double megabyte = 1e6, rounding = 0.01;
    const double rate = value("MByte/s") * megabyte, volume = value("Data volume (Byte)"), seconds = value("Time");
    if (std::abs(volume / seconds / rate - 1) > rounding) {
      block_.head->fail("MByte/s", number_text(rate / megabyte),
                        fmt::format("volume over time is {:.6g}: the run is damaged, write the file again",
                                    volume / seconds / megabyte));
    }
    Sample sample;
    sample.seconds = seconds;
    sample.bytes = volume;
    sample.operations = value("Iterations per thread");
    const Point point{{"footprint", value("Size (Byte)")}, {"threads", value("threads")}};
    Measurement& measurement = measurement_at(run_, table_of(*loop), point);
    sample.launch = int(measurement.samples.size());
    add_sample(measurement, std::move(sample));
  }

  const ToolFile& file_;
  Run run_;
  Block block_;
  std::map<std::string, std::string> kernels_;  // by probe
  std::vector<std::string> warnings_;
};

}  // namespace

Run read_likwid_bench(const ToolFile& file) { return Reader(file).read(); }

}  // namespace sextant::results
