// SPDX-License-Identifier: Apache-2.0
// The trial behind memory.read, .write, .copy and .triad; what they mean stands in streams.cpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include "probes/memory/pass_times.hpp"
#include "probes/memory/trials.hpp"
#include "probes/memory/tuning.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t line = 64;
constexpr std::size_t words_per_line = line / sizeof(std::uint64_t);
constexpr double least_share = 4096;           // bytes of a thread; below, a pass measures its own loop
constexpr double least_group_seconds = 50e-6;  // of passes timed together: beside it a reading of the clock is nothing
constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;

// What the sources hold: functions of the position alone, because points share one arena.
std::uint64_t word_at(std::uint64_t index) { return index * factor + 1; }
double b_at(std::uint64_t index) { return double(index % 1024); }
double c_at(std::uint64_t index) { return double(1 + index % 7); }

// The bytes of the arrays, each line-aligned, and where they lie. Usually one arena serves all points, and each array
// begins at a fixed place of it whatever the footprint, so that what is a source for one point is none's destination. A
// place that is asked for, or one of several NUMA nodes, takes pages of its own: there it counts who touched them first.
class Arrays {
 public:
  Arrays(Workspace& workspace, std::size_t footprint, int arrays, std::size_t members, const Place& place)
      : bytes_(footprint / std::size_t(arrays) / line * line) {
    const std::size_t gaps = gap * (members - 1);
    std::size_t stride = bytes_ + gaps;
    if (place == Place{} && workspace.machine().nodes.size() < 2) {
      const std::span<std::byte> all = workspace.arena_space(footprint + gaps * std::size_t(arrays));
      // Alike modulo a small page, so that loads wait for no store to another array that looks the same in its lower
      // bits; an odd number of pages, so that the arrays do not meet in the same sets of larger caches.
      const std::size_t pages = all.size() / std::size_t(arrays) / page;
      if (pages * page <= gaps) throw Unavailable("too little memory for a page of each array");
      if (arrays > 1) stride = ((pages - 1) | 1) * page;
      bytes_ = std::min(bytes_, stride - gaps);
      base_ = all.data();
    } else {
      if (arrays > 1) stride = (((stride + page - 1) / page) | 1) * page;
      own_ = workspace.own_pages(stride * std::size_t(arrays), place);
      base_ = own_.bytes().data();
    }
    for (int k = 0; k < arrays; ++k) starts_[std::size_t(k)] = base_ + std::size_t(k) * stride;
  }

  // Bytes between the parts of two members: a processor's prefetchers run on beyond its part, and would fetch lines that the
  // next one is writing (from a first cache, two threads copied at 0.85 of their rate).
  static constexpr std::size_t gap = 2 * 4096;

  std::size_t bytes() const { return bytes_; }  // of one array, without the gaps
  const std::array<std::byte*, 3>& starts() const { return starts_; }

 private:
  static constexpr std::size_t page = 4096;
  std::size_t bytes_;
  Pages own_;
  std::byte* base_ = nullptr;
  std::array<std::byte*, 3> starts_{};
};

// One member's part, and what its passes left so far.
struct alignas(line) Share {
  std::size_t begin = 0;  // elements of the array before the part
  Part part;
  std::uint64_t left = 0;
};

void fill(Stream stream, Share& share) {
  const Part& part = share.part;
  for (std::size_t i = 0; i < part.count; ++i) {
    const std::size_t index = share.begin + i;
    part.words(0)[i] = stream == Stream::read ? word_at(index) : 0;
    if (stream == Stream::copy) part.words(1)[i] = word_at(index);
    if (stream == Stream::triad) {
      part.doubles(1)[i] = b_at(index);
      part.doubles(2)[i] = c_at(index);
    }
  }
}

// Spoils up to 8192 places of a destination, others each time. A copy that leaves out a block would otherwise be covered up
// by what an earlier one left there.
void spoil(const Share& share, std::uint64_t run) {
  const std::span<std::uint64_t> words = share.part.words(0);
  const std::size_t step = words.size() / 8192 + 1;
  for (std::size_t i = run % step; i < words.size(); i += step) words[i] = ~std::uint64_t(0);
}

// What right passes over a share leave, one by one.
class Expected {
 public:
  Expected(Stream stream, const Share& share, const Shape& shape)
      : stream_(stream), share_(share), lanes_(std::size_t(shape.vector_bytes) / sizeof(std::uint64_t)) {
    if (stream_ != Stream::read) return;
    for (std::size_t i = 0; i < share_.part.count; ++i) combined_[i / lanes_ % 4] ^= word_at(share_.begin + i);
  }

  std::uint64_t left_by(std::uint64_t pass) const {
    const std::size_t count = share_.part.count;
    if (stream_ == Stream::read) {
      const std::size_t last = combined_last(pass, count, lanes_);
      const std::uint64_t before = last < count ? word_at(share_.begin + last) : 0;
      return combined_[pass % 4] ^ before ^ (last < count ? before + pass + 1 : 0);
    }
    if (stream_ != Stream::triad) return pass + 1;
    const std::size_t index = share_.begin + place_of_pass(pass, count);
    return std::uint64_t(b_at(index) + scalar_of_pass(pass) * c_at(index));
  }

 private:
  Stream stream_;
  const Share& share_;
  std::size_t lanes_;
  std::array<std::uint64_t, 4> combined_{};
};

// Whether the destination holds what the given pass writes, element by element.
bool holds(Stream stream, const Share& share, std::uint64_t pass) {
  const Part& part = share.part;
  for (std::size_t i = 0; i < part.count; ++i) {
    const std::size_t index = share.begin + i;
    if (stream == Stream::write && part.words(0)[i] != pass + 1) return false;
    if (stream == Stream::copy) {
      const bool marked = i == place_of_pass(pass, part.count);
      if (part.words(0)[i] != (marked ? pass + 1 : word_at(index))) return false;
    }
    if (stream == Stream::triad && part.doubles(0)[i] != b_at(index) + scalar_of_pass(pass) * c_at(index)) return false;
  }
  return true;
}

// Arrays that cross the memory bus in a pass: a regular store reads its line before it is written back.
int arrays_moved(Stream stream, Store store) {
  return arrays_of(stream) + (stream != Stream::read && store == Store::regular ? 1 : 0);
}

class MemoryStream final : public Trial {
 public:
  MemoryStream(Workspace& workspace, Stream stream, Store store, std::size_t footprint, Team& team, const Place& place,
               StreamKernel kernel)
      : stream_(stream),
        store_(store),
        team_(team),
        kernel_(std::move(kernel)),
        arrays_(workspace, footprint, arrays_of(stream), std::size_t(team.size()), place),
        shares_(std::size_t(team.size())) {
    const std::size_t lines = arrays_.bytes() / line;
    std::vector<Part> parts;
    for (std::size_t member = 0; member < shares_.size(); ++member) {
      Share& share = shares_[member];
      const std::size_t first = lines * member / shares_.size(), end = lines * (member + 1) / shares_.size();
      share.begin = first * words_per_line + member * Arrays::gap / sizeof(std::uint64_t);
      share.part.count = (end - first) * words_per_line;
      for (std::size_t k = 0; k < std::size_t(arrays_of(stream)); ++k) {
        share.part.arrays[k] = arrays_.starts()[k] + share.begin * sizeof(std::uint64_t);
      }
      parts.push_back(share.part);
    }
    team_.run([this](int member) { fill(stream_, shares_[std::size_t(member)]); });
    const Tuned tuned = tune(team_, parts, stream_, store_);
    shape_ = tuned.shape;
    times_.emplace(team_.size(), std::uint64_t(std::ceil(least_group_seconds / tuned.pass_seconds)));
  }

  Work run(std::uint64_t iterations) override {
    const Clock clock = monotonic_clock();
    const std::uint64_t group = times_->begin(iterations), first = passes_, end = passes_ + iterations;
    if (stream_ != Stream::read) {
      const auto job = [this](int member) { spoil(shares_[std::size_t(member)], runs_); };
      team_.run(std::ref(job));
      ++runs_;
    }
    const double seconds = timed(team_, [&](int member) {
      Share& share = shares_[std::size_t(member)];
      times_->stamp(member, 0, clock());
      std::size_t number = 0;
      for (std::uint64_t pass = first; pass < end; pass += group) {
        share.left += kernel_(stream_, store_, shape_, share.part, pass, std::min(group, end - pass));
        times_->stamp(member, ++number, clock());
      }
    });
    passes_ = end;
    const double array = double(arrays_.bytes()), bytes = array * arrays_of(stream_);
    const PassRates rates = times_->rates(bytes);
    const double n = double(iterations);
    return {.operations = n,
            .bytes = n * bytes,
            .seconds = seconds,
            .extras = {rates.best, rates.typical, n * array * arrays_moved(stream_, store_),
                       double(shape_.vector_bytes), double(shape_.unroll), double(shape_.pages)}};
  }

  void verify() override {
    team_.run([this](int member) {
      const Share& share = shares_[std::size_t(member)];
      std::uint64_t expected = 0;
      const Expected right(stream_, share, shape_);
      for (std::uint64_t pass = 0; pass < passes_; ++pass) expected += right.left_by(pass);
      if (share.left != expected) throw WrongAnswer("a pass over a thread's share left something else than it must");
      if (passes_ > 0 && !holds(stream_, share, passes_ - 1)) {
        throw WrongAnswer("a thread's share of the destination is wrong after the last pass");
      }
    });
  }

 private:
  Stream stream_;
  Store store_;
  Team& team_;
  StreamKernel kernel_;
  Arrays arrays_;
  std::vector<Share> shares_;
  Shape shape_;
  std::optional<PassTimes> times_;
  std::uint64_t passes_ = 0;
  std::uint64_t runs_ = 0;
};

Store store_of(const Point& point) {
  if (!point.has("store") || point.word("store") == "regular") return Store::regular;
  if (point.word("store") == "nontemporal") return Store::nontemporal;
  throw Unavailable("store is regular or nontemporal, not '" + point.word("store") + "'");
}

}  // namespace

std::unique_ptr<Trial> memory_stream_trial(Workspace& workspace, Stream stream, const Point& point,
                                           StreamKernel kernel) {
  const double footprint = point.number("footprint"), threads = point.number("threads");
  if (footprint / threads < least_share) {
    throw Unavailable("a share below 4 KiB per thread would measure the loop, not the memory");
  }
  const Store store = store_of(point);
  const Place place = place_of(point);
  Team& team = workspace.team_for(point, int(threads));
  return std::make_unique<MemoryStream>(workspace, stream, store, std::size_t(footprint), team, place,
                                        std::move(kernel));
}

}  // namespace sextant::probes
