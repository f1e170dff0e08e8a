// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/workload.hpp"

// Prefill on some machines, decode on others: what the split costs and how many of each it takes (section 4.9).
namespace sextant::analysis {

struct Handover {
  double bytes = 0;          // the cache of one prompt
  double seconds = 0;        // T_kv = bytes / bandwidth
  double exposed = 0;        // when sent layer by layer while prefill runs: T_kv / L
  double bandwidth = 0;      // byte/s that a decode group takes in, all its sequences being replaced when they end
  double prefill_ratio = 0;  // prefill groups for one decode group: t_prefill B / (t_step G)
};

// `prompt` tokens are handed over for each sequence; a decode group of B sequences takes `step` seconds a token and each
// sequence decodes workload.output tokens (G); prefill of one prompt takes `prefill` seconds on one prefill group; `link`
// byte/s between them.
Handover handover(const Workload& workload, double prompt, double step, double prefill, double link);

}  // namespace sextant::analysis
