// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "probes/machine/machine.hpp"
#include "probes/probe/pages.hpp"
#include "probes/probe/team.hpp"
#include "results/record/point.hpp"

namespace sextant::probes {

using results::Point;

// The place that a point names on its axes "pages" (small, transparent, huge) and "placement" (local, or "0:1": threads
// on node 0, memory on node 1); what it does not name is as in Place{}. Throws Unavailable for other words.
Place place_of(const Point& point);

// What one worker process shares between its points: the machine, one arena that is allocated once, teams of bound
// threads, and the folder the user named for files.
class Workspace {
 public:
  Workspace(const Machine& machine, std::filesystem::path target, std::uint64_t seed);
  ~Workspace();

  const Machine& machine() const { return machine_; }
  const std::filesystem::path& target() const { return target_; }  // empty when none was given
  std::uint64_t seed() const { return seed_; }

  // Memory that the points of a launch share: all are prepared first and then measured in turns over the same bytes, so
  // every trial must want the same content at the same place (a pattern of the position alone); a trial that needs
  // content of its own takes pages of its own. Address space is reserved once and never moves, memory comes with the
  // first touch.
  //
  // Where processors lie on several NUMA nodes, a page lies where the thread ran that touched it first, and must not
  // serve threads that run elsewhere. Teams on one node share with others on that node; a team over several nodes
  // shares with points of the same size, whose members own the same shares; without a team nothing is shared. On a named
  // node all share. Throws Unavailable when memory is too small: all that is shared and all own pages together stay
  // within half of the free memory, because the kernel promises more than it has and would kill somebody at the touch.
  std::span<std::byte> arena(std::size_t bytes, const Place& place = {});
  std::span<std::byte> arena(std::size_t bytes, const Place& place, Team& team);

  // All of the address space of the usual arena, for arrays that begin at fixed places of it whatever their size; `bytes` of
  // it will be touched. Throws Unavailable as above.
  std::span<std::byte> arena_space(std::size_t bytes);

  // Pages for one trial alone. Throws Unavailable as above.
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

  // Whose first touch an arena is for.
  struct Touch {
    int node = -1;                // of all its threads; -1 where it does not matter
    std::vector<int> processors;  // of the one team, where its threads are on several nodes,
    std::size_t bytes = 0;        // and of the one size
    friend bool operator==(const Touch&, const Touch&) = default;
  };
  struct Arena {
    Place place;
    std::optional<Touch> touch;  // nothing: not to be shared
    Pages pages;
    std::size_t used = 0;  // the most that was asked for: what may become memory
  };

  std::optional<Touch> touch_of(std::size_t bytes, const Place& place, const Team* team) const;
  Arena& arena_for(std::size_t bytes, const Place& place, Team* team);
  Pages reserve(std::size_t bytes, const Place& place, Team* team) const;
  void check(std::size_t bytes, std::size_t more, const Place& place) const;  // throws Unavailable

  const Machine& machine_;
  std::filesystem::path target_;
  std::uint64_t seed_;
  std::vector<Arena> arenas_;
  std::shared_ptr<std::size_t> own_ = std::make_shared<std::size_t>(0);  // bytes of own_pages that are alive
  std::vector<KeptTeam> teams_;                                          // asleep they cost nothing
};

}  // namespace sextant::probes
