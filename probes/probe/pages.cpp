// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/pages.hpp"

#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include "probes/machine/huge_pages.hpp"
#include "probes/probe/probe.hpp"
#include "results/record/unit.hpp"

namespace sextant::probes {

namespace {

std::string said(std::size_t bytes) { return results::format(double(bytes), Unit::byte); }

constexpr std::size_t huge_page = 2 << 20;

std::size_t rounded_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Kernels before 6.7 place a mapping anywhere, and what does not begin at a multiple of a huge page cannot be one.
std::byte* map_aligned(std::size_t bytes) {
  const std::size_t unit = bytes < huge_page ? 1 : huge_page;
  const std::size_t longer = bytes + unit - 1;
  void* address = mmap(nullptr, longer, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) throw Unavailable("the system refused " + said(bytes) + " of address space");
  auto* const begin = static_cast<std::byte*>(address);
  const std::size_t before = rounded_up(std::uintptr_t(begin), unit) - std::uintptr_t(begin);
  const std::size_t page = std::size_t(sysconf(_SC_PAGESIZE));
  const std::size_t end = rounded_up(before + bytes, page), last = rounded_up(longer, page);
  if (before > 0) munmap(begin, before);
  if (last > end) munmap(begin + end, last - end);
  return begin + before;
}

std::byte* map_huge(std::size_t bytes, int node) {
  if (const std::string reason = too_few_huge_pages(Tree("/"), bytes, node); !reason.empty()) throw Unavailable(reason);
  void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  if (address == MAP_FAILED) throw Unavailable("the system refused huge pages for " + said(bytes));
  return static_cast<std::byte*>(address);
}

// Faults pages in as a write would, but where a write would end in SIGBUS this says so. Kernels before 5.14 do not know
// it; there the look at the counts must do.
void fault_in(std::byte* begin, std::size_t bytes) {
  if (madvise(begin, bytes, MADV_POPULATE_WRITE) == 0 || errno == EINVAL) return;
  throw Unavailable("the system took back its promise of huge pages for " + said(bytes));
}

void fault_in(std::span<std::byte> pages, std::size_t page, Team& team) {
  const std::size_t count = pages.size() / page, members = std::size_t(team.size());
  team.run([&](int member) {
    const std::size_t begin = count * std::size_t(member) / members, end = count * std::size_t(member + 1) / members;
    if (begin < end) fault_in(pages.data() + begin * page, (end - begin) * page);
  });
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

}  // namespace

Pages::Pages(std::size_t bytes, std::shared_ptr<std::size_t> account, const Place& place, Team* team) : size_(bytes) {
  const bool set_aside = place.pages == PageKind::huge;
  const std::size_t unit = set_aside ? huge_page_bytes(Tree("/")) : bytes < huge_page ? 1 : huge_page;
  mapped_ = rounded_up(bytes, unit);
  data_ = set_aside ? map_huge(mapped_, place.node) : map_aligned(mapped_);
  account_ = std::move(account);
  if (account_) *account_ += mapped_;
  // Wishes: refused where the kernel was built without huge pages.
  if (place.pages == PageKind::transparent) madvise(data_, mapped_, MADV_HUGEPAGE);
  if (place.pages == PageKind::small) madvise(data_, mapped_, MADV_NOHUGEPAGE);
  try {
    if (place.node != first_touch) bind_to_node(data_, mapped_, place.node);
    if (set_aside && team) fault_in({data_, mapped_}, unit, *team);
    if (set_aside && !team) fault_in(data_, mapped_);
  } catch (...) {
    *this = Pages();
    throw;
  }
}

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)),
      account_(std::move(other.account_)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mapped_, other.mapped_);
  std::swap(account_, other.account_);
  return *this;
}

Pages::~Pages() {
  if (data_) munmap(data_, mapped_);
  if (account_) *account_ -= mapped_;
}

}  // namespace sextant::probes
