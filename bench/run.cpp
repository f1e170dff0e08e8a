// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/durations.hpp"
#include "bench/locations.hpp"
#include "bench/plan.hpp"
#include "bench/recorded_environment.hpp"
#include "bench/resume.hpp"
#include "bench/single_run.hpp"
#include "bench/supervisor.hpp"
#include "bench/target_folder.hpp"
#include "bench/watching.hpp"
#include "probes/probe/clock.hpp"
#include "results/import/google_benchmark.hpp"
#include "results/record/csv.hpp"
#include "results/record/states.hpp"
#include "results/record/summary.hpp"

namespace sextant::bench {

namespace fs = std::filesystem;
using results::Measurement;
using results::Status;

namespace {

struct Options {
  Request request;
  bool quick = false, publish = false, dry_run = false, force = false, json = false;
  std::string output, machine, budget, resume, format = "table";
  TargetOptions target;
  std::uint64_t seed = 0;
};

std::string utc(const char* pattern, std::time_t when) {
  std::tm parts{};
  gmtime_r(&when, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, pattern, &parts)};
}

// 120 s for ever with quick, of which some belong to starting, filling and writing; else what a coffee or a night
// allows.
double default_budget(const std::string& mode) { return mode == "quick" ? 100 : mode == "publish" ? 4 * 3600 : 900; }

double patience_for(const std::string& mode) { return mode == "quick" ? 20 : 120; }

// Where the undisturbed samples tell another median than all of them, by more than the interval, both are said.
void print_results(const results::Run& run) {
  std::vector<std::vector<std::string>> rows{
      {"probe", "point", "median", "95 % interval", "undisturbed", "n", "status"}};
  for (const Measurement& measurement : run.measurements) {
    const results::Summary summary = results::summarise(measurement, run.canaries);
    const auto text = [&](double value) { return results::format(value, measurement.quantity.unit); };
    std::string status(results::name(measurement.status));
    if (measurement.status == Status::failed || measurement.status == Status::skipped)
      status += ": " + measurement.reason;
    if (const std::string note = results::state_note(summary); !note.empty()) status += "; " + note;
    const results::Table* table = results::find_table(run, measurement.probe);
    rows.push_back(
        {measurement.probe, describe(measurement.point, table ? *table : results::Table{}),
         summary.n ? text(summary.median) : "-",
         std::isnan(summary.low) ? "-" : text(summary.low) + " .. " + text(summary.high),
         summary.clean_median < summary.low || summary.clean_median > summary.high ? text(summary.clean_median) : "",
         std::to_string(summary.n), status});
  }
  print(text_table(rows));
}

int finish(const results::Run& run, const fs::path& output, const Watching& cost, const Options& options) {
  int failed = 0, skipped = 0, lost = 0;
  for (const Measurement& measurement : run.measurements) {
    failed += measurement.status == Status::failed;
    skipped += measurement.status == Status::skipped;
    lost += measurement.flags.interrupted;
  }
  const int total = int(run.measurements.size());
  const int code = failed || lost ? check_failed : skipped == total ? nothing_can_run : done;
  if (options.format == "google-benchmark") {
    print(results::google_benchmark_text(run));
    talk("sextant: " + output.string());
  } else if (options.json) {
    print(nlohmann::ordered_json{{"output", output.string()},
                                 {"points", total},
                                 {"failed", failed},
                                 {"skipped", skipped},
                                 {"interrupted", lost},
                                 {"wall_seconds", cost.wall},
                                 {"canary_seconds", cost.canaries},
                                 {"bookkeeping_seconds", cost.bookkeeping}}
              .dump() +
          "\n");
  } else {
    print_results(run);
    print(fmt::format("\n{} points, {} failed, {} skipped\n{}{}\n", total, failed, skipped,
                      cost.wall > 0 ? describe(cost) + "\n" : "", output.string()));
  }
  if (lost) {
    talk(fmt::format("sextant: {} of the points were not finished: sextant run --resume {} measures them", lost,
                     output.string()));
  }
  return code;
}

// Into the record, once however often a run is resumed, and to the user. Empty is none.
void warn(results::Provenance& provenance, const std::string& warning) {
  if (warning.empty()) return;
  auto& warnings = provenance.warnings;
  if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) warnings.push_back(warning);
  talk("sextant: warning: " + warning);
}

int measure(results::Run& run, const std::vector<PlannedProbe>& plan, results::RunFolder folder, const Options& options,
            const probes::Machine& machine) {
  Interrupt interrupt;
  const TargetFolder target(options.target, folder.path());
  warn(run.provenance, target.warning());
  Supervision supervision;
  supervision.machine = machine;
  supervision.target = fs::absolute(target.path()).string();  // to the worker only; never into the record
  supervision.budget = options.budget.empty() ? default_budget(run.provenance.mode) : parse_duration(options.budget);
  supervision.patience = patience_for(run.provenance.mode);
  const auto earlier = std::ptrdiff_t(run.launches.size());
  const probes::Clock clock = probes::monotonic_clock();
  const double begin = clock();
  {
    Progress progress(int(run.measurements.size()), stderr_is_terminal());
    supervise(plan, run, folder, supervision, interrupt, progress);
  }
  const Watching cost = watching({run.launches.begin() + earlier, run.launches.end()}, clock() - begin);
  return finish(run, folder.path(), cost, options);
}

int resume(const Options& options) {
  check(options.target);
  if (!options.budget.empty()) parse_duration(options.budget);
  const fs::path folder(options.resume);
  if (!results::is_run_folder(folder)) {
    throw results::InvalidInput(folder.string() +
                                ": not a run folder: give --resume the folder that sextant run named");
  }
  const SingleRun alone;  // before the rows are read: another run may be writing them
  results::Run run = results::read_run(folder, true);
  if (run.provenance.state == results::State::complete) {
    talk("sextant: " + folder.string() + " is complete: nothing is left to do");
    finish(run, folder, {}, options);
    return done;
  }
  results::require_this_version(folder, run.provenance.schema);  // before the columns, which differ for that reason
  probes::Machine machine = probes::detect_machine();
  machine.libexec = libexec_folder();
  machine.target = options.target.target;
  const auto plan = plan_of(run, all_probes(), machine);
  warn(run.provenance, other_build(run.provenance, recorded_environment()));
  run.provenance.state = results::State::running;
  return measure(run, plan, results::RunFolder::open(folder, run), options, machine);
}

int start(Options options) {
  if (options.quick && options.publish) throw UsageError("--quick and --publish exclude each other");
  check(options.target);
  options.request.mode = options.quick ? "quick" : options.publish ? "publish" : "standard";
  if (!options.budget.empty()) parse_duration(options.budget);  // a typing error shows now, not after the pilot
  probes::Machine machine = probes::detect_machine();
  machine.libexec = libexec_folder();
  machine.target = options.target.target;
  const auto plan = make_plan(all_probes(), machine, options.request);
  if (options.dry_run) {
    print(describe(plan, options.request.mode));
    return done;
  }

  const probes::Environment environment = recorded_environment();
  results::Run run;
  results::Provenance& provenance = run.provenance;
  const std::time_t now = std::time(nullptr);
  provenance.seed = options.seed ? options.seed : std::random_device{}();
  provenance.machine = options.machine.empty() ? probes::machine_hash(machine, environment) : options.machine;
  provenance.run_id =
      utc("%Y%m%d-", now) +
      fmt::format("{:08x}", std::uint32_t((provenance.seed * 0x9e3779b97f4a7c15u + std::uint64_t(now)) >> 32));
  provenance.mode = options.request.mode;
  provenance.started = utc("%Y-%m-%dT%H:%M:%SZ", now);
  provenance.environment = environment.facts;
  provenance.warnings = environment.warnings;
  for (const PlannedProbe& planned : plan) run.tables.push_back(planned.table);
  run.measurements = planned_measurements(plan, machine.virtualised, options.quick);
  run.topology_xml = probes::topology_xml();

  const fs::path output =
      options.output.empty() ? default_output(provenance.machine, provenance.run_id) : fs::path(options.output);
  const SingleRun alone;
  claim_folder(output, options.force);
  if (!options.json)
    talk(fmt::format("sextant: seed {}, {} mode, into {}", provenance.seed, provenance.mode, output.string()));
  for (const std::string& warning : provenance.warnings) talk("sextant: warning: " + warning);
  return measure(run, plan, results::RunFolder::create(output, run), options, machine);
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* run = app.add_subcommand("run", "Measure this machine into a run folder");
  run->add_option("prefix", options->request.prefixes,
                  "probes to run: memory, net.allreduce, ... (all when none is given)");
  run->add_option("--filter", options->request.filter, "regular expression on probe names");
  run->add_option("--set", options->request.overrides, "values of one axis: memory.read.footprint=64KiB,1MiB")
      ->take_all()
      ->allow_extra_args(false);
  run->add_flag("--quick", options->quick, "120 s in all, labelled quick in the data");
  run->add_flag("--publish", options->publish, "ten launches a round, for data to be published");
  run->add_option("--output", options->output, "run folder to create (default: sextant-out/MACHINE/DATE-ID)");
  run->add_option("--target", options->target.target,
                  "folder on the device that storage probes may write a file into, or a block device, which is read");
  run->add_option("--destructive", options->target.destructive,
                  "the block device of --target again: storage probes may overwrite what it holds");
  run->add_flag("--keep", options->target.keep, "leave the test file in --target at the end");
  run->add_option("--machine", options->machine, "public name of this machine (default: a hash)");
  run->add_option("--budget", options->budget, "time for all probes: 90s, 10m, 2h");
  run->add_option("--seed", options->seed, "seed of every random order (default: a new one, stored)");
  CLI::Option* resumed = run->add_option("--resume", options->resume, "finish the run in this folder");
  run->add_flag("--dry-run", options->dry_run, "say what would be measured, measure nothing");
  run->add_flag("--force", options->force, "replace a run that is in the way");
  run->add_flag("--json", options->json, "one JSON document on stdout");
  run->add_option("--format", options->format, "what is printed: table, or google-benchmark (its JSON)")
      ->check(CLI::IsMember({"table", "google-benchmark"}));
  // A run is finished as it was begun.
  for (const char* fixed : {"prefix", "--filter", "--set", "--quick", "--publish", "--output", "--machine", "--seed",
                            "--dry-run", "--force"})
    resumed->excludes(run->get_option(fixed));
  run->callback([options, &exit_code] {
    if (options->json && options->format != "table")
      throw UsageError("--json and --format exclude each other: stdout holds one document");
    exit_code = options->resume.empty() ? start(*options) : resume(*options);
  });
}

}  // namespace sextant::bench
