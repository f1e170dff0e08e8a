// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "probes/kernels/aligned.hpp"

// What a Llama-shaped decoder does to vectors between the products (Touvron et al., "LLaMA", 2023, arXiv:2302.13971).
// Lengths are multiples of 32. Nothing here allocates but constructors.
namespace sextant::probes {

// y[i] = weight[i] * x[i] / sqrt(mean of x^2 + epsilon) (Zhang and Sennrich, "Root mean square layer normalization",
// 2019, arXiv:1910.07467).
void normalise(std::span<const float> x, std::span<const float> weight, float epsilon, std::span<float> y);

// gated[i] = SiLU(gate[i]) * up[i], SiLU(z) = z / (1 + exp(-z)) (Shazeer, "GLU variants improve transformer", 2020,
// arXiv:2002.05202). gated may be gate.
void gate(std::span<const float> gate, std::span<const float> up, std::span<float> gated);

// sum[i] += x[i]. Any length.
void add(std::span<const float> x, std::span<float> sum);

// The rotation that stands for a position: numbers i and i + n/2 of a head of n turn by position * base^(-2i/n) (Su et
// al., "RoFormer", 2021, arXiv:2104.09864, in the pairs that Llama's published weights are converted to).
class Rotation {
 public:
  Rotation(std::size_t head, float base);
  void set(std::size_t position);
  void turn(std::span<float> head) const;

 private:
  Aligned<float> frequency_, cosine_, sine_;  // of each pair
};

// The index of the greatest, the first of equals. Any length from 1.
std::size_t greatest(std::span<const float> values);

}  // namespace sextant::probes
