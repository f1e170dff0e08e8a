// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "probes/machine/machine.hpp"
#include "probes/probe/team.hpp"
#include "results/record/point.hpp"

namespace sextant::probes {

using results::Point;

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

// The place that a point names on its axes "pages" (small, transparent, huge) and "placement" (local, or "0:1": threads
// on node 0, memory on node 1); what it does not name is as in Place{}. Throws Unavailable for other words.
Place place_of(const Point& point);

// Page-aligned memory from mmap, zero-filled, faulted in by the first touch (not by the constructor); move-only.
class Pages {
 public:
  Pages() = default;
  // Throws Unavailable when the memory, its pages or its node cannot be had. An account holds the bytes as long as the
  // pages live.
  explicit Pages(std::size_t bytes, std::shared_ptr<std::size_t> account = {}, const Place& place = {});
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  ~Pages();

  std::span<std::byte> bytes() const { return {data_, size_}; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::shared_ptr<std::size_t> account_;
};

// What one worker process shares between its points: the machine, one arena that is allocated once, teams of bound
// threads, and the folder the user named for files.
class Workspace {
 public:
  Workspace(const Machine& machine, std::filesystem::path target, std::uint64_t seed);
  ~Workspace();

  const Machine& machine() const { return machine_; }
  const std::filesystem::path& target() const { return target_; }  // empty when none was given
  std::uint64_t seed() const { return seed_; }

  // The first `bytes` of the arena of this place: address space is reserved once for the whole launch and never moves, memory comes
  // with the first touch. All points of a launch are prepared first and then measured in turns over this one arena, so
  // every trial must want the same content at the same place (a pattern of the position alone); a trial that needs
  // content of its own takes pages of its own. Throws Unavailable when memory is too small.
  std::span<std::byte> arena(std::size_t bytes, const Place& place = {});

  // Pages for one trial alone. Throws Unavailable when those alive at the same time are more than half of the free
  // memory: the kernel promises more than it has, and would kill somebody at the touch.
  Pages own_pages(std::size_t bytes, const Place& place = {});

  // A team of `threads` threads bound to distinct processors, kept for the whole launch. Throws Unavailable when the
  // process may not use so many processors.
  Team& team(int threads);

  // The team that a point asks for: `threads` of the processors in the order that its axis "binding" names (compact, which
  // is the default, or scattered), all of them on the first node of its "placement" where that is not local. Throws
  // Unavailable as above, and for other words.
  Team& team_for(const Point& point, int threads);

  // A team on these processors, by their operating-system numbers. Throws Unavailable when one is not ours.
  Team& team(const std::vector<int>& processors);

 private:
  struct KeptTeam {
    std::vector<int> processors;
    std::unique_ptr<Team> team;
  };

  std::size_t half_of_free_memory(std::size_t bytes) const;  // throws Unavailable when `bytes` are more

  const Machine& machine_;
  std::filesystem::path target_;
  std::uint64_t seed_;
  std::vector<std::pair<Place, Pages>> arenas_;
  std::shared_ptr<std::size_t> own_ = std::make_shared<std::size_t>(0);  // bytes of own_pages that are alive
  std::vector<KeptTeam> teams_;                                          // asleep they cost nothing
};

}  // namespace sextant::probes
