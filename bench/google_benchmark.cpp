// SPDX-License-Identifier: Apache-2.0
#include "bench/google_benchmark.hpp"

#include <benchmark/benchmark.h>

#include <CLI/CLI.hpp>
#include <cmath>
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

// The trial of the point at hand. Google Benchmark calls several times with more and more iterations; a point is prepared
// once for all of them, as in a launch, and makes room before the next one is prepared.
struct Prepared {
  const probes::Point* point = nullptr;
  std::unique_ptr<probes::Trial> trial = {};
};

probes::Trial& trial_for(Prepared& prepared, const probes::Probe& probe, const probes::Point& point,
                         probes::Workspace& workspace) {
  if (prepared.point != &point) {
    prepared = {};
    prepared.trial = probe.prepare(workspace, point);
    prepared.point = &point;
  }
  return *prepared.trial;
}

// All iterations of a batch in one timed call, as the sampler does it: the same work, the same counts.
void measure(benchmark::State& state, const std::vector<probes::Column>& extras, probes::Trial& trial) {
  const probes::Clock clock = probes::monotonic_clock();
  probes::Work work;
  while (state.KeepRunningBatch(state.max_iterations)) {
    const double begin = clock();
    work = trial.run(std::uint64_t(state.max_iterations));
    const double end = clock();
    state.SetIterationTime(work.seconds.value_or(end - begin));
  }
  state.SetBytesProcessed(std::int64_t(work.bytes));
  state.SetItemsProcessed(std::int64_t(work.operations));
  // A cell that is empty in a run folder is left out: JSON has no word for it.
  for (std::size_t i = 0; i < extras.size() && i < work.extras.size(); ++i) {
    if (std::isfinite(work.extras[i])) state.counters[extras[i].name] = work.extras[i];
  }
  trial.verify();
}

}  // namespace

int run_google_benchmark(const std::vector<PlannedProbe>& plan, probes::Workspace& workspace,
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
  Prepared prepared;
  for (const PlannedProbe& planned : plan) {
    const probes::Probe& probe = planned.probe;
    if (!probe.prepare || !planned.availability.ready) continue;
    for (const probes::Point& point : planned.points) {
      benchmark::RegisterBenchmark(benchmark_name(probe, point).c_str(), [&](benchmark::State& state) {
        try {
          measure(state, probe.extras, trial_for(prepared, probe, point, workspace));
        } catch (const probes::Unavailable& error) {
          state.SkipWithError(error.what());
        } catch (const std::exception& error) {
          state.SkipWithError((std::string("failed: ") + error.what()).c_str());
        }
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
    Request request;
    std::string target;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("benchmark", "The same trials under Google Benchmark; takes its flags");
  options->request.mode = "quick";
  command->add_option("prefix", options->request.prefixes, "probes to run: memory, storage.read, ... (all by default)");
  command->add_option("--set", options->request.overrides, "values of one axis: memory.read.footprint=64KiB,1MiB")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--target", options->target, "folder on the device that storage probes may write a file into");
  command->allow_extras();
  command->callback([command, options, &exit_code] {
    probes::Machine machine = probes::detect_machine();
    machine.libexec = libexec_folder();
    machine.target = options->target;
    const auto target = options->target.empty() ? std::filesystem::path() : std::filesystem::absolute(options->target);
    probes::Workspace workspace(machine, target, 1);
    exit_code =
        run_google_benchmark(make_plan(all_probes(), machine, options->request), workspace, command->remaining());
  });
}

}  // namespace sextant::bench
