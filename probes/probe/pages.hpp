// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "probes/probe/team.hpp"

namespace sextant::probes {

// The pages that memory comes in: the smallest there are; huge ones where the kernel feels like it (madvise); or huge
// ones that the system's owner has set aside (hugetlbfs), which are there or are not.
enum class PageKind { small, transparent, huge };

// Where memory lies: in which pages, and on which NUMA node. first_touch is the node of the thread that first writes.
inline constexpr int first_touch = -1;
struct Place {
  PageKind pages = PageKind::transparent;
  int node = first_touch;
  friend bool operator==(const Place&, const Place&) = default;
};

// Memory from mmap, zero-filled, move-only; aligned to huge pages where it is as large as one. Faulted in by the first
// touch, not by the constructor, but for huge pages that were set aside: a touch that finds none left would end the
// process, so they are faulted in at once, in even shares by the members of `team`, or by the calling thread.
class Pages {
 public:
  Pages() = default;
  // Throws Unavailable when the memory, its pages or its node cannot be had. An account holds the bytes as long as the
  // pages live.
  explicit Pages(std::size_t bytes, std::shared_ptr<std::size_t> account = {}, const Place& place = {},
                 Team* team = nullptr);
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  ~Pages();

  std::span<std::byte> bytes() const { return {data_, size_}; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;    // asked for
  std::size_t mapped_ = 0;  // with what fills the last huge page
  std::shared_ptr<std::size_t> account_;
};

}  // namespace sextant::probes
