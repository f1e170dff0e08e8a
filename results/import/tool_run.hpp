// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "results/record/run.hpp"

// What the readers of other tools' files share: how a run is put together from what they say.
namespace sextant::results {

// A file of another tool, and what a person adds that it does not say ("ranks" -> "16").
struct ToolFile {
  std::string text;
  std::string named;  // the file in errors
  std::map<std::string, std::string> settings = {};
};

// A whole number from one on that was given as a setting. NaN where it was not. Throws InvalidInput.
double count_setting(const ToolFile& file, const std::string& key);
// One of the words, or the first of them where none was given. Throws InvalidInput.
std::string word_setting(const ToolFile& file, const std::string& key, const std::vector<std::string>& allowed);

// A complete run that names its tool, and nothing yet of a machine, a date, a source or a licence.
Run tool_run(const std::string& tool, const std::string& version);

// The measurement of a point, made with its table when it is not there yet. Its status says what holds of every import:
// no rule of ours ended it.
Measurement& measurement_at(Run& run, const Table& table, const Point& point);

// Appends a sample and counts it within its launch; the last sentence is put into the reason: one value of a tool is a
// mean that says nothing of its spread.
void add_sample(Measurement& measurement, Sample sample);

// A point of which the tool says that it went wrong.
void fail_point(Measurement& measurement, std::string reason);

// Seconds of one operation that `rate` of them a second take.
Sample sample_of_rate(double rate, double bytes, double operations);

// "NVIDIA H100 80GB HBM3" -> "nvidia-h100-80gb-hbm3": a public label from the name of a product.
std::string label_of(std::string_view product);

}  // namespace sextant::results
