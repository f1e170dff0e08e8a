// SPDX-License-Identifier: Apache-2.0
#include "bench/locations.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <vector>

#include "bench/console.hpp"
#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {

namespace fs = std::filesystem;

fs::path program() { return fs::read_symlink("/proc/self/exe"); }

fs::path libexec_folder() {
  const fs::path prefix = program().parent_path().parent_path();
  const fs::path installed = prefix / "libexec" / "sextant";
  return fs::is_directory(installed) ? installed : prefix / "libexec";
}

fs::path data_folder() {
  const fs::path installed = program().parent_path().parent_path() / "share" / "sextant";
  return fs::is_directory(installed) ? installed : fs::path(SEXTANT_SOURCE_DIR) / "analysis";
}

fs::path reference_folder() {
  const fs::path installed = program().parent_path().parent_path() / "share" / "sextant" / "reference";
  return fs::is_directory(installed) ? installed : fs::path(SEXTANT_SOURCE_DIR) / "results/reference";
}

fs::path profile_folder(const std::string& named) {
  if (fs::exists(named)) return named;
  const fs::path shipped = reference_folder();
  fs::path last = fs::path(named).lexically_normal();
  if (!last.has_filename()) last = last.parent_path();  // "h100-sxm/"
  const fs::path folder = shipped / last.filename();
  if (last.has_filename() && fs::exists(folder / "profile.csv")) return folder;
  std::vector<std::string> known;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(shipped, ignored)) {
    if (fs::exists(entry.path() / "profile.csv")) known.push_back(entry.path().filename().string());
  }
  std::sort(known.begin(), known.end());
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
  throw results::InvalidInput(
      "--profile " + named + ": no such folder: give one that sextant calibrate made, or a reference profile" +
      results::suggestion(last.filename().string(), known) + (list.empty() ? "" : " (" + list + ")"));
}

fs::path default_output(const std::string& machine, const std::string& run_id) {
  return fs::path("sextant-out") / machine / run_id;
}

std::optional<fs::path> newest_profile(const std::string& machine) {
  std::optional<fs::path> newest;
  fs::file_time_type when;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::path("sextant-out") / machine, ignored)) {
    const fs::path table = entry.path() / "profile" / "profile.csv";
    if (!fs::exists(table, ignored)) continue;
    const auto written = fs::last_write_time(table, ignored);
    if (newest && written <= when) continue;
    newest = table.parent_path();
    when = written;
  }
  return newest;
}

namespace {

[[noreturn]] void refuse(const fs::path& path, const std::error_code& error) {
  throw results::WriteError(path.string() + ": " + error.message() + ": choose another --output");
}

bool is_profile_folder(const fs::path& folder) { return fs::exists(folder / "profile.csv"); }

}  // namespace

void claim_folder(const fs::path& folder, bool force) {
  std::error_code error;
  if (fs::exists(folder, error)) {
    if (!fs::is_directory(folder)) throw UsageError(folder.string() + " is a file: --output wants a folder");
    if (fs::is_empty(folder, error)) return;
    if (error) refuse(folder, error);
    if (!force)
      throw UsageError(folder.string() +
                       " exists and is not empty: choose another --output, or give --force to replace it");
    if (!results::is_run_folder(folder) && !is_profile_folder(folder)) {
      throw UsageError(folder.string() +
                       " was not made by sextant, so --force does not remove it: choose another --output");
    }
    fs::remove_all(folder, error);
    if (error) refuse(folder, error);
  }
  fs::create_directories(folder, error);
  if (error) refuse(folder, error);
}

namespace {

// Files that this program writes: tables of projections and sweeps, and reports. Whatever else lies there stays.
bool is_ours(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string start(400, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(in.gcount()));
  const bool table = start.starts_with("workload,");
  const bool report = start.starts_with("<!doctype html>") && start.find("Sextant") != std::string::npos;
  return start.empty() || table || report;
}

}  // namespace

void claim_file(const fs::path& file, bool force) {
  std::error_code error;
  if (fs::is_directory(file, error)) throw UsageError(file.string() + " is a folder: --output wants a file");
  if (fs::exists(file, error) && !force)
    throw UsageError(file.string() + " exists: choose another --output, or give --force to replace it");
  if (fs::exists(file, error) && !is_ours(file))
    throw UsageError(file.string() +
                     " was not written by sextant, and --force replaces nothing else: choose another --output");
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error) refuse(file, error);
}

}  // namespace sextant::bench
