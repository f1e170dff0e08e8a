// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "probes/kernels/attention.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

// The trial with its kernel as a parameter, so that tests can show that a wrong kernel fails verify().
namespace sextant::probes {

using Attend = std::function<void(const KvLayout& layout, KvPages pages, std::size_t first, std::size_t last,
                                  std::span<const float> queries, PartialAttention& part)>;
std::unique_ptr<Trial> attention_trial(Workspace& workspace, const Point& point, Attend kernel = attend);

}  // namespace sextant::probes
