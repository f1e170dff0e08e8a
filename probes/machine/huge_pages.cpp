// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/huge_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "probes/machine/cgroup.hpp"

namespace sextant::probes {

std::size_t huge_page_bytes(const Tree& tree) {
  const auto kibibytes = leading_number(value_of(tree.text("proc/meminfo"), "Hugepagesize"));
  return kibibytes && *kibibytes > 0 ? std::size_t(*kibibytes * 1024) : std::size_t(2) << 20;
}

std::string too_few_huge_pages(const Tree& tree, std::size_t bytes, int node) {
  const std::size_t page = huge_page_bytes(tree);
  const double needed = double((bytes + page - 1) / page);
  const std::string size = fmt::format("{}kB", page / 1024);
  const std::string pool = (node < 0 ? "sys/kernel/mm" : fmt::format("sys/devices/system/node/node{}", node)) +
                           "/hugepages/hugepages-" + size;
  if (!tree.has("sys/kernel/mm/hugepages/hugepages-" + size)) {
    if (!tree.has("sys/kernel/mm")) return {};
    return "the kernel has no huge pages to set aside (built without hugetlbfs)";
  }
  const double set_aside = tree.number(pool + "/nr_hugepages").value_or(0);
  // What is reserved is promised to somebody who has not touched it yet; the kernel counts that for the whole machine.
  const double promised = node < 0 ? tree.number(pool + "/resv_hugepages").value_or(0) : 0;
  const double free = std::max(0.0, tree.number(pool + "/free_hugepages").value_or(0) - promised);
  if (needed > free) {
    return fmt::format(
        "the point needs {} huge pages of {}{} and {} are free: as root, `echo {} > /{}/nr_hugepages`, which the "
        "memory "
        "must allow",
        needed, size, node < 0 ? "" : fmt::format(" on NUMA node {}", node), free, set_aside - free + needed, pool);
  }
  if (const auto room = huge_page_room(tree, page); room && double(bytes) > *room) {
    return fmt::format("the point needs {} huge pages of {}, the control group allows {} more", needed, size,
                       std::floor(*room / double(page)));
  }
  return {};
}

}  // namespace sextant::probes
