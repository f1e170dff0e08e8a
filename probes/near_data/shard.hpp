// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "probes/kernels/matrix.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

namespace sextant::probes {

// A product over shards, and what it is made of: for the tests.
struct ShardPlan {
  std::string split = "row";                 // row, column or grid
  std::size_t shard = 0;                     // bytes of a unit, mean
  bool remote = false;                       // written by another unit before every product
  double skew = 0;                           // the first unit's part over the mean, minus 1
  std::vector<std::vector<int>> units = {};  // processors of each, as many in each
};
struct ShardKernels {
  std::function<void(std::span<const float> from, std::span<float> to)> copy;
  std::function<void(std::span<const std::byte> rows, const Activations& x, std::span<float> y, std::size_t stride)>
      multiply;
  std::function<void(std::span<const float> part, std::span<float> sum)> add;
};
ShardKernels shard_kernels();
std::unique_ptr<Trial> shard_trial(Workspace& workspace, const ShardPlan& plan, ShardKernels kernels = shard_kernels());

// The plan of a point on this machine. Throws Unavailable where it has too few units, or none of the kind.
ShardPlan shard_plan(const Machine& machine, const Point& point);

}  // namespace sextant::probes
