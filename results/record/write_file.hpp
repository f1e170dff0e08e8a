// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <utility>

// Files that are never left half written.
namespace sextant::results {

// The environment stopped us while writing (disk full, permission): exit code 4, rows kept.
class WriteError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A file that grows by whole rows. Every row goes to the kernel at once, so that the death of this process costs none.
class AppendedFile {
 public:
  // Creates the file when it is not there. Throws WriteError.
  explicit AppendedFile(std::filesystem::path file);
  ~AppendedFile();
  AppendedFile(AppendedFile&& other) noexcept
      : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  AppendedFile& operator=(AppendedFile&&) = delete;

  // All of `rows` or none: what reached the disk before an error is cut off again. Throws WriteError.
  void append(std::string_view rows);

  // Cuts the file to its first `size` bytes. Throws WriteError.
  void cut(std::size_t size);

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
};

// Replaces the content of `file` by way of a temporary file beside it and a rename, so that a reader never sees half of
// it and a full disk keeps the old content. Throws WriteError.
void replace_file(const std::filesystem::path& file, std::string_view text);

// Creates the folder and its parents where they are missing. Throws WriteError.
void create_folder(const std::filesystem::path& folder);

}  // namespace sextant::results
