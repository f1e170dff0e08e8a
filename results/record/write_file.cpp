// SPDX-License-Identifier: Apache-2.0
#include "results/record/write_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sextant::results {
namespace {

std::string meaning(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "disk full: free space or choose another --output";
    case EACCES:
    case EPERM:
    case EROFS:
      return "no permission to write there: choose another --output";
    case ENOTDIR:
    case EEXIST:
      return "a file stands where a folder is needed: choose another --output";
    case EFBIG:
      return "the file grew beyond the limit set for this user: raise it (ulimit -f) or choose another --output";
    case EMFILE:
    case ENFILE:
      return "too many open files: raise the limit (ulimit -n)";
    default:
      return std::generic_category().message(error) + ": choose another --output";
  }
}

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  throw WriteError(fmt::format("{}: cannot be written: {}", file.string(), meaning(error)));
}

// Returns errno of the first error, 0 when everything was written.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

AppendedFile::AppendedFile(std::filesystem::path file) : file_(std::move(file)) {
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(file_, errno);
}

AppendedFile::~AppendedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AppendedFile::append(std::string_view rows) {
  struct stat before {};
  if (::fstat(descriptor_, &before) != 0) fail(file_, errno);
  if (const int error = write_all(descriptor_, rows)) {
    // Cutting frees space and so works on a full disk; should it fail, readers drop the partial row themselves.
    [[maybe_unused]] const int ignored = ::ftruncate(descriptor_, before.st_size);
    fail(file_, error);
  }
}

void AppendedFile::cut(std::size_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail(file_, errno);
}

void replace_file(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::path temporary = file;
  temporary += ".new";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) fail(file, errno);
  int error = write_all(descriptor, text);
  if (error == 0 && ::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS)
    error = errno;  // some file systems have none
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(temporary.c_str());
  fail(file, error);
}

void create_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(folder, error.value());
  if (!std::filesystem::is_directory(folder, error)) fail(folder, ENOTDIR);
}

}  // namespace sextant::results
