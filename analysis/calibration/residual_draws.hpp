// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <vector>

#include "analysis/calibration/fits.hpp"

// Draws for points that were published as one value each, so that no launches can be drawn: the relative residuals of a
// fit are drawn with replacement and put on its fitted values. They are stretched by sqrt(n / (n - p)) for the p
// coefficients that the n points were fitted with. Most of a residual is what the form cannot follow and not noise, and
// it is taken as if it fell anew on every point: the interval says how far the coefficients could lie apart for it.
namespace sextant::analysis {

struct Scatter {
  std::vector<const results::Measurement*> points;
  std::vector<double> fitted;    // seconds
  std::vector<double> relative;  // measured over fitted, less one, stretched
};

// One for every piece and every family of products whose points have one value each.
std::vector<Scatter> find_scatter(const Observations& data, const Structure& structure);

// Replaces the values of their points in `drawn`.
void redraw(const std::vector<Scatter>& scatter, std::mt19937_64& random, Observations& drawn);

}  // namespace sextant::analysis
