// SPDX-License-Identifier: Apache-2.0
#include "tests/layering.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace sextant::tests {
namespace {

using Names = std::vector<std::string_view>;

// Which folders a folder may include, besides itself.
const std::map<std::string_view, Names>& arrows() {
  static const std::map<std::string_view, Names> allowed = {
      {"results", {}},
      {"probes", {"results"}},
      {"storage", {"results", "probes"}},
      {"net", {"results", "probes"}},
      {"gpu", {"results", "probes"}},
      {"analysis", {"results"}},
      {"bench", {"results", "probes", "storage", "net", "gpu", "analysis"}},
      {"tests", {"results", "probes", "storage", "net", "gpu", "analysis", "bench"}},
  };
  return allowed;
}

// Headers that cost seconds to compile or belong to one device: only in .cpp files, each behind a header of ours; MPI
// and CUDA only in the family whose worker links them.
const Names heavy = {"nlohmann/", "CLI/",  "toml++/",  "Eigen/",    "unsupported/Eigen/",
                     "boost/",    "hwloc", "liburing", "benchmark/"};
const std::map<std::string_view, Names>& devices() {
  static const std::map<std::string_view, Names> owners = {
      {"net", {"mpi.h"}}, {"gpu", {"cuda", "nccl", "nvml"}}, {"storage", {"liburing"}}};
  return owners;
}

struct Include {
  int line = 0;
  std::string path;
  bool quoted = false;
};

std::vector<Include> includes_of(const std::string& text) {
  std::vector<Include> found;
  int line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    std::string_view words(text.data() + at, end - at);
    at = end + 1;
    ++line;
    const auto skip_blanks = [&] { words.remove_prefix(std::min(words.find_first_not_of(" \t"), words.size())); };
    skip_blanks();
    if (!words.starts_with('#')) continue;
    words.remove_prefix(1);
    skip_blanks();
    if (!words.starts_with("include")) continue;
    words.remove_prefix(7);
    skip_blanks();
    if (words.empty() || (words[0] != '"' && words[0] != '<')) continue;
    const bool quoted = words[0] == '"';
    const auto close = words.find(quoted ? '"' : '>', 1);
    if (close != std::string_view::npos) found.push_back({line, std::string(words.substr(1, close - 1)), quoted});
  }
  return found;
}

std::string_view first_folder(std::string_view path) { return path.substr(0, path.find('/')); }

bool starts_with_any(std::string_view text, const Names& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return text.starts_with(prefix); });
}

// The model itself; what tests and times it may use more.
bool is_pure(std::string_view file) {
  return file.starts_with("analysis/model/") && !file.ends_with("_test.cpp") && !file.ends_with("_benchmark.cpp");
}

// Empty when the quoted include is right.
std::string wrong_quoted(const std::string& file, const std::string& included) {
  const auto from = first_folder(file);
  const auto to = first_folder(included);
  if (!arrows().contains(to)) return "quotes \"" + included + "\", which does not start at a folder of the project";
  if (is_pure(file) && !included.starts_with("analysis/model/") && included != "results/record/unit.hpp" &&
      included != "results/record/estimate.hpp") {
    return "includes \"" + included + "\": the model is pure and knows only results/record/{unit,estimate}.hpp";
  }
  const auto& allowed = arrows().at(from);
  if (to == from || std::find(allowed.begin(), allowed.end(), to) != allowed.end()) return {};
  return "includes \"" + included + "\": " + std::string(from) + " must not know " + std::string(to);
}

std::string wrong_angled(const std::string& file, const std::string& included) {
  const bool standard = included.find_first_of("./") == std::string::npos;
  if (is_pure(file) && !standard) {
    return "includes <" + included + ">: the model uses the standard library only";
  }
  if (file.ends_with(".hpp") && starts_with_any(included, heavy)) {
    return "includes <" + included + "> in a header: keep it in one .cpp file";
  }
  for (const auto& [family, headers] : devices()) {
    if (first_folder(file) != family && starts_with_any(included, headers)) {
      return "includes <" + included + ">, which only " + std::string(family) + " may";
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> wrong_arrows(const std::vector<File>& files) {
  std::vector<std::string> wrong;
  for (const auto& file : files) {
    if (!is_source(file.path) || !arrows().contains(first_folder(file.path))) continue;
    for (const auto& include : includes_of(file.text)) {
      const auto what = include.quoted ? wrong_quoted(file.path, include.path) : wrong_angled(file.path, include.path);
      if (!what.empty()) wrong.push_back(file.path + ":" + std::to_string(include.line) + ": " + what);
    }
  }
  return wrong;
}

}  // namespace sextant::tests
