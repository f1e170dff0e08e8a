// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "results/record/profile.hpp"
#include "results/record/run.hpp"

// What the stated peak bandwidth of a memory, or the bandwidth of plain reads, says of the kernels that read it.
namespace sextant::analysis {

// Leaves a parameter without an estimate; the first reason stays.
void refuse(results::Parameter& parameter, const std::string& why);

// Of the first run that states it, byte/s; NaN where none does.
double memory_peak(const std::vector<results::Run>& runs);

// Of a kernel that seems to stream faster than that, neither the bandwidth nor the arithmetic that was fitted beside it may
// be used. What a call costs at least, may.
void refuse_faster_than_memory(double peak, results::Profile& profile);

// near_data.gemv.efficiency and near_data.attention.efficiency are shares of what plain reads reach, and nothing reads faster
// than reads do (statistics.md section 8 rejects what is above 1.02). One whose whole interval is may not be used.
void refuse_faster_than_reads(results::Profile& profile);

// gpu.gemv.efficiency, gpu.attention.efficiency, gpu.memory.read.efficiency: each bandwidth that stands, over the peak; with
// its draws. What travels to other memories is the share.
void add_efficiencies(double peak, results::Profile& profile);

}  // namespace sextant::analysis
