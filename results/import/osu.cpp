// SPDX-License-Identifier: Apache-2.0
//
// The text of the OSU micro-benchmarks for MPI (mvapich.cse.ohio-state.edu/benchmarks), versions 5 to 7.
//
// What the tool counts, and what becomes of it:
// - osu_latency: half of a round trip, microseconds -> net.pingpong, seconds; an operation is one way of a message.
// - osu_bw, osu_bibw: MB/s, 1e6 bytes, messages in windows -> net.bandwidth, net.bandwidth_both_ways.
// - osu_mbw_mr: messages per second of all pairs -> net.message_rate.
// - collectives: each rank's mean over the iterations. With -f the tool prints the mean, least and largest of those
//   over the ranks. Ours is the time of the slowest rank, so the largest is taken; without -f the mean over the ranks is
//   all there is, which is the smaller number. The fact import.latency says which it was.
// - Message sizes are bytes on one rank, as ours.
// The tool does not print the number of ranks. It is taken from the line that started the program, where the log has it
// (-n, -np), or from --set ranks=N.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "results/import/text_place.hpp"
#include "results/import/tool_readers.hpp"
#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

enum class Kind { latency, bandwidth, message_rate, collective };

struct Test {
  std::string_view title;  // between "OSU MPI " and the version
  std::string_view probe;
  std::string_view summary;
  Kind kind;
};

constexpr Test tests[] = {
    {"Latency Test", "net.pingpong", "Seconds of one way of a message between two ranks: half of a round trip.",
     Kind::latency},
    {"Bandwidth Test", "net.bandwidth", "Bytes per second from one rank to another, many messages on their way.",
     Kind::bandwidth},
    {"Bi-Directional Bandwidth Test", "net.bandwidth_both_ways",
     "Bytes per second between two ranks, both ways together.", Kind::bandwidth},
    {"Multiple Bandwidth / Message Rate Test", "net.message_rate", "Messages per second of all pairs of ranks.",
     Kind::message_rate},
    {"Allreduce Latency Test", "net.allreduce", "Time of one MPI all-reduce of a message on each rank.",
     Kind::collective},
    {"Allgather Latency Test", "net.allgather", "Time of one MPI all-gather of a message of each rank.",
     Kind::collective},
    {"All-to-All Personalized Exchange Latency Test", "net.alltoall",
     "Time of one MPI all-to-all with a message for each pair of ranks.", Kind::collective},
    {"Reduce_scatter Latency Test", "net.reduce_scatter", "Time of one MPI reduce-scatter of a message on each rank.",
     Kind::collective},
    {"Broadcast Latency Test", "net.broadcast", "Time of one MPI broadcast of a message.", Kind::collective},
    {"Reduce Latency Test", "net.reduce", "Time of one MPI reduction of a message on each rank.", Kind::collective},
    {"Barrier Latency Test", "net.barrier", "Time of one MPI barrier.", Kind::collective},
};

Table table_of(const Test& test) {
  Table table;
  table.probe = test.probe;
  table.summary = test.summary;
  table.quantity = {"latency", Unit::second};
  if (test.kind == Kind::bandwidth) table.quantity = {"bandwidth", Unit::byte_per_second};
  if (test.kind == Kind::message_rate) table.quantity = {"rate", Unit::per_second};
  if (test.kind == Kind::collective || test.kind == Kind::message_rate)
    table.axes.push_back({"ranks", Unit::one, "MPI processes"});
  if (test.probe != "net.barrier") table.axes.push_back({"bytes", Unit::byte, "message on each rank"});
  if (test.kind == Kind::collective) {
    table.extras = {{"rank_mean", Unit::second, "mean over the ranks of an operation's time; empty without -f"},
                    {"rank_fastest", Unit::second, "of the fastest rank; empty without -f"}};
  }
  return table;
}

// "mpirun -np 4 ... osu_allreduce" -> 4.
double ranks_started(const TextLine& line) {
  if (!line.contains("osu_")) return not_available;
  for (std::size_t i = 0; i + 1 < line.words.size(); ++i) {
    if (line.words[i] == "-n" || line.words[i] == "-np" || line.words[i] == "--np" || line.words[i] == "--ntasks")
      return line.positive_in(line.words[i], line.words[i + 1]);
  }
  return not_available;
}

bool is_row(const TextLine& line) {
  return !line.words.empty() && std::string_view("+-.0123456789").find(line.words[0][0]) != std::string_view::npos;
}

// One run of one test.
struct Block {
  const Test* test = nullptr;  // null for a test that is not read
  std::string title;
  const TextLine* head = nullptr;
  std::vector<std::string_view> columns;  // "Size", "Avg Latency(us)", ...
  double ranks = not_available;
  int rows = 0;

  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::find(columns.begin(), columns.end(), name);
    return found == columns.end() ? std::nullopt : std::optional(std::size_t(found - columns.begin()));
  }
};

// "# OSU MPI Allreduce Latency Test v5.8"
Block block_of(const TextLine& line, std::string& version) {
  std::string_view title = line.after("# OSU ");
  const auto at = title.rfind(" v");
  if (at != std::string_view::npos) {
    version = title.substr(at + 2);
    title = title.substr(0, at);
  }
  Block block;
  block.title = title;
  block.head = &line;
  if (title.starts_with("MPI ")) title.remove_prefix(4);
  for (const Test& test : tests) {
    if (test.title == title) block.test = &test;
  }
  return block;
}

class Reader {
 public:
  explicit Reader(const ToolFile& file) : file_(file), stated_ranks_(count_setting(file, "ranks")) {}

  Run read() {
    const std::vector<TextLine> lines = text_lines(file_.text, file_.named);
    double started = not_available;
    for (const TextLine& line : lines) {
      if (const double ranks = ranks_started(line); !std::isnan(ranks)) started = ranks;
      if (line.starts_with("# OSU ")) {
        close();
        block_ = block_of(line, version_);
        block_.ranks = std::isnan(stated_ranks_) ? started : stated_ranks_;
      } else if (line.starts_with("# Size") || line.starts_with("# Avg Latency")) {
        block_.columns = columns_of(line.text.substr(2));
      } else if (line.contains("pairs:") && line.words.size() > 3) {
        block_.ranks = 2 * line.positive_in("pairs", line.words[3]);
      } else if (block_.test && !block_.columns.empty() && is_row(line)) {
        row(line);
      }
    }
    close();
    if (run_.measurements.empty()) refuse_all();
    Run run = tool_run("osu", version_);
    run.tables = std::move(run_.tables);
    run.measurements = std::move(run_.measurements);
    if (!latency_.empty()) run.provenance.environment.emplace_back("import.latency", latency_);
    run.provenance.warnings = std::move(warnings_);
    return run;
  }

 private:
  void close() {
    if (!block_.head) return;
    if (!block_.test) {
      warnings_.push_back("not imported, since Sextant has no such probe: OSU " + block_.title);
    } else if (block_.rows == 0) {
      block_.head->fail("title", block_.title, "has no rows: the run was cut, write the file again");
    }
    ++launch_;
  }

  double cell(const TextLine& line, std::string_view column) const {
    const auto at = block_.find(column);
    if (!at)
      line.fail(column, fmt::format("{}", fmt::join(block_.columns, ", ")),
                "the column is missing: write the file again");
    return line.positive_in(column, line.words[*at]);
  }

  void row(const TextLine& line) {
    if (line.words.size() != block_.columns.size()) {
      line.fail(block_.columns.back(), line.text,
                fmt::format("the header has {} columns and this row {}: write the file again", block_.columns.size(),
                            line.words.size()));
    }
    ++block_.rows;
    const Test& test = *block_.test;
    const Table table = table_of(test);
    Point point;
    double bytes = 0;
    if (test.kind == Kind::collective || test.kind == Kind::message_rate) {
      if (std::isnan(block_.ranks))
        block_.head->fail("ranks", "", "the file does not say how many ranks there were: give --set ranks=N");
      point.set("ranks", block_.ranks);
    }
    if (test.probe != "net.barrier") {
      bytes = line.number_in("Size", line.words[0]);
      if (bytes < 0 || bytes != std::floor(bytes)) line.fail("Size", line.words[0], "write a whole number of bytes");
      point.set("bytes", bytes);
    }
    Sample sample = sample_of(line, test, bytes);
    sample.launch = launch_;
    add_sample(measurement_at(run_, table, point), std::move(sample));
  }

  Sample sample_of(const TextLine& line, const Test& test, double bytes) {
    constexpr double microsecond = 1e-6, megabyte = 1e6;
    if (test.kind == Kind::bandwidth) return sample_of_rate(cell(line, "Bandwidth (MB/s)") * megabyte, bytes, 1);
    if (test.kind == Kind::message_rate) {
      Sample sample = sample_of_rate(cell(line, "Messages/s"), 0, 1);
      sample.bytes = bytes;
      return sample;
    }
    Sample sample;
    sample.operations = block_.find("Iterations") ? cell(line, "Iterations") : 1;
    sample.bytes = bytes * sample.operations;
    double latency = 0;
    if (test.kind == Kind::latency) {
      latency = cell(line, block_.find("Avg Latency(us)") ? "Avg Latency(us)" : "Latency (us)");
    } else if (block_.find("Max Latency(us)")) {
      latency = cell(line, "Max Latency(us)");
      sample.extras = {cell(line, "Avg Latency(us)") * microsecond, cell(line, "Min Latency(us)") * microsecond};
      latency_ = "of the slowest rank";
    } else {
      latency = cell(line, "Avg Latency(us)");
      sample.extras = {not_available, not_available};
      latency_ = "mean over the ranks, less than that of the slowest";
    }
    sample.seconds = latency * microsecond * sample.operations;
    return sample;
  }

  [[noreturn]] void refuse_all() const {
    std::string list;
    for (const Test& test : tests) list += (list.empty() ? "" : ", ") + std::string(test.title);
    throw InvalidInput(
        fmt::format("{}: has no line '# OSU MPI ... Test' of a test that is read: give the output of one of {}",
                    file_.named, list));
  }

  const ToolFile& file_;
  double stated_ranks_;
  Run run_;
  Block block_;
  int launch_ = 0;
  std::string version_, latency_;
  std::vector<std::string> warnings_;
};

}  // namespace

Run read_osu(const ToolFile& file) { return Reader(file).read(); }

}  // namespace sextant::results
