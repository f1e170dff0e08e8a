// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/commands.hpp"
#include "bench/console.hpp"
#include "bench/recorded_environment.hpp"

namespace sextant::bench {

void add_environment(CLI::App& app, int& exit_code) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("environment", "What is recorded about this machine, and what disturbs measuring on it");
  command->add_flag("--json", *json, "one JSON document on stdout");
  command->callback([json, &exit_code] {
    const probes::Environment environment = recorded_environment();
    if (*json) {
      nlohmann::ordered_json facts = nlohmann::ordered_json::object();
      for (const auto& [key, value] : environment.facts) facts[key] = value;
      print(nlohmann::ordered_json{{"environment", facts}, {"warnings", environment.warnings}}.dump(2) + "\n");
    } else {
      std::vector<std::vector<std::string>> rows;
      for (const auto& [key, value] : environment.facts) rows.push_back({key, value});
      print(text_table(rows));
      for (const std::string& warning : environment.warnings) print("warning: " + warning + "\n");
    }
    exit_code = done;
  });
}

}  // namespace sextant::bench
