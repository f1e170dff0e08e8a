// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

namespace sextant::probes {

// A team of threads, each bound to one processor; the calling thread is member 0 and is bound too, until the team ends
// or another team runs: several may live side by side, each run puts the caller where its team wants it. The members spin a little and then sleep between jobs, so that an idle team costs nothing.
class Team {
 public:
  // `processors` are operating-system numbers, one per member, at least one.
  explicit Team(const std::vector<int>& processors);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int size() const;
  const std::vector<int>& processors() const;  // of each member

  // Runs job(member) on every member at once and returns when all have returned. An exception of a member is rethrown
  // here (the first one). No allocation.
  void run(const std::function<void(int)>& job);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sextant::probes
