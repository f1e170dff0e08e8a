// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "probes/kernels/matrix.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

// Trials with the kernel as a parameter, so that tests can show that a wrong kernel fails verify().
namespace sextant::probes {

using MultiplyMatrix =
    std::function<void(std::span<const std::byte> rows, const Activations& x, std::span<float> y, std::size_t stride)>;
std::unique_ptr<Trial> gemv_trial(Workspace& workspace, const Point& point, MultiplyMatrix kernel = multiply);

}  // namespace sextant::probes
