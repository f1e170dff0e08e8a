// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

// The answer of the model: what `sextant project` prints and the report draws. Plain values; quantiles come from draws.
namespace sextant::analysis {

struct Quantiles {
  double p5 = 0, p50 = 0, p95 = 0;
};

// A share of the decode step: "weights", "kv cache", "collectives", "fixed cost", ... Phases add up to the step at the
// median draw.
struct Phase {
  std::string name;
  Quantiles seconds;
};

// One line of --explain.
struct Term {
  std::string equation;   // section of docs/decode-model.md: "4.1", "4.2", "4.8"
  std::string name;       // "QKV projection", "all-reduce", ...
  double bytes = 0;       // moved per step and device, 0 where none
  double bandwidth = 0;   // byte/s that it moves at, 0 where none
  double seconds = 0;     // per step, at the median parameters
  std::string parameter;  // the parameter that decides it
  std::string source;     // measured, fitted, datasheet, published, assumed; and the citation
  std::string transfer;   // T0 ... T6
};

// How much of the spread of the time one uncertain figure causes, or the error of the model's form ("model form"), varied
// alone between its 5th and 95th percentile.
struct Influence {
  std::string parameter;  // "memory.efficiency"
  double share = 0;       // of the variance of log time
  double time_low = 0;    // s per token at its 5th percentile, the rest at their medians
  double time_high = 0;   // and at its 95th
  std::string transfer;   // T0 ... T6
};

// A figure of the design as it was drawn, or the factor of "model form": what `--json` lists, so that nothing behind an
// answer is hidden.
struct ParameterRecord {
  std::string path;  // "flash.bandwidth"
  Quantiles value;   // SI, over the draws
  std::string unit;  // UCUM
  std::string source, citation;
  std::string parameter;  // of the profile, with run and rows in the citation; empty when it comes from elsewhere
  std::string transfer, assumption, validity;
};

struct Projection {
  std::string workload;
  std::string model;  // id in the catalogue
  std::string design;
  std::string design_title;  // for people: "8x H100 SXM"; empty where the design gives none
  bool set_by_hand = false;  // a figure of the design was set on the command line
  bool proposed = false;     // nobody has built the design, whatever class decides its time
  std::string execution;     // who starts operations: host_launched, graph, persistent, autonomous
  std::string refused;       // not empty: a figure that nobody measured or declared, and nothing else here is an answer
  bool fits = true;
  std::string reason;          // when it does not fit: what is missing and by how much
  double capacity_needed = 0;  // byte, per device of the group that holds the model
  double capacity_available = 0;
  std::string bound_by;  // "memory bandwidth", "collective latency", "fixed cost", "compute", "capacity"
  double batch = 0;
  double context = 0;  // tokens at the mean step
  double devices = 0;
  double largest_batch = 0;  // that fits with this split and context (4.2)
  double knee_batch = 0;     // rows from which a weight takes longer to multiply than to read from the first tier (4.2)
  std::string split;         // how they share the model: "tensor 8", "tensor 4, pipeline 2"
  Quantiles time_per_token;  // seconds between tokens of one user; NaN in all three when the model does not fit
  Quantiles tokens_per_second_user;
  Quantiles tokens_per_second_total;
  double tokens_per_step = 1;  // above 1 where a step brings several: speculation, blocks
  Quantiles energy_per_token;  // J of the whole group for each token of any user; NaN where the design states no power
  Quantiles lifetime_years;    // of the tier that wears out first, decoding for ever; NaN where none does
  std::string worn;            // what wears it: "flash: read disturb"
  double power = 0;            // W of a device, mean, at the medians; NaN as energy_per_token
  double intensity = 0;        // FLOP for each byte read (OI, 4.10), of a device
  double footprint = 0;        // byte that the workload keeps in all devices together (CF, 4.10)
  double sweep_rate = 0;       // bandwidth over footprint, 1/s: how often all that is kept could be read (BW/CF)
  std::vector<Phase> phases;
  std::string
      transfer_class;       // the worst class among the parameters that matter; of the capacities when it does not fit
  bool range_only = false;  // figures of class T5 or T6 hold more than half of the figures' variance: quote no number
  std::vector<Influence> influences;  // largest first
  std::vector<std::string> assumptions;
  std::vector<Term> terms;
  std::vector<ParameterRecord> parameters;
  bool prefilled_elsewhere = false;  // then the cache of a prompt arrives from other machines (4.9):
  double handover_bytes = 0;         // of one prompt
  double handover_seconds = 0;       // at the link's bandwidth; 1/L of it shows when it is sent layer by layer
  double handover_bandwidth = 0;     // byte/s that the group takes in while sequences come and go
  double prefill_groups = 0;         // machines like the one whose prefill time was given, for this group
};

// "T2, proposed": how far the figures that decide were carried, whether anyone has built the machine, and whether it is
// the one that was written down.
inline std::string class_text(const Projection& p) {
  std::string text = p.transfer_class;
  if (p.proposed) text += text.empty() ? "proposed" : ", proposed";
  if (p.set_by_hand) text += text.empty() ? "set by hand" : ", set by hand";
  return text;
}

}  // namespace sextant::analysis
