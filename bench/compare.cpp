// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "bench/commands.hpp"
#include "bench/compare_text.hpp"
#include "bench/console.hpp"
#include "bench/durations.hpp"
#include "bench/single_run.hpp"
#include "results/import/google_benchmark.hpp"
#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {

namespace fs = std::filesystem;
using results::Verdict;

namespace {

struct Options {
  std::vector<std::string> sides, same, commands;
  std::string fail_on, margin, budget = "60s";
  int launches = 10;
  bool any_version = false, same_first = false, json = false;
};

// "2%" or "0.02" as a logarithm.
std::optional<double> parse_margin(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const bool percent = text.ends_with('%');
  std::string number = percent ? text.substr(0, text.size() - 1) : text;
  while (number.ends_with(' ')) number.pop_back();
  double value = 0;
  try {
    value = results::number_from_text(number) / (percent ? 100 : 1);
  } catch (const std::invalid_argument&) {
    value = -1;
  }
  if (!(value > 0 && value < 1)) throw UsageError("--margin '" + text + "': write for example 2% or 0.02");
  return std::log1p(value);
}

results::Run read_side(const std::string& named) {
  const fs::path path(named);
  std::error_code error;
  if (fs::is_regular_file(path, error)) return results::read_google_benchmark(path);
  if (!results::is_run_folder(path)) {
    throw results::InvalidInput(named +
                                ": neither a run folder (it has no datapackage.json of sextant) nor a file of Google "
                                "Benchmark");
  }
  return results::read_run(path);
}

int exit_code_for(bool slower, const Options& options) {
  return slower && options.fail_on == "slower" ? check_failed : done;
}

int compare_runs(const Options& options) {
  if (options.sides.size() != 2) throw UsageError("give two runs to compare, A and B, or two times --command");
  if (options.same_first) throw UsageError("--same-first runs a command: use it with --command");
  const results::Run run_a = read_side(options.sides[0]), run_b = read_side(options.sides[1]);
  std::vector<results::Run> alike;
  for (const std::string& named : options.same) alike.push_back(read_side(named));
  analysis::ComparisonOptions how;
  how.any_version = options.any_version;
  how.margin = parse_margin(options.margin);
  for (std::size_t i = 0; i < alike.size(); ++i) how.same.push_back({options.same[i], alike[i]});
  const analysis::Named a{options.sides[0], run_a}, b{options.sides[1], run_b};
  const analysis::Comparison comparison = analysis::compare(a, b, how);
  print(options.json ? comparison_json(a, b, comparison) : comparison_text(a, b, comparison));
  const auto& rows = comparison.rows;
  const bool slower = std::any_of(rows.begin(), rows.end(), [](const analysis::Row& row) {
    return row.refused.empty() && row.verdict == Verdict::slower;
  });
  return exit_code_for(slower, options);
}

int compare_two_commands(const Options& options) {
  if (!options.sides.empty()) throw UsageError("compare two runs or two commands, not a run with a command");
  if (options.commands.size() != 2) throw UsageError("give --command twice: A and B");
  if (!options.same.empty()) throw UsageError("--same names runs: with commands use --same-first");
  CommandPlan plan;
  plan.launches = options.launches;
  plan.budget = parse_duration(options.budget);
  plan.same_first = options.same_first;
  plan.margin = parse_margin(options.margin);
  const SingleRun alone;
  Interrupt interrupt;
  const std::string &a = options.commands[0], &b = options.commands[1];
  const CommandComparison comparison = compare_commands(
      [&] { return time_command(a, interrupt); }, [&] { return time_command(b, interrupt); }, plan,
      probes::monotonic_clock(),
      [&](const CommandComparison& so_far) {
        if (!options.json)
          talk(fmt::format("sextant: {} pairs: {}", so_far.pairs.size(), results::name(so_far.verdict)));
      });
  print(options.json ? comparison_json(a, b, comparison) : comparison_text(a, b, comparison));
  return exit_code_for(comparison.verdict == Verdict::slower, options);
}

}  // namespace

void add_compare(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* compare = app.add_subcommand("compare", "Two runs, or two commands run in turn: which is slower?");
  compare->add_option("run", options->sides, "A and B: run folders, or JSON files of Google Benchmark");
  compare->add_option("--command", options->commands, "a command to time through /bin/sh; twice, for A and for B")
      ->take_all()
      ->allow_extra_args(false);
  compare->add_option("--launches", options->launches, "runs of each command before the first look (default 10)")
      ->check(CLI::Range(2, 100000));
  compare->add_option("--budget", options->budget, "time to go on for while commands cannot be told apart: 60s, 10m");
  compare->add_flag("--same-first", options->same_first, "run A against A first, to learn what is the same");
  compare->add_option("--same", options->same, "runs known to be alike, to learn what is the same");
  compare->add_option("--margin", options->margin, "the difference that does not matter: 2%");
  compare->add_option("--fail-on", options->fail_on, "slower: exit with 1 when a verdict is SLOWER")
      ->check(CLI::IsMember({"slower"}));
  compare->add_flag("--any-version", options->any_version, "compare what different versions of Sextant measured");
  compare->add_flag("--json", options->json, "one JSON document on stdout");
  compare->callback([options, &exit_code] {
    exit_code = options->commands.empty() ? compare_runs(*options) : compare_two_commands(*options);
  });
}

}  // namespace sextant::bench
