// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "analysis/report/assets.hpp"
#include "analysis/report/contents.hpp"
#include "analysis/report/report.hpp"
#include "results/record/run_folder.hpp"

extern char** environ;

namespace sextant::analysis {
namespace {

using results::WriteError;

constexpr int figure_width = 640;  // on paper there is no container to fill

void write(const std::filesystem::path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) throw WriteError(fmt::format("{}: cannot be written", file.string()));
}

// A folder that lives as long as the object. The bundles must lie in files for node to load them.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "sextant-figures-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw WriteError(fmt::format("{}: {}", name, std::strerror(errno)));
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;  // a destructor must not throw, and what is left lies in the folder for temporary files
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string for_paper(const std::string& spec) {
  auto json = nlohmann::ordered_json::parse(spec);
  nlohmann::ordered_json out{{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"}};
  out.update(json);
  out["width"] = figure_width;
  out["background"] = "#ffffff";
  out["config"].erase("background");
  return out.dump(1) + "\n";
}

// Runs a program without a shell and waits for it. Empty when it cannot be started (not installed), else its exit code.
struct Ended {
  bool started = false;
  int code = 0;
};
Ended run_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);  // standard output belongs to data
  pid_t child = 0;
  const int problem = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) return {};
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {true, WIFEXITED(status) ? WEXITSTATUS(status) : 128};
}

}  // namespace

Figures report_figures(const ReportInput& input, const std::filesystem::path& folder, const std::string& node) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) throw WriteError(fmt::format("{}: {}", folder.string(), problem.message()));
  Figures figures;
  std::vector<std::filesystem::path> pictures;
  for (const Chart& chart : all_charts(input)) {
    if (chart.spec.empty()) continue;
    figures.files.push_back(folder / (chart.id + ".vl.json"));
    pictures.push_back(folder / (chart.id + ".svg"));
    write(figures.files.back(), for_paper(chart.spec));
  }
  if (figures.files.empty()) {
    figures.skipped = "no figure was drawn: there is nothing with an ordered axis to draw";
  } else if (!charts_built()) {
    figures.skipped =
        "SVG was not drawn: this program was built without the chart bundles (npm); the .vl.json files hold the charts";
  } else {
    const ScratchFolder scratch;
    for (const auto& [name, code] : {std::pair{"vega", assets::vega_js()}, {"vega-lite", assets::vega_lite_js()}}) {
      const std::filesystem::path package = scratch.path() / "node_modules" / name;  // where node looks for a package
      std::filesystem::create_directories(package);
      write(package / "index.js", code);
    }
    write(scratch.path() / "render.mjs", assets::render_mjs());
    std::vector<std::string> command{node, (scratch.path() / "render.mjs").string()};
    for (const std::filesystem::path& file : figures.files) command.push_back(file.string());
    const Ended ended = run_program(std::move(command));
    if (!ended.started || ended.code == 127) {
      figures.skipped = fmt::format(
          "SVG was not drawn: \"{}\" cannot be run; install nodejs, or draw the .vl.json files elsewhere", node);
    } else if (ended.code != 0) {
      throw WriteError(
          fmt::format("{}: node ended with exit code {} while it drew the figures", folder.string(), ended.code));
    } else {
      figures.files.insert(figures.files.end(), pictures.begin(), pictures.end());
    }
  }
  return figures;
}

}  // namespace sextant::analysis
