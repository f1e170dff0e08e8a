// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/layer_stream.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

double requests_a_layer(const LayerStream& stream) { return std::max(1.0, std::ceil(stream.layer / stream.block)); }

}  // namespace

double requests_of_layer(const LayerStream& stream) { return std::min(stream.depth, requests_a_layer(stream)); }

double requests_ahead(const LayerStream& stream) {
  return std::min(stream.depth, (stream.prefetch + 1) * requests_a_layer(stream));
}

double lone_layer_seconds(const LayerStream& stream, const LayerReads& reads) {
  const double after_the_first = requests_a_layer(stream) - 1;
  const double together = requests_of_layer(stream);
  const double waves = std::floor(after_the_first / together);
  const double rest = after_the_first - waves * together;
  return reads.first + waves * together * stream.block / reads.alone + rest * stream.block / reads.peak;
}

double layer_seconds(const LayerStream& stream, const LayerReads& reads) {
  const double filling = lone_layer_seconds(stream, reads);
  if (!stream.known || stream.prefetch <= 0) return stream.consumed + filling;
  return std::max(
      {stream.consumed, stream.layer / reads.streaming, (filling + stream.consumed) / (stream.prefetch + 1)});
}

double exposed_seconds(const LayerStream& stream, const LayerReads& reads) {
  return layer_seconds(stream, reads) - stream.consumed;
}

}  // namespace sextant::analysis
