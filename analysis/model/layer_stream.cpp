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

double exposed_when_guessed(const LayerStream& stream, const LayerReads& reads) {
  const double n = stream.prefetch, rate = reads.streaming, filling = lone_layer_seconds(stream, reads);
  const double start = std::max(filling - stream.layer / rate, 0.0);  // d
  const double come = std::min(n * stream.layer, rate * std::max(stream.consumed - start, 0.0));
  const double sent = (std::floor(come / stream.block) + stream.depth) * stream.block;
  const double in_vain = std::min(sent, n * stream.layer) - come;
  const double at_most = std::max(filling, std::max(start - stream.consumed, 0.0) + (in_vain + stream.layer) / rate);
  double waited = (1 - stream.guessed) * at_most;
  for (double j = 1; j <= n; ++j) {
    const double missing = start + j * stream.layer / rate - stream.consumed;
    waited += stream.guessed / n * std::min(std::max(missing, 0.0), at_most);
  }
  const double reading = ((1 - stream.guessed) * stream.layer + come + in_vain) / rate;
  return std::max(waited, reading - stream.consumed);
}

double layer_seconds(const LayerStream& stream, const LayerReads& reads) {
  const double filling = lone_layer_seconds(stream, reads);
  if (stream.prefetch <= 0) return stream.consumed + filling;
  if (!stream.known) return stream.consumed + exposed_when_guessed(stream, reads);
  return std::max(
      {stream.consumed, stream.layer / reads.streaming, (filling + stream.consumed) / (stream.prefetch + 1)});
}

double exposed_seconds(const LayerStream& stream, const LayerReads& reads) {
  return layer_seconds(stream, reads) - stream.consumed;
}

}  // namespace sextant::analysis
