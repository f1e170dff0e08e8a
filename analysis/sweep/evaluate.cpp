// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/evaluate.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace sextant::analysis {

void in_parallel(std::size_t n, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr first;
  std::mutex guard;
  const auto take = [&] {
    for (std::size_t i = next++; i < n; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(guard);
        if (!first) first = std::current_exception();
        next = n;
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    const std::size_t threads = std::min<std::size_t>(n, std::max(1u, std::thread::hardware_concurrency()));
    for (std::size_t t = 1; t < threads; ++t) helpers.emplace_back(take);
    take();
  }
  if (first) std::rethrow_exception(first);
}

BaselineDraws baseline_draws(const Space& space, const results::Profile& profile, const ProjectionOptions& options) {
  std::vector<SpacePoint> one_of_each(situations(space));
  for (SpacePoint& point : points(space)) one_of_each[situation(space, point)] = std::move(point);
  const std::size_t per = space.against.size();
  BaselineDraws draws(one_of_each.size(), std::vector<std::vector<double>>(per));
  in_parallel(one_of_each.size() * per, [&](std::size_t i) {
    const std::size_t s = i / per, b = i % per;
    const Workload workload = workload_at(space, one_of_each[s]);
    draws[s][b] = project_with_draws_or_refuse(workload, space.against[b], profile, options).seconds;
  });
  return draws;
}

Answer answer_at(const Space& space, const SpacePoint& point, const BaselineDraws& baselines,
                 const results::Profile& profile, const ProjectionOptions& options) {
  DrawnProjection drawn =
      project_with_draws_or_refuse(workload_at(space, point), design_at(space, point), profile, options);
  Answer answer{point, std::move(drawn.projection), {}};
  for (const std::vector<double>& baseline : baselines[situation(space, point)])
    answer.against.push_back(paired(drawn.seconds, baseline));
  return answer;
}

}  // namespace sextant::analysis
