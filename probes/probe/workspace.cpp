// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/workspace.hpp"

#include <algorithm>
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

const Node& node_numbered(const Machine& machine, int number) {
  const auto node =
      std::find_if(machine.nodes.begin(), machine.nodes.end(), [&](const Node& each) { return each.number == number; });
  if (node == machine.nodes.end()) throw Unavailable("there is no NUMA node " + std::to_string(number));
  return *node;
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

Workspace::Workspace(const Machine& machine, std::filesystem::path target, std::uint64_t seed)
    : machine_(machine), target_(std::move(target)), seed_(seed) {}

// The last team first: each gives the calling thread back the processors that it found, the first one all of them.
Workspace::~Workspace() {
  while (!teams_.empty()) teams_.pop_back();
}

// `more` of the point's `bytes` are not held yet.
void Workspace::check(std::size_t bytes, std::size_t more, const Place& place) const {
  const std::string needs = "too little memory: the point needs " + said(bytes);
  // The other half is for the system, for a probe's own lists and for whoever else is here.
  const std::size_t limit = machine_.available_memory / 2;
  if (bytes > limit) throw Unavailable(needs + ", half of the free memory is " + said(limit));
  std::size_t held = *own_;
  for (const Arena& arena : arenas_) held += arena.used;
  if (more > 0 && held + more > limit) {
    throw Unavailable(needs + ", the points before it hold " + said(held) + " of half of the free memory");
  }
  if (place.node == first_touch || machine_.nodes.size() < 2) return;
  const Node& node = node_numbered(machine_, place.node);
  if (node.bytes == 0) {
    throw Unavailable("NUMA node " + std::to_string(place.node) + " has no memory that this process may use");
  }
  // Memory that is bound comes from nowhere else: a node that is full ends somebody while the others have plenty.
  if (node.available > 0 && bytes > node.available / 2) {
    throw Unavailable(needs + ", half of the free memory of NUMA node " + std::to_string(place.node) + " is " +
                      said(node.available / 2));
  }
}

std::optional<Workspace::Touch> Workspace::touch_of(std::size_t bytes, const Place& place, const Team* team) const {
  const auto inhabited = std::count_if(machine_.nodes.begin(), machine_.nodes.end(),
                                       [](const Node& node) { return !node.processors.empty(); });
  if (place.node != first_touch || inhabited < 2) return Touch{};
  if (!team) return std::nullopt;
  const auto& processors = team->processors();
  const int first = node_of(machine_, processors.front());
  const bool together = std::all_of(processors.begin(), processors.end(),
                                    [&](int processor) { return node_of(machine_, processor) == first; });
  return together ? Touch{first, {}, 0} : Touch{-1, processors, bytes};
}

// As much address space as may ever be used where points of any size share it; where the system is strict about address
// space, and of pages that are memory at once, no more than is asked for.
Pages Workspace::reserve(std::size_t bytes, const Place& place, Team* team) const {
  if (place.pages != PageKind::huge) {
    try {
      return Pages(std::max(bytes, machine_.available_memory / 2), {}, place);
    } catch (const Unavailable&) {
    }
  }
  return Pages(bytes, {}, place, team);
}

Workspace::Arena& Workspace::arena_for(std::size_t bytes, const Place& place, Team* team) {
  const auto touch = touch_of(bytes, place, team);
  auto arena = std::find_if(arenas_.begin(), arenas_.end(), [&](const Arena& kept) {
    return touch && kept.touch == touch && kept.place == place && kept.pages.bytes().size() >= bytes;
  });
  const std::size_t held = arena == arenas_.end() ? 0 : arena->used;
  check(bytes, bytes - std::min(bytes, held), place);
  if (arena == arenas_.end()) {
    const bool any_size = touch && touch->bytes == 0;
    Place where = place;
    // A touch takes a huge page from another node when its own has none left, without a word.
    if (place.pages == PageKind::huge && touch && touch->node >= 0) {
      where.node = machine_.nodes[std::size_t(touch->node)].number;
    }
    Pages pages = any_size ? reserve(bytes, where, team) : Pages(bytes, {}, where, team);
    arena = arenas_.insert(arenas_.end(), {place, touch, std::move(pages), 0});
  }
  arena->used = std::max(arena->used, bytes);
  return *arena;
}

std::span<std::byte> Workspace::arena(std::size_t bytes, const Place& place) {
  return arena_for(bytes, place, nullptr).pages.bytes().first(bytes);
}

std::span<std::byte> Workspace::arena(std::size_t bytes, const Place& place, Team& team) {
  return arena_for(bytes, place, &team).pages.bytes().first(bytes);
}

std::span<std::byte> Workspace::arena_space(std::size_t bytes) { return arena_for(bytes, {}, nullptr).pages.bytes(); }

Pages Workspace::own_pages(std::size_t bytes, const Place& place) {
  check(bytes, bytes, place);
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
  std::string where;
  if (const auto nodes = nodes_of(point)) {
    const Node& node = node_numbered(machine_, nodes->first);
    std::erase_if(processors, [&](int processor) {
      return std::find(node.processors.begin(), node.processors.end(), processor) == node.processors.end();
    });
    where = " of NUMA node " + std::to_string(node.number);
  }
  if (threads < 1 || std::size_t(threads) > processors.size()) {
    throw Unavailable("the point needs " + std::to_string(threads) + " processors, this process may use " +
                      std::to_string(processors.size()) + where);
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
