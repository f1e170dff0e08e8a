// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/locations.hpp"
#include "results/import/formats.hpp"
#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {

namespace fs = std::filesystem;

namespace {

// Writes the run anew under its public name: what is published went through the same writer and the same check as what
// was measured.
fs::path publish(const fs::path& folder, const std::string& machine, const fs::path& root, bool force) {
  if (const auto complaints = results::check_run(folder); !complaints.empty()) {
    throw results::InvalidInput(complaints.front() + " (and " + std::to_string(complaints.size() - 1) +
                                " more: `sextant check` lists them; nothing was published)");
  }
  results::Run run = results::read_run(folder);
  if (run.provenance.state != results::State::complete) {
    throw results::InvalidInput(folder.string() +
                                ": the run is not complete: finish it with `sextant run --resume` first");
  }
  if (run.provenance.licence == results::unstated_licence) {
    throw results::InvalidInput(folder.string() +
                                ": it was imported without a licence: ask whose the figures are, and import them again "
                                "with --licence");
  }
  run.provenance.machine = machine;
  const fs::path output = root / machine / run.provenance.run_id;
  claim_folder(output, force);
  results::write_run(output, run);
  return output;
}

}  // namespace

void add_publish(CLI::App& app, int& exit_code) {
  struct Options {
    std::vector<std::string> folders;
    std::string machine, output = "results/published";
    bool force = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("publish", "Put checked runs under results/published with a public machine name");
  command->add_option("folder", options->folders, "run folders")->required();
  command->add_option("--machine", options->machine, "public name of the machine")->required();
  command->add_option("--output", options->output, "folder of the published data sets");
  command->add_flag("--force", options->force, "replace a published run of the same id");
  command->callback([options, &exit_code] {
    if (options->machine.find_first_of("/\\ \t\n") != std::string::npos || options->machine.front() == '.') {
      throw UsageError("--machine '" + options->machine +
                       "': a name without spaces and slashes, for example epyc-9755-vm");
    }
    for (const std::string& folder : options->folders) {
      print(publish(folder, options->machine, options->output, options->force).string() + "\n");
    }
    exit_code = done;
  });
}

}  // namespace sextant::bench
