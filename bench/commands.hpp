// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

// One function per subcommand: it declares its options on the app, and its callback does the work, puts the exit code
// into `exit_code` and throws what goes wrong to main.
namespace sextant::bench {

void add_run(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_calibrate(CLI::App& app, int& exit_code);
void add_compare(CLI::App& app, int& exit_code);
void add_project(CLI::App& app, int& exit_code);
void add_sweep(CLI::App& app, int& exit_code);
void add_validate(CLI::App& app, int& exit_code);
void add_report(CLI::App& app, int& exit_code);
void add_import(CLI::App& app, int& exit_code);
void add_list(CLI::App& app, int& exit_code);
void add_environment(CLI::App& app, int& exit_code);
void add_publish(CLI::App& app, int& exit_code);
void add_benchmark(CLI::App& app, int& exit_code);
void add_worker(CLI::App& app, int& exit_code);  // what the supervisor starts; not for people

}  // namespace sextant::bench
