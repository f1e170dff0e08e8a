// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "analysis/sweep/break_even.hpp"
#include "analysis/sweep/evaluate.hpp"
#include "analysis/sweep/sweep_text.hpp"
#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/interrupt.hpp"
#include "bench/locations.hpp"
#include "bench/progress.hpp"
#include "bench/projections.hpp"
#include "probes/probe/clock.hpp"
#include "results/record/write_file.hpp"

namespace sextant::bench {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string sweep, output, profile;
  std::size_t draws = 1024;
  std::uint64_t seed = 1;
  bool force = false, json = false;
};

// "out.csv" -> "out.break-even.csv".
fs::path break_even_file(const fs::path& points) {
  fs::path file = points;
  return file.replace_filename(points.stem().string() + ".break-even" + points.extension().string());
}

// A name from the catalogue, a file beside the sweep, or one below the folder the user stands in.
analysis::FindFile finder(const fs::path& sweep, fs::path (*named)(const std::string&)) {
  return [beside = sweep.parent_path(), named](const std::string& name) {
    return fs::is_regular_file(beside / name) ? beside / name : named(name);
  };
}

results::AppendedFile created(const fs::path& file, const std::string& header) {
  results::AppendedFile rows(file);
  rows.cut(0);
  rows.append(header);
  return rows;
}

// Answers in order, a few at a time, each written before the next are begun: what ends the program costs only those in
// hand.
template <class Answer, class Work, class Row>
std::vector<Answer> answered(std::size_t n, const char* what, const fs::path& file, const std::string& header,
                             Interrupt& interrupt, Work work, Row row) {
  constexpr std::size_t at_once = 32;
  std::vector<Answer> answers(n);
  results::AppendedFile rows = created(file, header);
  Progress progress(static_cast<int>(n), stderr_is_terminal());
  const double start = probes::monotonic_clock()();
  for (std::size_t first = 0; first < n; first += at_once) {
    const std::size_t some = std::min(at_once, n - first);
    analysis::in_parallel(some, [&](std::size_t i) { answers[first + i] = work(first + i); });
    std::string text;
    for (std::size_t i = first; i < first + some; ++i) text += row(answers[i]);
    rows.append(text);
    if (interrupt.raised()) throw Interrupted("interrupted: the rows so far are in " + file.string());
    const double seconds = probes::monotonic_clock()() - start;
    const auto done_so_far = static_cast<double>(first + some);
    progress.at(static_cast<int>(first + some), what, seconds / done_so_far * (static_cast<double>(n) - done_so_far));
  }
  return answers;
}

void sweep(const Options& options) {
  const fs::path data = data_folder();
  const fs::path file = sweep_file(options.sweep);
  const fs::path output = options.output, second = break_even_file(output);
  const analysis::Space space =
      analysis::read_space(analysis::read_sweep(file), analysis::load_catalogue(data / "catalogue"),
                           finder(file, workload_file), finder(file, design_file), data / "designs");
  const auto questions = analysis::questions(space);
  claim_file(output, options.force);
  if (!questions.empty()) claim_file(second, options.force);
  const results::Profile profile = profile_for(options.profile);

  Interrupt interrupt;
  const analysis::ProjectionOptions draws{options.draws, options.seed, shipped_discrepancies()};
  const auto points = analysis::points(space);
  const auto baselines = analysis::baseline_draws(space, profile, draws);
  const auto answers = answered<analysis::Answer>(
      points.size(), "points", output, analysis::point_header(space), interrupt,
      [&](std::size_t i) { return analysis::answer_at(space, points[i], baselines, profile, draws); },
      [&](const analysis::Answer& answer) { return analysis::point_row(space, answer); });
  std::vector<analysis::BreakEven> breaks;
  if (!questions.empty()) {
    breaks = answered<analysis::BreakEven>(
        questions.size(), "break-evens", second, analysis::break_even_header(space), interrupt,
        [&](std::size_t i) { return analysis::break_even(space, questions[i], profile, {.seed = options.seed}); },
        [&](const analysis::BreakEven& answer) { return analysis::break_even_rows(space, answer); });
  }
  const analysis::SweepFiles files{output.string(), questions.empty() ? std::string() : second.string()};
  if (options.json) return print(analysis::sweep_json(space, answers, breaks, files));
  for (const analysis::BreakEven& answer : breaks) print(analysis::sentence(space, answer) + "\n");
  print((breaks.empty() ? "" : "\n") + std::to_string(points.size()) + " points\n" + files.points + "\n" +
        (files.break_even.empty() ? "" : files.break_even + "\n"));
}

}  // namespace

void add_sweep(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("sweep", "Project a design space, and say where a design breaks even with the baselines");
  command
      ->add_option("sweep", options->sweep, "name of a shipped sweep or TOML file: workloads, designs, axes, baselines")
      ->required();
  command->add_option("--output", options->output, "CSV file to write; break-evens go beside it")->required();
  command->add_option("--profile", options->profile,
                      "profile folder, or a reference profile such as h100-sxm (default: the newest of this machine)");
  command->add_option("--draws", options->draws, "draws of each point")->check(CLI::Range(16, 1000000));
  command->add_option("--seed", options->seed, "seed of the draws");
  command->add_flag("--force", options->force, "replace the files");
  command->add_flag("--json", options->json, "one JSON document on stdout");
  command->callback([options, &exit_code] {
    sweep(*options);
    exit_code = done;
  });
}

}  // namespace sextant::bench
