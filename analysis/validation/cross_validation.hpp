// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/validation/engine_run.hpp"
#include "analysis/validation/folds.hpp"
#include "analysis/validation/validation_text.hpp"

// All groups of published cases predicted from a fit of others.
namespace sextant::analysis {

struct ValidationRequest {
  LeaveOut leave_out = LeaveOut::nothing;
  bool beside = true;               // the simple models too
  StepFunction step = decode_step;  // of the decode runs
};

// Every case is predicted from the rows of `fit` that are not refused; with `leave_out` from those of other folds, by one
// fit for each fold of the cases (folds.hpp). Without, a case whose id is in `fit` is in_sample, as is one that its
// question does not apply to. `cases` must outlive the result. Throws InvalidInput where nothing is left to fit on.
Validation validate(const std::vector<Case>& cases, const std::vector<Case>& fit, const Catalogue& catalogue,
                    const ValidationRequest& request = {});

}  // namespace sextant::analysis
