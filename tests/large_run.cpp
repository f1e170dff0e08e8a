// SPDX-License-Identifier: Apache-2.0
// How long a check of a run with very many rows takes, and how much memory.
//   large_run SEXTANT ROWS POINTS MEBIBYTES
// Makes such a run in the current folder, checks it with SEXTANT in a process of its own, removes it, and prints both.
// Exit 1 when the run is not sound or the process needed more than MEBIBYTES; time is no reason to fail. Exit 77 where
// the disk is too small.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>

#include "results/record/run_fields.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/run_package.hpp"

namespace {

namespace fs = std::filesystem;
using namespace sextant::results;

constexpr double row_bytes = 200;  // a little more than a row takes

// One launch that measures `rows` samples at `points` points in turn, each with figures of full length.
Run planned_run(int points) {
  Run run;
  run.provenance.machine = "box";
  run.provenance.run_id = "20261124-1a2b3c";
  run.provenance.mode = "standard";
  run.provenance.started = "2026-11-24T04:05:06Z";
  run.provenance.state = State::complete;
  Table& table = run.tables.emplace_back();
  table.probe = "memory.read";
  table.quantity = {"bandwidth", Unit::byte_per_second};
  table.axes.push_back({"size", Unit::byte, ""});
  for (int point = 0; point < points; ++point) {
    Measurement measurement;
    measurement.probe = "memory.read";
    measurement.point = {{"size", 4096.0 * (point + 1)}};
    measurement.quantity = run.tables[0].quantity;
    measurement.status = Status::converged;
    run.measurements.push_back(measurement);
  }
  return run;
}

// Two thirds of the digits of a duration are noise; so are these.
double noise(std::uint64_t& state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<double>(state >> 11) * 0x1p-53;
}

Sample sample_at(int row, int points, std::uint64_t& state) {
  Sample sample;
  sample.seconds = 0.001 * (1 + 0.1 * noise(state));
  sample.operations = 1e6;
  sample.bytes = 64e6;
  sample.repetition = row / points;
  sample.start = 0.0011 * row;
  sample.cpu = 1;
  const double canary = 1e-5 * (1 + 0.01 * noise(state));
  sample.conditions = {0, 0, 0, sample.seconds, canary, 2 * canary, 3 * canary, not_available};
  return sample;
}

// Writes what a RunFolder would write, many rows at a time.
void make_run(const fs::path& folder, int rows, int points) {
  Run run = planned_run(points);
  RunFolder made = RunFolder::create(folder, run);
  AppendedFile table(folder / raw_file(run.tables[0]));
  for (Measurement& measurement : run.measurements) measurement.samples.reserve(std::size_t(rows / points) + 1);
  std::string block;
  std::uint64_t state = 1;
  for (int row = 0; row < rows; ++row) {
    Measurement& measurement = run.measurements[std::size_t(row % points)];
    measurement.samples.push_back(sample_at(row, points, state));
    block += raw_line(run.tables[0], measurement.point, measurement.samples.back());
    if (block.size() < (1u << 20) && row + 1 < rows) continue;
    table.append(block);
    block.clear();
  }
  made.finish(run);
}

struct Cost {
  int code = 1;
  double seconds = 0;
  double processor_seconds = 0;  // says more where others compute too
  double mebibytes = 0;          // at its peak
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

Cost check(const char* sextant, const fs::path& folder) {
  const auto before = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(sextant, sextant, "check", folder.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  struct rusage usage {};
  if (child < 0 || ::wait4(child, &status, 0, &usage) != child) return {};
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - before;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 1, passed.count(),
          seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024};
}

int measure(const char* sextant, int rows, int points, double limit) {
  const fs::path folder = fs::current_path() / fmt::format("large_run-{}", ::getpid());
  const double needed = row_bytes * rows;
  if (const auto room = fs::space(fs::current_path()).available; static_cast<double>(room) < 1.1 * needed) {
    fmt::print("{:.1f} GB of disk are needed here and {:.1f} GB are free\n", needed / 1e9,
               static_cast<double>(room) / 1e9);
    return 77;
  }
  struct Remove {
    const fs::path& folder;
    ~Remove() {
      std::error_code error;
      fs::remove_all(folder, error);
    }
  } const remove{folder};
  // The child of a large process would be charged for it until it is another program.
  const pid_t maker = ::fork();
  if (maker == 0) {
    make_run(folder, rows, points);
    ::_exit(0);
  }
  int status = 0;
  if (maker < 0 || ::waitpid(maker, &status, 0) != maker || status != 0) return 1;
  const double bytes = static_cast<double>(fs::file_size(folder / "memory.read.csv"));
  const Cost cost = check(sextant, folder);
  fmt::print(
      "{} rows of {} points, {:.2f} GB: checked in {:.1f} s ({:.1f} s of a processor) with {:.0f} MiB at the peak (at "
      "most {:.0f})\n",
      rows, points, bytes / 1e9, cost.seconds, cost.processor_seconds, cost.mebibytes, limit);
  return cost.code == 0 && cost.mebibytes <= limit ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) {
    fmt::print(stderr, "large_run SEXTANT ROWS POINTS MEBIBYTES\n");
    return 2;
  }
  return measure(words[1], std::atoi(words[2]), std::atoi(words[3]), std::atof(words[4]));
}
