// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/case.hpp"

// Cases that several tests of this folder start from.
namespace sextant::analysis::example {

inline const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
  return loaded;
}

// Llama 2 7B in 16 bits on one H100 SXM, one stream.
inline Case decode_case() {
  Decoding d;
  d.model = "llama-2-7b";
  d.engine = "llama.cpp CUDA";
  d.family = "llama.cpp CUDA";
  d.weight_type = "F16";
  d.batch = 1;
  d.input = 0;
  d.output = 128;
  Case c;
  c.id = "a-1";
  c.source = "a";
  c.accelerator = "H100-SXM";
  c.device = "h100-sxm";
  c.trust = "B";
  c.bandwidth = 3352e9;
  c.arithmetic = 989e12;
  c.measured = 120;
  c.what = d;
  return c;
}

inline Decoding& decoding(Case& c) { return std::get<Decoding>(c.what); }

}  // namespace sextant::analysis::example
