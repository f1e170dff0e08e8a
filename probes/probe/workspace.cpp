// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/workspace.hpp"

#include <sys/mman.h>

#include <utility>

#include "probes/probe/probe.hpp"
#include "results/record/unit.hpp"

namespace sextant::probes {

using results::format;

Pages::Pages(std::size_t bytes) : size_(bytes) {
  void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) {
    size_ = 0;
    throw Unavailable("the system refused " + format(double(bytes), Unit::byte) + " of address space");
  }
  data_ = static_cast<std::byte*>(address);
  madvise(address, bytes, MADV_HUGEPAGE);  // a wish: refused where the kernel was built without it
}

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Pages::~Pages() {
  if (data_) munmap(data_, size_);
}

Workspace::Workspace(const Machine& machine, std::filesystem::path target, std::uint64_t seed)
    : machine_(machine), target_(std::move(target)), seed_(seed) {}

std::span<std::byte> Workspace::arena(std::size_t bytes) {
  // Half of what is free: the other half is for the system, for a probe's own pages and for whoever else is here.
  const std::size_t limit = machine_.available_memory / 2;
  if (bytes > limit) {
    throw Unavailable("too little memory: the point needs " + format(double(bytes), Unit::byte) +
                      ", half of the free memory is " + format(double(limit), Unit::byte));
  }
  if (arena_.bytes().empty()) arena_ = Pages(limit);
  return arena_.bytes().first(bytes);
}

Team& Workspace::team(int threads) {
  const auto& processors = machine_.processors;
  if (threads < 1 || std::size_t(threads) > processors.size()) {
    throw Unavailable("the point needs " + std::to_string(threads) + " processors, this process may use " +
                      std::to_string(processors.size()));
  }
  auto& team = teams_[threads];
  if (!team) team = std::make_unique<Team>(std::vector<int>(processors.begin(), processors.begin() + threads));
  return *team;
}

}  // namespace sextant::probes
