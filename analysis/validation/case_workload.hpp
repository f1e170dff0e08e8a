// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/model/workload.hpp"
#include "analysis/validation/case.hpp"

// A published decode case as the workload that the equations take. Whatever a row does not say is filled in here, by one
// rule for all rows.
namespace sextant::analysis {

// What is taken where a row says nothing: of prompts and answers, the usual length of a chat; of memory, what engines are
// set to use; of sequences, the limit that engines ship with (max_num_seqs, max_batch_size).
struct UnstatedLoad {
  double context = 512;     // tokens
  double output = 256;      // tokens
  double memory_use = 0.9;  // share of an accelerator's memory for weights and cache
  double sequences = 1024;  // at most
  double like_prompts = 1;  // correlation of experts where an engine feeds like prompts; 1: all sequences choose alike
};

// Of the memory that weights fill at most, where a row does not say how accelerators share a model.
inline constexpr double weights_of_memory = 0.5;

// One group of accelerators that works on a token together:
//   bytes    the size of the file over the parameters where it was published, else the bytes of the type. MXFP4 stores
//            the experts of a mixture in four bits and nothing else: the rest of the file, or 16 bits, is for the others.
//   group    as the row says; under a load that fills accelerators of which the row does not say how they share, the
//            fewest whose memory the weights fill by no more than half
//   batch    sequences of the row, shared by all groups; where it is not stated, the largest that fits, at least 1
//   experts  chosen alike, as far as `like_prompts` says, under llama.cpp's batched-bench, which feeds like prompts
// The case must be a decode run. Throws results::InvalidInput where its model or its type is not in the catalogue.
Workload workload_of(const Case& measured, const Catalogue& catalogue, const UnstatedLoad& unstated = {});

// Groups that decode side by side, each with a copy of the model. A single stream has one: the accelerators that do not
// share the token hold other layers and wait their turn.
double groups(const Case& measured, const Workload& workload);

// Byte of weights and cache that each accelerator of a group may hold. A single stream has the memory of those that wait
// their turn too. 0 where the catalogue knows neither the device nor its capacity.
double usable_memory(const Case& measured, const Catalogue& catalogue, double memory_use = UnstatedLoad{}.memory_use);

// What would have been measured, in the unit of the case's metric, were a step of the workload `seconds` long and a
// prompt free; and back. NaN for a metric that is no time and no rate of tokens.
double as_measured(const Case& measured, const Workload& workload, double seconds);
double measured_step(const Case& measured, const Workload& workload);

}  // namespace sextant::analysis
