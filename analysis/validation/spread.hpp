// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

// How wide a 90 % interval must be, learnt from errors made on rows that were left out. Errors are natural logarithms of
// published / predicted.
namespace sextant::analysis {

// |log| that 90 % of the errors of each class stay within, when each is a quantity of several units (devices, sizes).
// A class with few units takes part of its width from the others.
class Spread {
 public:
  using Errors = std::map<std::string, std::map<std::string, std::vector<double>>>;  // by class, then by unit

  Spread() = default;

  // `strength`: as many units as the others are worth. The factor that makes the widths hold is learnt by judging each
  // unit with a width to which it did not contribute, and is Student's where independent units are few: `units` in all.
  Spread(const Errors& errors, double strength, double units);

  double width(const std::string& of_class) const;  // of a class without errors: that of the others
  bool known() const { return factor_ > 0; }

 private:
  std::map<std::string, double> widths_;
  double others_ = 0, factor_ = 0;
};

// Half of Student's 90 % interval over half of the normal one.
double student_widening(double freedom);

}  // namespace sextant::analysis
