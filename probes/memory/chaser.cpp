// SPDX-License-Identifier: Apache-2.0
#include "probes/memory/chaser.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "probes/probe/probe.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::uint64_t most_refreshed = 1 << 22;  // stops: 256 MiB
constexpr double moment = 0.5e-3;                  // seconds; a point of another probe takes longer

std::size_t with_room_to_align(std::size_t bytes, const Place& place) {
  if (place.pages != PageKind::transparent) return bytes;
  return (bytes + huge_page - 1) / huge_page * huge_page + huge_page;
}

}  // namespace

AlignedPages::AlignedPages(Workspace& workspace, std::size_t bytes, const Place& place)
    : pages_(workspace.own_pages(with_room_to_align(bytes, place), place)), bytes_(pages_.bytes()) {
  if (place.pages == PageKind::transparent) {
    const auto past = reinterpret_cast<std::uintptr_t>(bytes_.data()) % huge_page;
    bytes_ = bytes_.subspan(past == 0 ? 0 : huge_page - past);
  }
  bytes_ = bytes_.first(bytes);
}

Chaser::Chaser(std::span<std::byte> memory, const CycleOrder& order, Chase kernel)
    : stops_(reinterpret_cast<Stop*>(memory.data()), order.places()),
      order_(order),
      kernel_(std::move(kernel)),
      position_(&stops_[order[0]]),
      ended_(-std::numeric_limits<double>::infinity()) {}

void Chaser::link() { link_cycle(stops_, order_); }

bool Chaser::linked() const {
  const std::uint64_t rank = order_.rank_of(stops_.size() - 1);
  return stops_.back().rank == rank && (rank == order_.length() || stops_.back().next == &stops_[order_.next(rank)]);
}

void Chaser::refresh() {
  if (clock_() - ended_ < moment) return;
  std::array<const Stop*, 16> walks;
  const std::uint64_t count = order_.length();
  const std::uint64_t stretch = std::min<std::uint64_t>(count, most_refreshed) / walks.size();
  for (std::size_t walk = 0; walk < walks.size(); ++walk) {
    walks[walk] = &stops_[order_[(position_->rank + count - (walks.size() - walk) * stretch) % count]];
  }
  chase_together(walks, stretch);
  for (const Stop* stop : walks) refreshed_ += stop->rank;
}

double Chaser::walk(std::uint64_t pieces) {
  const double begin = clock_();
  for (std::uint64_t i = 0; i < pieces; ++i) {
    position_ = kernel_(position_, piece);
    arrived_ += position_->rank;
  }
  ended_ = clock_();
  pieces_ += pieces;
  return ended_ - begin;
}

void Chaser::verify(std::string_view probe) const {
  std::uint64_t rank = 0, expected = 0;
  for (std::uint64_t i = 0; i < pieces_; ++i) expected += rank = (rank + piece) % order_.length();
  if (arrived_ != expected || position_->rank != rank || position_ != &stops_[order_[rank]]) {
    throw WrongAnswer(std::string(probe) + ": the walk did not arrive where it must");
  }
  if (!is_cycle(stops_, order_)) throw WrongAnswer(std::string(probe) + ": the stops are no longer one cycle");
}

}  // namespace sextant::probes
