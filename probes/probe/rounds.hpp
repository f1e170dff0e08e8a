// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "results/record/measurement.hpp"

// When a point has been measured enough. Pure arithmetic on the samples so far; the supervisor asks between rounds, so
// no worker decides anything and looking often cannot bias an interval (statistics.md section 6: looks only where n
// doubles).
namespace sextant::probes {

struct StoppingRule {
  double precision = 0.01;     // wanted relative half-width of the 95 % interval of the median
  int first_samples = 10;      // n of the first look; each further look doubles it
  int most_samples = 640;      // total n at which we give up
  int launches = 5;            // worker processes a round
  double least_seconds = 0.5;  // measured time below which no point counts as settled
};

// 5 launches, 3 with quick (which also settles for 0.05 s measured a point: its 120 s are shared by every probe), 10
// for publish.
StoppingRule stopping_rule(std::string_view mode, double precision);

struct Verdict {
  bool done = false;  // converged or at the cap
  bool converged = false;
  bool stationary = true;
  double half_width = results::not_available;  // relative, reached so far
};

Verdict judge(const results::Measurement& measurement, const StoppingRule& rule);

// Launches of the next round for a point that was given `launches` so far: the rule's number. Where more than half of
// the variance of the launches' medians is one that more samples in each would not remove, as many launches again; each
// takes as many samples as those before, since the total n doubles either way (statistics.md section 6).
int next_launches(const results::Measurement& measurement, const StoppingRule& rule, int launches);

// Total n after round `round` (0, 1, 2, ...): 10, 20, 40, ... up to the cap.
int samples_after(int round, const StoppingRule& rule);

// Sets status and reason of a measurement from its samples and the rule, unless it is failed or skipped. `ended` says
// why sampling stopped before the rule was met ("the time budget was spent"). Where more than a tenth of the samples is
// unsettled the reason says so, that of a converged point as well.
void conclude(results::Measurement& measurement, const StoppingRule& rule, const std::string& ended);

}  // namespace sextant::probes
