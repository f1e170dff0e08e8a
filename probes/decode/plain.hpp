// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "probes/decode/decoder.hpp"

// The same step in double precision, one operation after the other: what the fast one is held against. Inputs of products
// are rounded as the format says, keys and values to f16; all else is exact to double precision.
namespace sextant::probes {

// Logits of the token at a position, over the keys and values before it, to which it adds its own.
std::vector<double> decode_plainly(const Model& model, const KvCache& cache, std::size_t token, std::size_t position);

// Throws WrongAnswer unless the results that the last step left (of this token, at this position) follow from each other:
// every product from its recorded input, to float32 summation; the embedding; the key and value that were added; attention
// over the whole cache. Of each matrix the rows r with r % stride == offset are computed again, of each layer the KV heads
// likewise; stride 1 is all. A few adjacent rows more than the stride that are wrong are always found.
void judge(const Decoder& decoder, std::size_t token, std::size_t position, std::size_t stride, std::size_t offset);

}  // namespace sextant::probes
