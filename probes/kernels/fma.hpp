// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sextant::probes {

// Multiply-add as fast as the processor can: chains of sum = sum + 1 * 1 in registers, so many that no chain waits for the
// result of the step before.
struct FmaLoop {
  // Takes every chain from zero through `rounds` steps and adds what its register then holds to `sums`, in words of 64
  // bits modulo 2^64. sums.size() >= words.
  void (*run)(std::span<std::uint64_t> sums, std::uint64_t rounds);
  std::size_t words;                     // that the registers of all chains are
  double operations_per_round;           // of all chains: two per multiply-add, the sums inside an instruction included
  double step;                           // what one round adds to each number
  std::uint64_t most_rounds;             // for which the numbers stay exact
  std::uint64_t (*word)(double number);  // a register word full of this number
};

// The loop for a type (f64, f32, f16, bf16, int8) and a unit (vector, matrix), empty where this processor lacks it. f64, f32
// and f16 are summed up in their own format, bf16 in float32, int8 in int32.
std::optional<FmaLoop> fma_loop(std::string_view type, std::string_view unit);

// What fma_loop() looks for in a processor, to say when it is empty: "AVX-512 FP16".
std::string needed_for_fma(std::string_view type, std::string_view unit);

}  // namespace sextant::probes
