// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "results/import/tool_run.hpp"

// One reader a tool: its output as a run, mapped to Sextant's own probes where the number means the same. What each
// tool counts, and how that becomes ours, stands at the head of its file. All throw InvalidInput that names file, line
// or key, value and fix. None takes over a host name, a user or a path.
namespace sextant::results {

Run read_nvbandwidth(const ToolFile& file);
Run read_nccl_tests(const ToolFile& file);
Run read_babelstream(const ToolFile& file);
Run read_osu(const ToolFile& file);
Run read_fio(const ToolFile& file);
Run read_likwid_bench(const ToolFile& file);
Run read_llama_bench(const ToolFile& file);

}  // namespace sextant::results
