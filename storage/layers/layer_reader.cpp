// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/layer_reader.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "results/record/unit.hpp"
#include "storage/layers/weights.hpp"

namespace sextant::storage {
LayerReader::LayerReader(int file, std::uint64_t layer, std::uint64_t block, unsigned depth, unsigned buffers,
                         BlockFault fault)
    : layer_(layer),
      block_(block),
      ring_(depth, file),
      fault_(std::move(fault)),
      buffers_(buffers),
      slots_(depth),
      idle_slots_(depth) {
  for (std::uint32_t slot = 0; slot < depth; ++slot) idle_slots_[slot] = depth - 1 - slot;
}

bool LayerReader::begin(std::span<std::byte> memory) {
  memory_ = memory;
  return ring_.register_buffers(memory);
}

void LayerReader::end() {
  for (Buffer& buffer : buffers_) {
    buffer.held = false;
    buffer.unsent = 0;
  }
  while (in_flight_ > 0) {
    ring_.submit_and_wait();
    take();
  }
  ring_.unregister_buffers();
  if (!failure_.empty()) fail();
}

bool LayerReader::has_room() const {
  return std::any_of(buffers_.begin(), buffers_.end(), [&](const Buffer& buffer) { return free(buffer); });
}

void LayerReader::ask(std::uint64_t layer) {
  const auto place = std::find_if(buffers_.begin(), buffers_.end(), [&](const Buffer& buffer) { return free(buffer); });
  if (place == buffers_.end()) throw std::logic_error("a layer was asked for and no buffer is free");
  *place = {layer, layer_ / block_, layer_ / block_, 0, true, turns_++};
}

std::optional<unsigned> LayerReader::buffer_of(std::uint64_t layer) const {
  for (unsigned i = 0; i < buffers_.size(); ++i) {
    if (buffers_[i].held && buffers_[i].layer == layer) return i;
  }
  return std::nullopt;
}

std::span<std::byte> LayerReader::content(unsigned buffer) const { return memory_.subspan(buffer * layer_, layer_); }

void LayerReader::release(unsigned buffer) {
  buffers_[buffer].held = false;
  buffers_[buffer].unsent = 0;
}

void LayerReader::look() {
  send();
  ring_.submit_and_wait(0);
  take();
  if (!failure_.empty()) fail();
  send();
}

void LayerReader::wait() {
  send();
  if (in_flight_ > 0) ring_.submit_and_wait();
  take();
  if (!failure_.empty()) fail();
}

bool LayerReader::wait_for(double seconds) {
  send();
  const bool came = ring_.submit_and_wait(seconds);
  take();
  if (!failure_.empty()) fail();
  return came;
}

ReadFlow LayerReader::flow(double now) {
  account(now);
  return flow_;
}

// Blocks of the layer that was asked for first come first.
void LayerReader::send() {
  while (!idle_slots_.empty()) {
    Buffer* next = nullptr;
    for (Buffer& buffer : buffers_) {
      if (buffer.unsent > 0 && (next == nullptr || buffer.turn < next->turn)) next = &buffer;
    }
    if (next == nullptr) return;
    account(clock_());
    const auto number = static_cast<unsigned>(next - buffers_.data());
    const std::uint64_t block = layer_ / block_ - next->unsent--;
    BlockRead read = {requests_++, content(number).subspan(block * block_, block_),
                      next->layer * layer_ + block * block_};
    spoil_page(read.into.data());  // a read that brings nothing leaves no earlier page behind
    if (fault_) fault_(read);
    if (!read.sent) {
      --next->missing;
      continue;
    }
    const std::uint32_t slot = idle_slots_.back();
    idle_slots_.pop_back();
    slots_[slot] = {number, block};
    ring_.read(slot, read.into, read.offset);
    ++next->in_flight;
    ++in_flight_;
  }
}

void LayerReader::take() {
  const auto finished = ring_.take();
  if (finished.empty()) return;
  account(clock_());
  for (const Completion& completion : finished) settle(completion);
}

void LayerReader::settle(const Completion& completion) {
  const Slot& slot = slots_[completion.slot];
  idle_slots_.push_back(completion.slot);
  Buffer& buffer = buffers_[slot.buffer];
  --buffer.in_flight;
  --in_flight_;
  if (completion.result == static_cast<int>(block_)) {
    --buffer.missing;
    flow_.bytes += static_cast<double>(block_);
    return;
  }
  if (!failure_.empty()) return;
  const auto text = [](auto bytes) { return results::format(static_cast<double>(bytes), results::Unit::byte); };
  failure_ = "a read of " + text(block_) + " at byte " + std::to_string(buffer.layer * layer_ + slot.block * block_) +
             " of the test file " +
             (completion.result < 0 ? std::string("failed: ") + std::strerror(-completion.result)
                                    : "ended after " + text(completion.result));
}

void LayerReader::account(double now) {
  flow_.byte_seconds += (now - flow_.seconds) * static_cast<double>(in_flight_ * block_);
  flow_.seconds = now;
}

void LayerReader::fail() {
  while (in_flight_ > 0) {
    ring_.submit_and_wait();
    take();
  }
  for (Buffer& buffer : buffers_) buffer = {};
  ring_.unregister_buffers();
  throw std::runtime_error(std::exchange(failure_, {}));
}

}  // namespace sextant::storage
