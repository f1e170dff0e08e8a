// SPDX-License-Identifier: Apache-2.0
#include "bench/target_folder.hpp"

#include "bench/console.hpp"
#include "probes/probe/probe.hpp"
#include "results/record/write_file.hpp"
#include "storage/files/file_system.hpp"
#include "storage/files/test_file.hpp"

namespace sextant::bench {
namespace {

namespace fs = std::filesystem;

void check_destructive(const TargetOptions& options, bool device) {
  if (options.destructive.empty()) return;
  if (!device) throw UsageError("--destructive " + options.destructive + " needs --target with the same block device");
  if (!storage::same_device(options.destructive, options.target)) {
    throw UsageError("--destructive " + options.destructive + " is not the device of --target " + options.target +
                     ": name the same one twice, what it holds will be lost");
  }
}

// Whether the device can be had, before anything is measured.
void check_device(const TargetOptions& options) {
  try {
    storage::open_device(options.target, options.destructive.empty() ? storage::Access::read : storage::Access::write);
  } catch (const probes::Unavailable& reason) {
    throw UsageError("--target " + options.target + ": " + reason.what());
  }
}

}  // namespace

void check(const TargetOptions& options) {
  const bool device = storage::is_block_device(options.target);
  check_destructive(options, device);
  if (options.keep && (options.target.empty() || device)) {
    throw UsageError("--keep needs --target with a folder: that is where the test file stays");
  }
  if (device) return check_device(options);
  if (options.target.empty() || fs::is_directory(options.target)) return;
  throw UsageError("--target " + options.target +
                   " is neither a folder nor a block device: create a folder first, or leave --target out");
}

TargetFolder::TargetFolder(const TargetOptions& options, const fs::path& output)
    : path_(options.target), ours_(false), keep_(options.keep) {
  const bool device = storage::is_block_device(path_);
  ours_ = device || options.target.empty();
  if (!ours_) return;
  path_ = output / "scratch";
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) throw results::WriteError(path_.string() + ": " + error.message());
  if (device) storage::name_device(path_, {options.target, !options.destructive.empty()});
}

TargetFolder::~TargetFolder() {
  try {
    if (!keep_) storage::remove_test_file(path_);
    if (ours_) fs::remove(path_);  // only when empty: a file that is not ours stays
  } catch (const std::exception& error) {
    talk(std::string("sextant: warning: the probes' file could not be removed: ") + error.what());
  }
}

std::string TargetFolder::warning() const {
  try {
    return storage::named_device(path_) ? std::string() : storage::file_system_of(path_).caveat;
  } catch (const probes::Unavailable&) {
    return {};  // each point says it
  }
}

}  // namespace sextant::bench
