// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/cgroup.hpp"

#include <algorithm>

namespace sextant::probes {
namespace {

// Version 1 says "no limit" with a number near 2^63; no machine holds an exbibyte.
constexpr double no_limit = 1152921504606846976.0;

// A version 1 hierarchy and the unified one of version 2 name the same things differently.
struct Names {
  const char* memory_limit;
  const char* memory_brake;  // above it a group is not ended but slowed until nothing can be measured; version 2 only
  const char* memory_usage;
  const char* reclaimable;  // the line of memory.stat
};
constexpr Names version_1{"memory.limit_in_bytes", "", "memory.usage_in_bytes", "total_inactive_file"};
constexpr Names version_2{"memory.max", "memory.high", "memory.current", "inactive_file"};

void lower(std::optional<double>& bound, double value) { bound = bound ? std::min(*bound, value) : value; }

std::optional<double> stat(const std::string& text, std::string_view key) {
  for (const auto& line : lines(text)) {
    const auto parts = words(line);
    if (parts.size() == 2 && parts[0] == key) return leading_number(parts[1]);
  }
  return std::nullopt;
}

void read_memory(const Tree& tree, const std::string& folder, const Names& names, Cgroup& found) {
  auto limit = tree.number(folder + "/" + names.memory_limit);  // "max" is not a number
  if (*names.memory_brake) {
    if (const auto brake = tree.number(folder + "/" + names.memory_brake)) lower(limit, *brake);
  }
  if (!limit || *limit >= no_limit) return;
  lower(found.memory_limit, *limit);
  // File pages that nobody used lately are counted as usage but are given back on demand: after a build in a container
  // they fill the limit, and memory would seem gone.
  const double used = tree.number(folder + "/" + names.memory_usage).value_or(0);
  const double reclaimable = stat(tree.text(folder + "/memory.stat"), names.reclaimable).value_or(0);
  lower(found.memory_room, std::max(0.0, *limit - std::max(0.0, used - reclaimable)));
}

void read_quota(std::optional<double> quota, std::optional<double> period, Cgroup& found) {
  if (quota && period && *quota > 0 && *period > 0) lower(found.cpu_quota, *quota / *period);
}

// Each group counts the stops by its own quota, and is stopped by those of its parents as well. Both versions name the
// count alike; a group without the controller has none.
void read_throttling(const Tree& tree, const std::string& folder, Cgroup& found) {
  const auto periods = stat(tree.text(folder + "/cpu.stat"), "nr_throttled");
  if (periods) found.throttled = found.throttled.value_or(0) + *periods;
}

// The path of the group and of all its parents: a limit anywhere above holds. In a container the path seen from outside
// may not exist below the mount; then only the parents that do exist count, the mount itself among them.
std::vector<std::string> upwards(std::string mount, std::string path) {
  std::vector<std::string> folders;
  while (path.size() > 1 && path.front() == '/') {
    folders.push_back(mount + path);
    path.resize(path.rfind('/'));
  }
  folders.push_back(std::move(mount));
  return folders;
}

void read_version_2(const Tree& tree, const std::string& path, Cgroup& found) {
  const bool hybrid = tree.has("sys/fs/cgroup/unified");
  for (const auto& folder : upwards(hybrid ? "sys/fs/cgroup/unified" : "sys/fs/cgroup", path)) {
    read_memory(tree, folder, version_2, found);
    const auto parts = words(tree.text(folder + "/cpu.max"));  // "max 100000" or "150000 100000"
    if (parts.size() == 2) read_quota(leading_number(parts[0]), leading_number(parts[1]), found);
    read_throttling(tree, folder, found);
  }
}

void read_version_1(const Tree& tree, const std::string& controller, const std::string& path, Cgroup& found) {
  for (const auto& folder : upwards("sys/fs/cgroup/" + controller, path)) {
    if (controller == "memory") read_memory(tree, folder, version_1, found);
    if (controller == "cpu" || controller == "cpu,cpuacct") {
      read_quota(tree.number(folder + "/cpu.cfs_quota_us"), tree.number(folder + "/cpu.cfs_period_us"), found);
      read_throttling(tree, folder, found);
    }
  }
}

// A line of proc/self/cgroup: "4:memory:/a/b" or, of version 2, "0::/a/b".
struct Membership {
  std::string controller;  // empty: version 2
  std::string path;
};
std::vector<Membership> memberships(const Tree& tree) {
  std::vector<Membership> found;
  for (const auto& line : lines(tree.text("proc/self/cgroup"))) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    found.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return found;
}

}  // namespace

Cgroup read_cgroup(const Tree& tree) {
  Cgroup found;
  for (const auto& [controller, path] : memberships(tree)) {
    if (controller.empty()) {
      found.version = std::max(found.version, tree.has("sys/fs/cgroup/unified") ? 1 : 2);
      read_version_2(tree, path, found);
    } else {
      if (controller == "memory" || controller.starts_with("cpu")) found.version = 1;
      read_version_1(tree, controller, path, found);
    }
  }
  return found;
}

std::optional<double> huge_page_room(const Tree& tree, std::size_t page) {
  constexpr std::size_t mebibyte = 1 << 20;
  const std::string size =
      page < 1024 * mebibyte ? std::to_string(page / mebibyte) + "MB" : std::to_string(page / mebibyte / 1024) + "GB";
  std::optional<double> room;
  for (const auto& [controller, path] : memberships(tree)) {
    if (!controller.empty() && controller != "hugetlb") continue;
    const bool second = controller.empty();
    const std::string mount = second ? (tree.has("sys/fs/cgroup/unified") ? "unified" : "") : "hugetlb";
    for (const auto& folder : upwards("sys/fs/cgroup" + (mount.empty() ? "" : "/" + mount), path)) {
      const std::string names = folder + "/hugetlb." + size;
      const auto limit = tree.number(names + (second ? ".max" : ".limit_in_bytes"));
      if (!limit || *limit >= no_limit) continue;
      const double used = tree.number(names + (second ? ".current" : ".usage_in_bytes")).value_or(0);
      lower(room, std::max(0.0, *limit - used));
    }
  }
  return room;
}

}  // namespace sextant::probes
