// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// Sizes of models as files: mixes of number formats differ from model to model, and a file says what was stored.
namespace sextant::analysis {

struct Catalogue;

struct WeightFile {
  std::string model, weight_type;  // catalogue ids
  double bytes = 0;
  std::string source;
};

// Reads weight_files.csv. A name that the catalogue does not have, a size that is none and a pair that stands twice
// are InvalidInput.
std::vector<WeightFile> load_weight_files(const std::filesystem::path& file, const Catalogue& catalogue);

// Bytes of a model stored in a number format, both by catalogue id; 0 when no file of them is known.
double file_bytes(const Catalogue& catalogue, std::string_view model, std::string_view weight_type);

}  // namespace sextant::analysis
