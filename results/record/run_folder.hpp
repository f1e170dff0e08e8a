// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "results/record/run.hpp"
#include "results/record/summary.hpp"
#include "results/record/write_file.hpp"

// A run folder (docs/architecture.md, "A run folder"): tidy CSV, one table per probe, and a Data Package that says what
// is in it. Rows are appended and flushed one by one, so that whatever ends the program, what was measured stays.
namespace sextant::results {

// Rows of two versions do not fit into one table: throws InvalidInput, naming the folder, when `version` is another than
// the one this program writes.
void require_this_version(const std::filesystem::path& folder, int version);

class RunFolder {
 public:
  // Creates the folder and writes a table for every probe, launches.csv, datapackage.json, environment.json, topology.xml and a
  // summary.csv in which every measurement of the plan stands, flagged interrupted unless it is skipped or failed:
  // should the program be killed, that is what they are. Samples and launches in `run` are not written: append them. Throws
  // WriteError when the folder exists and is not empty, or cannot be written; std::invalid_argument when the run cannot
  // be stored (two columns of one name, a point without the axes of its table, the same point twice).
  static RunFolder create(const std::filesystem::path& folder, const Run& run);

  // Opens a folder to append to it (resume): partial last lines left by a kill are cut off, then the plan and state in
  // `run` are written. `run` holds the samples that are there. Throws InvalidInput when a table has other columns.
  static RunFolder open(const std::filesystem::path& folder, const Run& run);

  // Appends one raw row, and those of its requests, which are with the kernel on return. Throws WriteError, after which the file holds whole rows.
  void append(const Measurement& measurement, const Sample& sample);

  // Appends the row of a worker process that has ended, likewise.
  void append(const Launch& launch);

  // Rewrites summary.csv, environment.json, datapackage.json and README.md from `run` (each through a temporary file
  // and a rename, so that a reader never sees half a file). `run` holds the samples that were appended.
  void finish(const Run& run);

  const std::filesystem::path& path() const { return folder_; }

 private:
  RunFolder(std::filesystem::path folder, const Run& run);

  std::filesystem::path folder_;
  std::map<std::string, Table> tables_;
  std::map<std::string, AppendedFile> files_;
  std::map<std::string, AppendedFile> requests_;  // of the probes that tell of single requests
  AppendedFile launches_;
};

// A whole run at once: create, append every sample and launch, finish.
void write_run(const std::filesystem::path& folder, const Run& run);

// Reads a folder back: tables from the data package, samples from the raw CSVs, status, flags and reasons from
// summary.csv. `partial` tolerates a cut last line. Facts of the environment come back grouped by the first part of
// their keys. Reads every schema version up to ours: what an earlier one has no column for is not available. Throws
// InvalidInput (also for a newer version).
Run read_run(const std::filesystem::path& folder, bool partial = false);

// True when the folder looks like a run (has a datapackage.json with our name in it).
bool is_run_folder(const std::filesystem::path& folder);

// Every complaint about a folder, each naming file, line, column, value and fix; empty when it is sound. Rebuilds
// summary.csv from the raw rows and compares to the last bit, and looks for what would give away a machine or a user.
// Of a folder of an earlier schema version, statistics that are computed otherwise today are not compared. At most
// twenty complaints a file are listed, then their number. Samples of one table at a time are in memory.
std::vector<std::string> check_run(const std::filesystem::path& folder);

}  // namespace sextant::results
