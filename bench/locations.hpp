// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

// Where things are, and where they go by default. Everything is written below the folder the user stands in.
namespace sextant::bench {

std::filesystem::path program();  // this executable
std::filesystem::path
libexec_folder();                     // sextant-net and sextant-gpu: beside the program, installed or in the build tree
std::filesystem::path data_folder();  // holds catalogue/, designs/ and workloads/
std::filesystem::path reference_folder();  // holds the reference profiles, and what the model's form misses

// The profile folder that a user names: a path, or one of the reference profiles that come with the program ("h100-sxm",
// also with folders before it, "results/reference/h100-sxm", wherever the user stands). Throws results::InvalidInput.
std::filesystem::path profile_folder(const std::string& named);

// "sextant-out/<machine>/<date>-<id>"; the id comes from the seed, so that a run can be named before it is made.
std::filesystem::path default_output(const std::string& machine, const std::string& run_id);

// The newest profile below sextant-out/<machine>/, by the time it was written; empty when there is none.
std::optional<std::filesystem::path> newest_profile(const std::string& machine);

// Creates the folder, or takes an empty one. A folder with something in it is refused, unless `force`, which removes
// what sextant itself put there (a run, a profile, a file) and nothing else. Throws UsageError or results::WriteError.
void claim_folder(const std::filesystem::path& folder, bool force);

// The same for a file.
void claim_file(const std::filesystem::path& file, bool force);

}  // namespace sextant::bench
