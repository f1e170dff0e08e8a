// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/workspace.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "probes/probe/probe.hpp"
#include "results/record/unit.hpp"

namespace sextant::probes {

using results::format;

Pages::Pages(std::size_t bytes, std::shared_ptr<std::size_t> account) : size_(bytes), account_(std::move(account)) {
  void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) {
    size_ = 0;
    throw Unavailable("the system refused " + format(double(bytes), Unit::byte) + " of address space");
  }
  data_ = static_cast<std::byte*>(address);
  if (account_) *account_ += size_;
  madvise(address, bytes, MADV_HUGEPAGE);  // a wish: refused where the kernel was built without it
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

std::span<std::byte> Workspace::arena(std::size_t bytes) {
  const std::size_t limit = half_of_free_memory(bytes);
  if (arena_.bytes().empty()) arena_ = Pages(limit);
  return arena_.bytes().first(bytes);
}

Pages Workspace::own_pages(std::size_t bytes) {
  half_of_free_memory(bytes);
  if (bytes > half_of_free_memory(*own_) - *own_) {
    throw Unavailable("too little memory: the point needs " + format(double(bytes), Unit::byte) +
                      ", the points before it hold " + format(double(*own_), Unit::byte) +
                      " of half of the free memory");
  }
  return Pages(bytes, own_);
}

Team& Workspace::team(int threads) {
  const auto& processors = machine_.processors;
  if (threads < 1 || std::size_t(threads) > processors.size()) {
    throw Unavailable("the point needs " + std::to_string(threads) + " processors, this process may use " +
                      std::to_string(processors.size()));
  }
  return team(std::vector<int>(processors.begin(), processors.begin() + threads));
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
