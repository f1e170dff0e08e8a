// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <csignal>

#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/interrupt.hpp"
#include "probes/probe/version.hpp"
#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"

namespace {

using namespace sextant;

int run(int argc, char** argv) {
  CLI::App app{
      "Sextant measures the machine in front of it and projects LLM decode onto machines that do not exist yet."};
  app.set_version_flag("--version", probes::build_identity());
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  int exit_code = bench::done;
  bench::add_run(app, exit_code);
  bench::add_check(app, exit_code);
  bench::add_calibrate(app, exit_code);
  bench::add_compare(app, exit_code);
  bench::add_project(app, exit_code);
  bench::add_sweep(app, exit_code);
  bench::add_validate(app, exit_code);
  bench::add_report(app, exit_code);
  bench::add_import(app, exit_code);
  bench::add_list(app, exit_code);
  bench::add_environment(app, exit_code);
  bench::add_publish(app, exit_code);
  bench::add_benchmark(app, exit_code);
  bench::add_worker(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);  // prints help, the version or what is wrong
    return code == 0 ? bench::done : bench::usage_error;
  }
  return exit_code;
}

}  // namespace

// The only place where an exception becomes an exit code.
int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is a write error like any other
  const auto say = [](const char* what, int code) {
    sextant::bench::talk(std::string("sextant: ") + what);
    return code;
  };
  try {
    return run(argc, argv);
  } catch (const sextant::bench::UsageError& error) {
    return say(error.what(), sextant::bench::usage_error);
  } catch (const sextant::results::InvalidInput& error) {
    return say(error.what(), sextant::bench::invalid_input);
  } catch (const sextant::results::WriteError& error) {
    return say(error.what(), sextant::bench::stopped_by_environment);
  } catch (const sextant::bench::Interrupted& error) {
    return say(error.what(), sextant::bench::was_interrupted);
  } catch (const std::exception& error) {
    return say(error.what(), sextant::bench::check_failed);
  }
}
