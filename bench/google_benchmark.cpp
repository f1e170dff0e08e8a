// SPDX-License-Identifier: Apache-2.0
#include "bench/google_benchmark.hpp"

#include <benchmark/benchmark.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "bench/all_probes.hpp"
#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "probes/probe/clock.hpp"

namespace sextant::bench {

namespace {

std::string benchmark_name(const probes::Probe& probe, const probes::Point& point) {
  std::string name = probe.name + "/" + results::to_text(point);
  for (char& c : name) {
    if (c == ' ') c = '/';
  }
  return name;
}

// All iterations of a batch in one timed call, as the sampler does it: the same work, the same counts.
void measure(benchmark::State& state, const probes::Probe& probe, const probes::Point& point,
             probes::Workspace& workspace) {
  try {
    const auto trial = probe.prepare(workspace, point);
    const probes::Clock clock = probes::monotonic_clock();
    probes::Work work;
    while (state.KeepRunningBatch(state.max_iterations)) {
      const double begin = clock();
      work = trial->run(std::uint64_t(state.max_iterations));
      const double end = clock();
      state.SetIterationTime(work.seconds.value_or(end - begin));
    }
    state.SetBytesProcessed(std::int64_t(work.bytes));
    state.SetItemsProcessed(std::int64_t(work.operations));
    trial->verify();
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
}

}  // namespace

int run_google_benchmark(const std::vector<probes::Probe>& probes, probes::Workspace& workspace,
                         const std::vector<std::string>& arguments, benchmark::BenchmarkReporter* reporter) {
  std::vector<std::string> words{"sextant benchmark"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int argc = int(argv.size());
  benchmark::Initialize(&argc, argv.data());
  if (argc > 1)
    throw UsageError(std::string("'") + argv[1] +
                     "' is not a flag of Google Benchmark (--benchmark_filter=, --benchmark_format=, ...)");
  for (const probes::Probe& probe : probes) {
    if (!probe.prepare || !probe.available(workspace.machine()).ready) continue;
    for (const probes::Point& point : probes::points(probe.axes(workspace.machine(), true))) {
      benchmark::RegisterBenchmark(benchmark_name(probe, point).c_str(), [probe, point,
                                                                          &workspace](benchmark::State& state) {
        measure(state, probe, point, workspace);
      })->UseManualTime();
    }
  }
  if (reporter) {
    benchmark::RunSpecifiedBenchmarks(reporter);
  } else {
    benchmark::RunSpecifiedBenchmarks();
  }
  benchmark::ClearRegisteredBenchmarks();
  benchmark::Shutdown();
  return done;
}

void add_benchmark(CLI::App& app, int& exit_code) {
  struct Options {
    std::string target;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("benchmark", "The same trials under Google Benchmark; takes its flags");
  command->add_option("--target", options->target, "folder on the device that storage probes may write a file into");
  command->allow_extras();
  command->callback([command, options, &exit_code] {
    probes::Machine machine = probes::detect_machine();
    machine.libexec = libexec_folder();
    machine.target = options->target;
    const auto target = options->target.empty() ? std::filesystem::path() : std::filesystem::absolute(options->target);
    probes::Workspace workspace(machine, target, 1);
    exit_code = run_google_benchmark(all_probes(), workspace, command->remaining());
  });
}

}  // namespace sextant::bench
