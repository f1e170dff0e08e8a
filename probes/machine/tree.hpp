// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sextant::probes {

// The system files of a machine below a root path: "/" for this machine, a captured tree in a test. What is missing or
// unreadable reads as nothing; no member throws. Paths are relative: "proc/meminfo".
class Tree {
 public:
  explicit Tree(std::filesystem::path root) : root_(std::move(root)) {}

  bool has(std::string_view path) const;
  std::string text(std::string_view path) const;                  // whole file, blanks at both ends cut off
  std::optional<double> number(std::string_view path) const;      // the first word, when it is a number
  std::vector<std::string> names(std::string_view folder) const;  // sorted
  bool is_this_machine() const { return root_ == "/"; }

 private:
  std::filesystem::path root_;
};

std::string_view trimmed(std::string_view text);
std::vector<std::string> words(std::string_view text);
std::vector<std::string> lines(std::string_view text);
std::optional<double> leading_number(std::string_view text);

// The kernel's lists of processors and nodes: "0-3,8" is 0, 1, 2, 3, 8. Empty for what is no such list.
std::vector<int> list_numbers(std::string_view list);

// "key : value" files (/proc/cpuinfo, /proc/meminfo): the value of the first line with the key, empty when there is
// none.
std::string value_of(std::string_view text, std::string_view key);

// True when the processor says that a hypervisor stands below it (the `hypervisor` bit of CPUID leaf 1).
bool is_virtualised(const Tree& tree);

}  // namespace sextant::probes
