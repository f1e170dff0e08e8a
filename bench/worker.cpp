// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/worker.hpp"

#include <CLI/CLI.hpp>

#include "bench/all_probes.hpp"
#include "bench/commands.hpp"

namespace sextant::bench {

void add_worker(CLI::App& app, int& exit_code) {
  CLI::App* worker = app.add_subcommand("worker", "Measure one job from standard input (started by `sextant run`)");
  worker->group("");  // not in --help: the supervisor starts it
  worker->callback([&exit_code] { exit_code = probes::serve(all_probes(), stdin, stdout); });
}

}  // namespace sextant::bench
