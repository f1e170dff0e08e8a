// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <utility>
#include <vector>

#include "analysis/validation/component_call.hpp"

// What an equation leaves of the times of one device, library and type, as a smooth function of the shape: a Gaussian
// process of log(published / predicted) (Kennedy and O'Hagan, Bayesian calibration of computer models, 2001). Tiles,
// waves, occupancy and caches are in it; no number is remembered for a single row, and far from every row it falls back
// to the typical misfit of the device.
namespace sextant::analysis {

using Place = std::array<double, call_axes>;

// Of a group of components, shared by all its series.
struct Smoothness {
  Place reach{4, 4, 4, 4};  // distance over which the misfit changes, in factors of two of each axis
  double noise = 0.2;       // standard deviation of what is not smooth, over that of what is
};

struct SeriesRows {
  std::vector<Place> places;
  std::vector<double> misfits;                    // natural logarithms
  std::vector<std::pair<double, double>> blocks;  // rows left out together when its errors are judged
};

struct Series {
  Smoothness smoothness;
  std::vector<Place> places;
  Place centre{};
  std::vector<double> weights;  // of the rows in a mean
  std::vector<double> inverse;  // of the covariance of the rows, row by row
};

// sd is relative: in units of the smooth part's, which the caller's errors scale.
struct Misfit {
  double mean = 0, sd = 0;
};

Series make_series(const SeriesRows& rows, const Smoothness& smoothness);

Misfit misfit_at(const Series& series, const Place& place);

// Each row predicted from the rows of all other blocks: mean is the error, log(published / predicted).
std::vector<Misfit> without_own_block(const Series& series, const SeriesRows& rows);

// The smoothness of least mean absolute error of rows so left out, by halving and doubling each number in turn.
// `axes` are used. At most eight series are tried, evenly chosen: the search is most of the time of a fit.
Smoothness find_smoothness(std::span<const SeriesRows> all, std::size_t axes);

}  // namespace sextant::analysis
