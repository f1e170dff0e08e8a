// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/validation/argonne.hpp"
#include "analysis/validation/case_reader.hpp"

// The published H100 rows with TensorRT-LLM, fitted: what several tests of this folder start from.
namespace sextant::analysis::example {

// 80 GB and 450 GB/s: the data sheet of an H100 SXM.
inline Transfer h100_transfer(StepFunction step) {
  const std::filesystem::path folder = SEXTANT_SOURCE_DIR "/analysis";
  static const Catalogue catalogue = load_catalogue(folder / "catalogue");
  static const auto cases =
      with_metric(read_cases({folder / "validation/captures/argonne-h100.csv"}, catalogue), Metric::batch_time);
  return transfer(cases, catalogue, {"llama-2-7b", "llama-3-8b"}, 80e9, 450e9, step);
}

}  // namespace sextant::analysis::example
