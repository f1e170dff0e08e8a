// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace sextant::storage {

// What a long transfer came to, from the bytes that moved in each of its windows (all of one length, in order).
struct Levels {
  double burst;                     // mean bytes per window before the rate fell; of all windows where it did not
  double sustained;                 // after it
  std::optional<std::size_t> knee;  // the first window of the lower rate
};

// The rate fell where two levels, the first higher, describe the windows best in the sense of least squares, and
// - the lower is at most 0.9 of the higher;
// - their distance is at least six standard errors. These are of means of `batch` windows, since a throttle that gives
//   bytes out in slices leaves windows empty and fills others twice; of both levels together, or of each by itself where
//   that is more, as it is when a pause near the end is all that makes the second;
// - a straight line does not describe the windows better: a rate that drifts has no knee;
// - both hold for at least `shortest` windows.
// The least-squares split is the maximum-likelihood place of one change in the mean of normal values (Hinkley,
// Biometrika 57, 1970). Empty `windows` have no rate: all is 0.
Levels find_levels(std::span<const double> windows);

inline constexpr std::size_t batch = 5;
inline constexpr std::size_t shortest = 2 * batch;

}  // namespace sextant::storage
