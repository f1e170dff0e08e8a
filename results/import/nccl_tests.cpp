// SPDX-License-Identifier: Apache-2.0
//
// The text of nccl-tests (github.com/NVIDIA/nccl-tests): all_reduce_perf and its sisters.
//
// What the tool counts, and what becomes of it:
// - "time": microseconds of one operation, mean over the iterations and (with MPI) over the ranks -> seconds. Time is
//   what is imported. algbw and busbw (GB/s, 1e9 bytes) are made of it: algbw = size / time and busbw = algbw times a
//   factor of the collective and the ranks (its doc/PERFORMANCE.md). They are used to check the row, the number of
//   ranks and the collective, and are not stored.
// - "size": bytes of the larger of the buffers a rank sends and receives; for all-gather that is the whole result.
// - Out of place and in place are two points: library=nccl_float and library=nccl_float_in_place.
// The collective is the program's name where the log has it ("all_reduce_perf"), or --set collective=all_reduce; ranks
// are the lines "# Rank", or --set ranks=N. A row with wrong elements is a failed point.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "results/import/text_place.hpp"
#include "results/import/tool_readers.hpp"
#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

struct Collective {
  std::string_view name;  // of the program, without _perf
  std::string_view probe;
  double (*bus_factor)(double ranks);
};

constexpr Collective collectives[] = {
    {"all_reduce", "gpu.collective.allreduce", [](double n) { return 2 * (n - 1) / n; }},
    {"all_gather", "gpu.collective.allgather", [](double n) { return (n - 1) / n; }},
    {"reduce_scatter", "gpu.collective.reduce_scatter", [](double n) { return (n - 1) / n; }},
    {"alltoall", "gpu.collective.alltoall", [](double n) { return (n - 1) / n; }},
    {"gather", "gpu.collective.gather", [](double n) { return (n - 1) / n; }},
    {"scatter", "gpu.collective.scatter", [](double n) { return (n - 1) / n; }},
    {"broadcast", "gpu.collective.broadcast", [](double) { return 1.0; }},
    {"reduce", "gpu.collective.reduce", [](double) { return 1.0; }},
    {"sendrecv", "gpu.collective.sendrecv", [](double) { return 1.0; }},
};

std::vector<std::string> names() {
  std::vector<std::string> list;
  for (const Collective& collective : collectives) list.emplace_back(collective.name);
  return list;
}

// "./build/all_reduce_perf" or "all_reduce_perf_mpi" -> all_reduce; nullptr for any other word.
const Collective* started(std::string_view word) {
  const auto end = word.find("_perf");
  if (end == std::string_view::npos) return nullptr;
  word = word.substr(0, end);
  if (const auto slash = word.rfind('/'); slash != std::string_view::npos) word.remove_prefix(slash + 1);
  for (const Collective& collective : collectives) {
    if (collective.name == word) return &collective;
  }
  return nullptr;
}

// What stands before the table.
struct Head {
  std::string version;
  double iterations = 1;
  std::set<double> ranks;
  std::set<std::string> devices;
  const Collective* collective = nullptr;
};

// mpirun --tag-output puts "[1,0]<stdout>:" before each line.
TextLine untagged(TextLine line) {
  if (const auto end = line.text.find(">:"); line.starts_with("[") && end != std::string_view::npos) {
    line.text.remove_prefix(end + 2);
    line.words = words_of(line.text);
  }
  return line;
}

// "#  Rank  3 Group  0 Pid 1623025 on host device  3 [0x61] NVIDIA H100 80GB HBM3": the host stays out.
void read_rank(const TextLine& line, Head& head) {
  head.ranks.insert(line.number_in("Rank", line.words[2]));
  if (const std::string_view name = line.after("]"); !name.empty()) head.devices.emplace(name);
}

void read_head(const TextLine& line, Head& head) {
  if (const auto words = words_of(line.after("nccl-tests version")); !words.empty()) head.version = words.front();
  if (line.words.size() > 3 && line.words[0] == "#" && line.words[1] == "Rank") read_rank(line, head);
  if (const auto at = line.text.find(" iters:"); at != std::string_view::npos && line.contains("nThread")) {
    // "warmup iters: 5 iters: 20 agg iters: 1"
    for (std::size_t i = 1; i + 1 < line.words.size(); ++i) {
      if (line.words[i] != "iters:" || line.words[i - 1] == "warmup") continue;
      const double count = line.positive_in(line.words[i - 1] == "agg" ? "agg iters" : "iters", line.words[i + 1]);
      head.iterations = line.words[i - 1] == "agg" ? head.iterations * count : count;
    }
  }
  for (const std::string_view word : line.words) {
    if (const Collective* collective = started(word)) head.collective = collective;
  }
}

Table table_of(const Collective& collective) {
  return {std::string(collective.probe),
          fmt::format("Time of one NCCL operation ({}) of a message on each GPU.", collective.name),
          {"latency", Unit::second},
          {{"ranks", Unit::one, "GPUs that take part"},
           {"bytes", Unit::byte, "the larger of the buffers a rank sends and receives"},
           {"library", Unit::text, "nccl, the type of the elements, in_place where send and receive buffer are one"}},
          {}};
}

struct Columns {
  std::vector<std::string_view> names;  // of the header, without '#'
  std::size_t find(std::string_view name, std::size_t from = 0) const {
    return std::size_t(std::find(names.begin() + std::ptrdiff_t(std::min(from, names.size())), names.end(), name) -
                       names.begin());
  }
};

class Reader {
 public:
  explicit Reader(const ToolFile& file) : file_(file) {}

  Run read() {
    for (const TextLine& tagged : text_lines(file_.text, file_.named)) {
      const TextLine line = untagged(tagged);
      if (line.starts_with("#")) {
        if (line.words.size() > 6 && line.words[1] == "size" && line.words[2] == "count") header(line);
        if (line.contains("Avg bus bandwidth")) end_table();
      }
      if (columns_.names.empty()) {
        read_head(line, head_);
      } else if (!line.words.empty() && line.words[0][0] != '#' &&
                 line.words[0].find_first_not_of("-.0123456789") == std::string_view::npos) {
        row(line);
      }
    }
    if (launch_ < 0) refuse("has no line '#  size  count  type': give the text that a program of nccl-tests prints");
    if (!whole_) refuse("has no line '# Avg bus bandwidth': the file was cut, write it again");
    if (run_.measurements.empty()) refuse("has no rows: write the file again");
    Run run = tool_run("nccl-tests", head_.version);
    run.tables = std::move(run_.tables);
    run.measurements = std::move(run_.measurements);
    if (head_.devices.size() == 1) {
      run.provenance.machine = fmt::format("{}-x{}", label_of(*head_.devices.begin()), ranks_);
      run.provenance.environment.emplace_back("gpu.model", *head_.devices.begin());
    }
    return run;
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    throw InvalidInput(fmt::format("{}: {}", file_.named, what));
  }

  void header(const TextLine& line) {
    columns_.names.assign(line.words.begin() + 1, line.words.end());
    whole_ = false;
    ++launch_;
    for (const char* name : {"type", "time", "algbw", "busbw"}) {
      if (columns_.find(name) == columns_.names.size())
        line.fail(name, line.text, "the column is missing: write the file again, without -C (CPU time)");
    }
    const double stated = count_setting(file_, "ranks");
    ranks_ = std::isnan(stated) ? double(head_.ranks.size()) : stated;
    if (ranks_ == 0) line.fail("ranks", "", "no line '# Rank' says how many GPUs there were: give --set ranks=N");
    if (file_.settings.contains("collective")) {
      collective_ = started(word_setting(file_, "collective", names()) + "_perf");
    } else if (head_.collective) {
      collective_ = head_.collective;
    }
    if (!collective_) {
      line.fail("collective", "",
                fmt::format("the file does not say which program wrote it: give --set collective={}",
                            fmt::join(names(), "|")));
    }
  }

  // Another run of a program may follow, with other ranks.
  void end_table() {
    whole_ = true;
    columns_.names.clear();
    head_.ranks.clear();
  }

  void row(const TextLine& line) {
    if (line.words.size() != columns_.names.size()) {
      line.fail(columns_.names.back(), line.text,
                fmt::format("the header has {} columns and this row {}: write the file again", columns_.names.size(),
                            line.words.size()));
    }
    const std::size_t first = columns_.find("time"), second = columns_.find("time", first + 1);
    placement(line, false, first);
    if (second < columns_.names.size()) placement(line, true, second);
  }

  void placement(const TextLine& line, bool in_place, std::size_t time) {
    if (line.words[time] == "N/A") return;
    const double size = line.number_in("size", cell(line, "size"));
    if (size < 0) line.fail("size", cell(line, "size"), "write bytes from zero on");
    const double seconds = line.positive_in("time", line.words[time]) * 1e-6;
    check_rates(line, size, seconds, time);
    const std::string library = fmt::format("nccl_{}{}", cell(line, "type"), in_place ? "_in_place" : "");
    const Point point{{"ranks", ranks_}, {"bytes", size}, {"library", library}};
    Measurement& measurement = measurement_at(run_, table_of(*collective_), point);
    Sample sample;
    sample.operations = head_.iterations;
    sample.seconds = seconds * head_.iterations;
    sample.bytes = size * head_.iterations;
    sample.launch = launch_;
    add_sample(measurement, std::move(sample));
    const std::size_t wrong = time + 3;
    const bool counted = wrong < line.words.size() && columns_.names[wrong] == "#wrong" && line.words[wrong] != "N/A";
    if (counted && line.number_in("#wrong", line.words[wrong]) != 0)
      fail_point(measurement, fmt::format("nccl-tests found {} wrong elements.", line.words[wrong]));
  }

  // Rates have two decimals and times four digits: from 1 GB/s on they must agree within 2 %.
  void check_rates(const TextLine& line, double size, double seconds, std::size_t time) const {
    constexpr double gigabyte = 1e9, least = 1, rounding = 0.02;
    const double algorithm = line.number_in("algbw", cell(line, "algbw", time));
    const double bus = line.number_in("busbw", cell(line, "busbw", time));
    if (algorithm < 0 || bus < 0) line.fail("algbw", cell(line, "algbw", time), "rates are not negative");
    if (algorithm < least) return;
    if (std::abs(size / seconds / gigabyte / algorithm - 1) > rounding) {
      line.fail("algbw", cell(line, "algbw", time),
                fmt::format("size over time is {:.4g} GB/s: the row is damaged, write the file again",
                            size / seconds / gigabyte));
    }
    if (std::abs(bus / algorithm / collective_->bus_factor(ranks_) - 1) > rounding) {
      line.fail(
          "busbw", cell(line, "busbw", time),
          fmt::format("{} on {} ranks would give {:.4g} GB/s: give the right --set ranks=N or --set collective=NAME",
                      collective_->name, ranks_, algorithm * collective_->bus_factor(ranks_)));
    }
  }

  // The cell of the first column of that name from `from` on.
  std::string_view cell(const TextLine& line, std::string_view name, std::size_t from = 0) const {
    const std::size_t column = columns_.find(name, from);
    if (column == columns_.names.size())
      line.fail(name, line.text, "the header has no such column for this placement: write the file again");
    return line.words[column];
  }

  const ToolFile& file_;
  Head head_;
  Run run_;
  Columns columns_;
  double ranks_ = 0;
  const Collective* collective_ = nullptr;
  int launch_ = -1;
  bool whole_ = false;
};

}  // namespace

Run read_nccl_tests(const ToolFile& file) { return Reader(file).read(); }

}  // namespace sextant::results
