// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "probes/kernels/gemv.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

// Trials with the kernel as a parameter, so that tests can show that a wrong kernel fails verify().
namespace sextant::probes {

using GemvF32 = std::function<void(std::span<const float> weights, std::span<const float> x, std::span<float> y)>;
using GemvInt8 = std::function<void(std::span<const std::byte> rows, const Int8Vector& x, std::span<float> y)>;
std::unique_ptr<Trial> gemv_f32_trial(Workspace& workspace, const Point& point, GemvF32 kernel = gemv_f32);
std::unique_ptr<Trial> gemv_int8_trial(Workspace& workspace, const Point& point, GemvInt8 kernel = gemv_int8);

}  // namespace sextant::probes
