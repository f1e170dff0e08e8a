// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/workspace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "probes/probe/probe.hpp"

// Memory and teams on machines with nodes that this one has not: the processors are this machine's, what is said of them
// is constructed. Whatever cannot be had is a sentence.
namespace sextant::probes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Processors = std::vector<int>;

constexpr std::size_t mebibyte = 1 << 20;

template <class Action>
std::string sentence_of(Action action) {
  try {
    action();
  } catch (const Unavailable& reason) {
    return reason.what();
  }
  return "(nothing was thrown)";
}

Machine one_node(std::size_t memory = 64 * mebibyte) {
  Machine machine = detect_machine();
  machine.available_memory = memory;
  machine.nodes = {{0, machine.processors, memory, 0}};
  return machine;
}

// Every processor but the last on node 0, the last on node 1, and node 2 that is memory alone.
class ThreeNodes : public testing::Test {
 protected:
  void SetUp() override {
    if (machine.processors.size() < 2) GTEST_SKIP() << "needs two processors";
    machine.nodes = {{0, machine.processors, 1, 0}, {1, {machine.processors.back()}, 1, 0}, {2, {}, 1, 0}};
    machine.nodes[0].processors.pop_back();
    first = machine.processors.front();
    last = machine.processors.back();
  }

  std::byte* begin(std::size_t bytes, Team& team) { return workspace.arena(bytes, {}, team).data(); }

  Machine machine = one_node();
  int first = 0, last = 0;
  Workspace workspace{machine, {}, 1};
};

TEST(Arena, OfOneNodeServesEveryPoint) {
  const Machine machine = one_node();
  Workspace workspace(machine, {}, 1);
  const auto* begin = workspace.arena(mebibyte).data();
  EXPECT_EQ(workspace.arena(8 * mebibyte).data(), begin);
  EXPECT_EQ(workspace.arena(4096, {}, workspace.team(1)).data(), begin);
  EXPECT_EQ(workspace.arena(4096).size(), 4096u);
  EXPECT_NE(workspace.arena(4096, {PageKind::small}).data(), begin);
}

TEST(Arena, SpaceThatIsNotTouchedLeavesRoomForOthers) {
  const Machine machine = one_node();
  Workspace workspace(machine, {}, 1);
  const auto space = workspace.arena_space(8 * mebibyte);
  EXPECT_EQ(space.data(), workspace.arena(mebibyte).data());
  EXPECT_GE(space.size(), 32 * mebibyte - 4096);
  EXPECT_NO_THROW(workspace.own_pages(24 * mebibyte));
  EXPECT_THAT(sentence_of([&] { workspace.own_pages(25 * mebibyte); }), HasSubstr("8 MiB"));
  EXPECT_THAT(sentence_of([&] { workspace.arena_space(33 * mebibyte); }), HasSubstr("too little memory"));
}

TEST_F(ThreeNodes, TeamsOnOneNodeShareAndTeamsElsewhereDoNot) {
  Team &here = workspace.team(Processors{first}), &there = workspace.team(Processors{last});
  const auto* begun = begin(mebibyte, here);
  EXPECT_EQ(begin(4 * mebibyte, here), begun);
  EXPECT_EQ(begin(4096, workspace.team(Processors{first, first})), begun);
  EXPECT_NE(begin(mebibyte, there), begun);
  EXPECT_EQ(begin(mebibyte, there), begin(2 * mebibyte, there));
}

TEST_F(ThreeNodes, ATeamOverNodesSharesOnlyWhereItsMembersOwnTheSameShares) {
  Team& both = workspace.team(Processors{first, last});
  const auto* begun = begin(mebibyte, both);
  EXPECT_EQ(begin(mebibyte, both), begun);
  EXPECT_NE(begin(2 * mebibyte, both), begun);
  EXPECT_NE(begin(mebibyte, workspace.team(Processors{last, first})), begun);
  EXPECT_NE(begin(mebibyte, workspace.team(Processors{first})), begun);
}

TEST_F(ThreeNodes, WithoutATeamNothingIsSharedAndOnANamedNodeEverythingIs) {
  EXPECT_NE(workspace.arena(mebibyte).data(), workspace.arena(mebibyte).data());
  if (syscall(SYS_get_mempolicy, nullptr, nullptr, 0, nullptr, 0) != 0) GTEST_SKIP() << "no NUMA in this kernel";
  const Place bound{PageKind::transparent, 0};
  EXPECT_EQ(workspace.arena(mebibyte, bound).data(),
            workspace.arena(mebibyte, bound, workspace.team(Processors{last})).data());
}

TEST_F(ThreeNodes, NodesWithoutProcessorsDivideNothing) {
  machine.nodes = {{0, machine.processors, 1, 0}, {2, {}, 1, 0}};
  EXPECT_EQ(begin(mebibyte, workspace.team(Processors{first})),
            begin(mebibyte, workspace.team(Processors{first, last})));
}

TEST_F(ThreeNodes, ArenasAndOwnPagesTogetherStayWithinHalfOfTheMemory) {
  Team &here = workspace.team(Processors{first}), &there = workspace.team(Processors{last});
  begin(12 * mebibyte, here);
  begin(12 * mebibyte, there);
  begin(8 * mebibyte, here);  // holds nothing new
  {
    const Pages own = workspace.own_pages(8 * mebibyte);
    EXPECT_THAT(sentence_of([&] { begin(14 * mebibyte, here); }), HasSubstr("the points before it hold 32 MiB"));
    EXPECT_THAT(sentence_of([&] { workspace.own_pages(4096); }), HasSubstr("too little memory"));
  }
  EXPECT_NO_THROW(begin(14 * mebibyte, here));
  EXPECT_THAT(sentence_of([&] { begin(33 * mebibyte, here); }), HasSubstr("half of the free memory is 32 MiB"));
}

TEST_F(ThreeNodes, MemoryOnANodeIsRefusedWhereItHasNoneOrTooLittle) {
  machine.nodes[1].bytes = 0;
  machine.nodes[2].available = 2 * mebibyte;
  EXPECT_EQ(sentence_of([&] {
              workspace.arena(4096, {PageKind::small, 1});
            }),
            "NUMA node 1 has no memory that this process may use");
  EXPECT_THAT(sentence_of([&] {
                workspace.own_pages(2 * mebibyte, {PageKind::small, 2});
              }),
              HasSubstr("half of the free memory of NUMA node 2 is 1 MiB"));
  EXPECT_EQ(sentence_of([&] { workspace.arena(4096, {PageKind::small, 7}); }), "there is no NUMA node 7");
}

TEST_F(ThreeNodes, TeamsAreOfTheNodeThatThePointNames) {
  const auto team = [&](const char* placement, int threads) -> Team& {
    return workspace.team_for(Point{{"placement", std::string(placement)}}, threads);
  };
  EXPECT_THAT(team("1:0", 1).processors(), ElementsAre(last));
  EXPECT_THAT(team("0:1", 1).processors(), ElementsAre(first));
  EXPECT_EQ(sentence_of([&] { team("1:0", 2); }),
            "the point needs 2 processors, this process may use 1 of NUMA node 1");
  EXPECT_EQ(sentence_of([&] { team("2:0", 1); }),
            "the point needs 1 processors, this process may use 0 of NUMA node 2");
  EXPECT_EQ(sentence_of([&] { team("5:0", 1); }), "there is no NUMA node 5");
  EXPECT_THAT(sentence_of([&] { team("here", 1); }), HasSubstr("placement is local, or threads:memory"));
}

TEST(Teams, LargerThanTheProcessorsAreASentence) {
  const Machine machine = one_node();
  Workspace workspace(machine, {}, 1);
  const int more = int(machine.processors.size()) + 1;
  EXPECT_THAT(sentence_of([&] { workspace.team(more); }),
              HasSubstr("needs " + std::to_string(more) + " processors, this process may use"));
  EXPECT_THAT(sentence_of([&] { workspace.team_for({}, more); }), HasSubstr("this process may use"));
  EXPECT_THAT(sentence_of([&] { workspace.team(Processors{4095}); }),
              HasSubstr("processor 4095, which this process may not use"));
  EXPECT_THAT(sentence_of([&] {
                workspace.team_for(Point{{"binding", std::string("loose")}}, 1);
              }),
              HasSubstr("compact or scattered"));
}

TEST(Footprints, BeyondMemoryAreRefusedBeforeAnythingIsMapped) {
  const Machine machine = one_node();
  Workspace workspace(machine, {}, 1);
  for (const PageKind pages : {PageKind::small, PageKind::transparent, PageKind::huge}) {
    EXPECT_THAT(sentence_of([&] { workspace.arena(std::size_t(1) << 60, {pages}); }), HasSubstr("too little memory"));
    EXPECT_THAT(sentence_of([&] { workspace.own_pages(std::size_t(1) << 60, {pages}); }),
                HasSubstr("too little memory"));
  }
}

TEST(Pages, LargeOnesBeginWhereAHugePageCan) {
  for (const std::size_t bytes : {2 * mebibyte, 5 * mebibyte + 4096}) {
    const Pages pages(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pages.bytes().data()) % (2 * mebibyte), 0u);
    EXPECT_EQ(pages.bytes().size(), bytes);
    EXPECT_TRUE(std::all_of(pages.bytes().begin(), pages.bytes().end(), [](std::byte b) { return b == std::byte{}; }));
  }
  EXPECT_EQ(Pages(100).bytes().size(), 100u);
}

TEST(Pages, SetAsideAreThereOrAreASentence) {
  try {
    const Machine machine = one_node();
    Workspace workspace(machine, {}, 1);
    const auto arena = workspace.arena(3 * mebibyte, {PageKind::huge}, workspace.team(1));
    std::fill(arena.begin(), arena.end(), std::byte{1});
    EXPECT_EQ(arena.size(), 3 * mebibyte);
  } catch (const Unavailable& reason) {
    EXPECT_THAT(reason.what(), HasSubstr("huge pages"));
  }
}

// The nodes on which pages lie, by the kernel's word (move_pages(2) moves nothing when no nodes are named).
std::set<int> nodes_under(std::span<std::byte> bytes) {
  const std::size_t page = std::size_t(sysconf(_SC_PAGESIZE));
  std::set<int> nodes;
  for (std::size_t at = 0; at < bytes.size(); at += page) {
    void* address = bytes.data() + at;
    int node = -1;
    if (syscall(SYS_move_pages, 0, 1ul, &address, nullptr, &node, 0) != 0) return {};
    nodes.insert(node);
  }
  return nodes;
}

bool kernel_tells_nodes() {
  std::vector<std::byte> some(4096, std::byte{1});
  return !nodes_under(some).empty();
}

// On a machine of one node this says little; it is meant for the others, and for a virtual one with several.
TEST(PagesOfThisMachine, LieOnTheNodeOfTheThreadThatTouchedThemFirst) {
  if (!kernel_tells_nodes()) GTEST_SKIP() << "the kernel does not say where pages lie";
  const Machine machine = detect_machine();
  Workspace workspace(machine, {}, 1);
  constexpr std::size_t share = 256 << 10;
  const Place small{PageKind::small, first_touch};
  std::vector<int> one_a_node, numbers;
  for (const Node& node : machine.nodes) {
    if (node.processors.empty() || node.bytes == 0) continue;
    if (node.available > 0 && node.available < 64 * mebibyte) GTEST_SKIP() << "a node has no memory left";
    one_a_node.push_back(node.processors.front());
    numbers.push_back(node.number);
    Team& team = workspace.team(Processors{node.processors.front()});
    const auto arena = workspace.arena(share, small, team);
    team.run([&](int) { std::fill(arena.begin(), arena.end(), std::byte{1}); });
    EXPECT_THAT(nodes_under(arena), ElementsAre(node.number));
  }
  if (one_a_node.empty()) GTEST_SKIP() << "nobody says which nodes there are";
  Team& all = workspace.team(one_a_node);
  for (const std::size_t of_each : {share, 2 * share}) {  // two points whose members own other shares
    const auto arena = workspace.arena(of_each * one_a_node.size(), small, all);
    const auto mine = [&](int member) { return arena.subspan(std::size_t(member) * of_each, of_each); };
    all.run([&](int member) { std::fill(mine(member).begin(), mine(member).end(), std::byte{1}); });
    for (int member = 0; member < all.size(); ++member) {
      EXPECT_THAT(nodes_under(mine(member)), ElementsAre(numbers[std::size_t(member)])) << of_each;
    }
  }
}

TEST(PagesOfThisMachine, LieOnTheNodeThatAPointNames) {
  if (!kernel_tells_nodes()) GTEST_SKIP() << "the kernel does not say where pages lie";
  const Machine machine = detect_machine();
  Workspace workspace(machine, {}, 1);
  std::vector<std::pair<int, int>> placements;
  for (const Node& threads : machine.nodes) {
    for (const Node& memory : machine.nodes) {
      if (!threads.processors.empty() && memory.bytes > 0) placements.emplace_back(threads.number, memory.number);
    }
  }
  for (const auto& [threads, memory] : placements) {
    const Point point{{"placement", std::to_string(threads) + ":" + std::to_string(memory)}};
    Team& team = workspace.team_for(point, 1);
    EXPECT_EQ(machine.nodes[std::size_t(node_of(machine, team.processors().front()))].number, threads);
    for (const PageKind pages : {PageKind::small, PageKind::transparent}) {
      Place place = place_of(point);
      place.pages = pages;
      const Pages own = workspace.own_pages(4 * mebibyte, place);
      const auto arena = workspace.arena(mebibyte, place, team);
      team.run([&](int) {
        std::fill(own.bytes().begin(), own.bytes().end(), std::byte{1});
        std::fill(arena.begin(), arena.end(), std::byte{1});
      });
      EXPECT_THAT(nodes_under(own.bytes()), ElementsAre(memory)) << threads;
      EXPECT_THAT(nodes_under(arena), ElementsAre(memory)) << threads;
    }
  }
}

}  // namespace
}  // namespace sextant::probes
