// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/machine.hpp"
#include "analysis/validation/relative_fit.hpp"

// What two small models on one accelerator tell about larger ones on several: decode-model.md sections 3 and 8, B3 to B5.
namespace sextant::analysis {

enum class RowRole { calibration, held_out, left_out, refused };

struct Prediction {
  Case measured;
  RowRole role = RowRole::held_out;
  std::string reason;    // why it was refused or left out
  double predicted = 0;  // s; 0 where it was refused
  double error() const { return predicted / measured.measured - 1; }
};

struct Transfer {
  Machine machine;
  RelativeFit fit;       // bandwidth as s/byte, t_layer, t_seq
  RelativeFit separate;  // the same with a bandwidth of its own for the cache: must be refused
  std::vector<Prediction> predictions;
};

// Rows of e2e_latency of one accelerator and engine. `calibration` names the models whose rows on one accelerator are
// fitted; alpha for p accelerators is the median of what remains of the first of them at batch 1. `capacity` byte of an
// accelerator.
Transfer transfer(const std::vector<Case>& cases, const Catalogue& catalogue,
                  const std::vector<std::string>& calibration, double capacity, double link_bandwidth,
                  StepFunction step);

struct Score {
  std::size_t rows = 0;
  double mean = 0, median = 0, p95 = 0;  // absolute relative error
  double bias = 0;                       // mean relative error
};
Score score(const std::vector<Prediction>& predictions);
std::vector<Prediction> only(const std::vector<Prediction>& predictions, RowRole role, std::string_view model = {});

// One line a row: id, model, accelerators, batch, output, measured, predicted, error, role, reason.
std::string csv(const std::vector<Prediction>& predictions);

}  // namespace sextant::analysis
