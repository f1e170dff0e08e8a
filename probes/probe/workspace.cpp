// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/workspace.hpp"

#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "probes/probe/probe.hpp"
#include "results/record/unit.hpp"

namespace sextant::probes {

using results::format;

namespace {

std::string said(std::size_t bytes) { return format(double(bytes), Unit::byte); }

void* map(std::size_t bytes, PageKind pages) {
  const int huge = pages == PageKind::huge ? MAP_HUGETLB : MAP_NORESERVE;
  void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | huge, -1, 0);
  if (address != MAP_FAILED) return address;
  if (pages == PageKind::huge) {
    throw Unavailable("the system has not set aside enough huge pages for " + said(bytes) +
                      ": write their number into /proc/sys/vm/nr_hugepages");
  }
  throw Unavailable("the system refused " + said(bytes) + " of address space");
}

// libnuma would add nothing but the wrapper of this call.
void bind_to_node(void* address, std::size_t bytes, int node) {
  constexpr std::size_t bits = 8 * sizeof(unsigned long);
  std::array<unsigned long, 16> mask{};
  const auto bit = std::size_t(node);
  if (node < 0 || bit >= mask.size() * bits) throw Unavailable("there is no NUMA node " + std::to_string(node));
  mask[bit / bits] = 1ul << bit % bits;
  if (syscall(SYS_mbind, address, bytes, MPOL_BIND, mask.data(), mask.size() * bits, 0) != 0) {
    throw Unavailable("the system refuses memory on NUMA node " + std::to_string(node));
  }
}

// "0:1" as its two node numbers; nothing for "local".
std::optional<std::pair<int, int>> nodes_of(const Point& point) {
  if (!point.has("placement") || point.word("placement") == "local") return std::nullopt;
  const std::string& text = point.word("placement");
  std::pair<int, int> nodes;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, nodes.first);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == ':') {
    const auto second = std::from_chars(first.ptr + 1, end, nodes.second);
    if (second.ec == std::errc() && second.ptr == end) return nodes;
  }
  throw Unavailable("placement is local, or threads:memory as two node numbers (0:1), not '" + text + "'");
}

}  // namespace

Place place_of(const Point& point) {
  Place place;
  if (const auto nodes = nodes_of(point)) place.node = nodes->second;
  if (!point.has("pages")) return place;
  const std::string& pages = point.word("pages");
  if (pages == "small") {
    place.pages = PageKind::small;
  } else if (pages == "huge") {
    place.pages = PageKind::huge;
  } else if (pages != "transparent") {
    throw Unavailable("pages are small, transparent or huge, not '" + pages + "'");
  }
  return place;
}

Pages::Pages(std::size_t bytes, std::shared_ptr<std::size_t> account, const Place& place) {
  constexpr std::size_t huge_page = 2 << 20;
  if (place.pages == PageKind::huge) bytes = (bytes + huge_page - 1) / huge_page * huge_page;
  data_ = static_cast<std::byte*>(map(bytes, place.pages));
  size_ = bytes;
  account_ = std::move(account);
  if (account_) *account_ += size_;
  // Wishes: refused where the kernel was built without huge pages.
  if (place.pages == PageKind::transparent) madvise(data_, size_, MADV_HUGEPAGE);
  if (place.pages == PageKind::small) madvise(data_, size_, MADV_NOHUGEPAGE);
  try {
    if (place.node != first_touch) bind_to_node(data_, size_, place.node);
  } catch (...) {
    *this = Pages();
    throw;
  }
}

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      account_(std::move(other.account_)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(account_, other.account_);
  return *this;
}

Pages::~Pages() {
  if (data_) munmap(data_, size_);
  if (account_) *account_ -= size_;
}

Workspace::Workspace(const Machine& machine, std::filesystem::path target, std::uint64_t seed)
    : machine_(machine), target_(std::move(target)), seed_(seed) {}

// The last team first: each gives the calling thread back the processors that it found, the first one all of them.
Workspace::~Workspace() {
  while (!teams_.empty()) teams_.pop_back();
}

std::size_t Workspace::half_of_free_memory(std::size_t bytes) const {
  // The other half is for the system, for a probe's own lists and for whoever else is here.
  const std::size_t limit = machine_.available_memory / 2;
  if (bytes > limit) {
    throw Unavailable("too little memory: the point needs " + format(double(bytes), Unit::byte) +
                      ", half of the free memory is " + format(double(limit), Unit::byte));
  }
  return limit;
}

std::span<std::byte> Workspace::arena(std::size_t bytes, const Place& place) {
  const std::size_t limit = half_of_free_memory(bytes);
  auto arena = std::find_if(arenas_.begin(), arenas_.end(), [&](const auto& kept) { return kept.first == place; });
  if (arena == arenas_.end()) arena = arenas_.insert(arenas_.end(), {place, Pages(limit, {}, place)});
  return arena->second.bytes().first(bytes);
}

Pages Workspace::own_pages(std::size_t bytes, const Place& place) {
  half_of_free_memory(bytes);
  if (bytes > half_of_free_memory(*own_) - *own_) {
    throw Unavailable("too little memory: the point needs " + format(double(bytes), Unit::byte) +
                      ", the points before it hold " + format(double(*own_), Unit::byte) +
                      " of half of the free memory");
  }
  return Pages(bytes, own_, place);
}

Team& Workspace::team(int threads) {
  const auto& processors = machine_.processors;
  if (threads < 1 || std::size_t(threads) > processors.size()) {
    throw Unavailable("the point needs " + std::to_string(threads) + " processors, this process may use " +
                      std::to_string(processors.size()));
  }
  return team(std::vector<int>(processors.begin(), processors.begin() + threads));
}

Team& Workspace::team_for(const Point& point, int threads) {
  const std::string binding = point.has("binding") ? point.word("binding") : "compact";
  if (binding != "compact" && binding != "scattered") {
    throw Unavailable("binding is compact or scattered, not '" + binding + "'");
  }
  std::vector<int> processors = binding == "compact" ? machine_.processors : machine_.scattered;
  if (const auto nodes = nodes_of(point)) {
    const auto node = std::find_if(machine_.nodes.begin(), machine_.nodes.end(),
                                   [&](const Node& each) { return each.number == nodes->first; });
    if (node == machine_.nodes.end()) throw Unavailable("there is no NUMA node " + std::to_string(nodes->first));
    std::erase_if(processors, [&](int processor) {
      return std::find(node->processors.begin(), node->processors.end(), processor) == node->processors.end();
    });
  }
  if (threads < 1 || std::size_t(threads) > processors.size()) {
    throw Unavailable("the point needs " + std::to_string(threads) + " processors, this process may use " +
                      std::to_string(processors.size()) + (point.has("placement") ? " of that placement" : ""));
  }
  processors.resize(std::size_t(threads));
  return team(processors);
}

Team& Workspace::team(const std::vector<int>& processors) {
  const auto& ours = machine_.processors;
  for (int processor : processors) {
    if (std::find(ours.begin(), ours.end(), processor) == ours.end()) {
      throw Unavailable("the point needs processor " + std::to_string(processor) + ", which this process may not use");
    }
  }
  for (const KeptTeam& kept : teams_) {
    if (kept.processors == processors) return *kept.team;
  }
  return *teams_.emplace_back(processors, std::make_unique<Team>(processors)).team;
}

}  // namespace sextant::probes
