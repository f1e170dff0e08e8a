// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace sextant::storage {

// Which neurons' rows are in memory: those that one of the last `window` tokens wanted. Memory is in slots, which a row
// keeps as long as it stays; those that no token of the window wanted leave theirs to others. Allocates nothing after its
// construction.
class RowWindow {
 public:
  RowWindow(std::uint64_t neurons, std::uint64_t active, std::uint64_t window)
      : window_(window), slots_(slots(active, window)), slot_of_(neurons, none), wanted_by_(neurons, 0) {
    clear();
  }

  // Slots that a window needs: those of its tokens and of the current one.
  static std::uint64_t slots(std::uint64_t active, std::uint64_t window) { return active * (window + 1); }

  // Nothing is in memory.
  void clear() {
    std::fill(slot_of_.begin(), slot_of_.end(), none);
    free_.resize(slots_);
    for (std::uint64_t slot = 0; slot < slots_; ++slot) free_[slot] = std::uint32_t(slots_ - 1 - slot);
    token_ = window_ + 1;
  }

  // The next token. `leaving`: what the token window + 1 before it wanted, empty where there was none since clear().
  void next(std::span<const std::uint32_t> leaving) {
    ++token_;
    for (const std::uint32_t neuron : leaving) {
      if (slot_of_[neuron] == none || wanted_by_[neuron] + window_ >= token_) continue;
      free_.push_back(slot_of_[neuron]);
      slot_of_[neuron] = none;
    }
  }

  struct Place {
    std::uint32_t slot;
    bool hit;
  };
  // The current token wants this neuron.
  Place want(std::uint32_t neuron) {
    wanted_by_[neuron] = token_;
    if (slot_of_[neuron] != none) return {slot_of_[neuron], true};
    slot_of_[neuron] = free_.back();
    free_.pop_back();
    return {slot_of_[neuron], false};
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;

  std::uint64_t window_, slots_;
  std::vector<std::uint32_t> slot_of_;    // per neuron
  std::vector<std::uint64_t> wanted_by_;  // per neuron, the last token
  std::vector<std::uint32_t> free_;       // slots
  std::uint64_t token_ = 0;
};

}  // namespace sextant::storage
