// SPDX-License-Identifier: Apache-2.0
#include "gpu/read_arithmetic.hpp"

#include "gpu/read_body.hpp"

namespace sextant::gpu {

std::uint32_t buffer_sum(std::size_t quads) {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < quads; ++i) result += sum(quad(i));
  return result;
}

std::uint32_t expected_total(std::uint32_t buffer, std::uint64_t passes) {
  std::uint32_t result = 0;
  for (std::uint64_t pass = 0; pass < passes; ++pass) result = result * pass_factor + buffer;
  return result;
}

std::uint32_t total(std::span<const std::uint32_t> partials) {
  std::uint32_t result = 0;
  for (std::uint32_t partial : partials) result += partial;
  return result;
}

probes::Work read_work(std::size_t quads, std::uint64_t passes, float milliseconds) {
  const double loads = double(quads) * double(passes);
  return {.operations = 4 * loads, .bytes = double(sizeof(Quad)) * loads, .seconds = double(milliseconds) * 1e-3};
}

std::size_t quads_in(double footprint) {
  if (!(footprint >= double(sizeof(Quad)))) {
    throw probes::Unavailable("a footprint holds at least one load of 16 bytes");
  }
  return std::size_t(footprint) / sizeof(Quad);
}

}  // namespace sextant::gpu
