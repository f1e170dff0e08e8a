// SPDX-License-Identifier: Apache-2.0
//
// memory.gather: how fast threads read granules that lie anywhere in memory, by the size of a granule and by the number
// of requests that each thread has under way.
//
// What is measured: each thread follows a number of independent chains. A chain reads a whole granule; only then is it
//   known where its next one lies. With one chain a thread waits out the latency of each granule; with more, their
//   latencies overlap, until the processor cannot have more lines under way or the memory cannot deliver more. Bandwidth
//   times the latency of one line alone is the number of bytes under way (Little's law), which calibration derives. Some
//   granules are pages of a KV cache, whose layout in an engine is this pattern: pages anywhere, each read whole.
// How bytes are counted: the bytes of the granules read. Granules begin on lines, so no line is read in part.
// What would make it wrong: a prefetcher that guesses the next granule (the order is a bijection without pattern; within
//   a granule it may help, as it does in use); a chain whose next address is known early (it is the sum of all words of
//   the granule); the footprint lying in caches or its translations missing (it is as large as memory allows, in huge
//   pages where they are granted); memory of another node (all threads lay the footprint out together, each its share, so
//   on several nodes a granule is as often remote as there are nodes: the mean over the machine).
// How the answer is verified: a granule's words add up to the number of its successor, and differ from place to place. A
//   word read wrongly, not at all, or from elsewhere leads the chain astray; each chain must arrive, after each piece,
//   where the order says, and the granules must still hold the order in the end. The trip's length is odd, so that a
//   piece left out does not end where it began.
// Where the method comes from: random access with several chains as in Google's multichase and in GUPS of the HPC
//   Challenge; Little, Operations Research 9(3), 1961; its use for memory in McCalpin's "Memory latency components".
#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "probes/axes.hpp"
#include "probes/kernels/cycle_order.hpp"
#include "probes/memory/chaser.hpp"
#include "probes/memory/trials.hpp"
#include "probes/probes.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

constexpr std::uint64_t least_piece = 16384;  // bytes a chain reads in one iteration, or one granule
constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;

std::uint64_t word_at(std::uint64_t index) { return (index + 1) * factor; }

}  // namespace

// The granules of one size, laid out once for all the trials that read them.
class GatherField {
 public:
  GatherField(Workspace& workspace, std::uint64_t footprint, std::uint64_t granularity)
      : order_(footprint / granularity, workspace.seed()),
        pages_(workspace, order_.places() * granularity, {}),
        words_each_(granularity / sizeof(std::uint64_t)),
        words_(reinterpret_cast<std::uint64_t*>(pages_.bytes().data())) {
    const int threads = int(workspace.machine().processors.size());
    workspace.team(threads).run([&](int member) {
      const std::uint64_t begin = order_.places() * std::uint64_t(member) / std::uint64_t(threads);
      const std::uint64_t end = order_.places() * std::uint64_t(member + 1) / std::uint64_t(threads);
      for (std::uint64_t granule = begin; granule < end; ++granule) lay_out(granule);
    });
  }

  const CycleOrder& order() const { return order_; }
  Granules granules() const { return {words_, words_each_, order_.places()}; }

  bool intact() const {
    const Granules all = granules();
    for (std::uint64_t granule = 0; granule < order_.places(); ++granule) {
      if (all.successor(granule) != successor(granule)) return false;
    }
    return true;
  }

 private:
  std::uint64_t successor(std::uint64_t granule) const {
    const std::uint64_t rank = order_.rank_of(granule);
    return rank == order_.length() ? 0 : order_.next(rank);
  }

  void lay_out(std::uint64_t granule) {
    const std::uint64_t begin = granule * words_each_, last = begin + words_each_ - 1;
    std::uint64_t rest = successor(granule);
    for (std::uint64_t i = begin; i < last; ++i) rest -= words_[i] = word_at(i);
    words_[last] = rest;
  }

  CycleOrder order_;
  AlignedPages pages_;
  std::uint64_t words_each_;
  std::uint64_t* words_;
};

namespace {

class MemoryGather final : public Trial {
 public:
  MemoryGather(Team& team, std::shared_ptr<const GatherField> field, std::size_t chains, Gather kernel)
      : team_(team), field_(std::move(field)), kernel_(std::move(kernel)), walkers_(std::size_t(team.size())) {
    const std::uint64_t bytes = field_->granules().words_each * sizeof(std::uint64_t);
    steps_ = std::max<std::uint64_t>(1, least_piece / bytes);
    std::size_t number = 0;
    for (Walker& walker : walkers_) {
      for (std::size_t chain = 0; chain < chains; ++chain) {
        // Starts that lie apart by the same part of the trip, so that no two chains meet for as long as can be.
        walker.starts.push_back(field_->order().length() * number++ / (chains * walkers_.size()));
        walker.at.push_back(field_->order()[walker.starts.back()]);
      }
    }
  }

  Work run(std::uint64_t iterations) override {
    const Granules granules = field_->granules();
    const double seconds = timed(team_, [&](int member) {
      Walker& walker = walkers_[std::size_t(member)];
      for (std::uint64_t i = 0; i < iterations; ++i) {
        kernel_(granules, walker.at, steps_);
        for (const std::uint64_t place : walker.at) walker.arrived += place;
      }
    });
    pieces_ += iterations;
    const double read = double(iterations * steps_ * walkers_.size() * walkers_.front().at.size());
    return {.operations = read, .bytes = read * double(granules.words_each * sizeof(std::uint64_t)), .seconds = seconds};
  }

  void verify() override {
    const CycleOrder& order = field_->order();
    for (const Walker& walker : walkers_) {
      std::uint64_t expected = 0;
      for (std::size_t chain = 0; chain < walker.starts.size(); ++chain) {
        std::uint64_t rank = walker.starts[chain];
        for (std::uint64_t piece = 0; piece < pieces_; ++piece) {
          rank = (rank + steps_) % order.length();
          expected += order[rank];
        }
        if (walker.at[chain] != order[rank]) throw WrongAnswer("memory.gather: a chain did not arrive where it must");
      }
      if (walker.arrived != expected) throw WrongAnswer("memory.gather: a chain went astray on its way");
    }
    if (!field_->intact()) throw WrongAnswer("memory.gather: the granules are no longer what was laid out");
  }

 private:
  struct alignas(64) Walker {
    std::vector<std::uint64_t> starts;  // ranks
    std::vector<std::uint64_t> at;      // granules to be read next
    std::uint64_t arrived = 0;          // sum of them after each piece
  };

  Team& team_;
  std::shared_ptr<const GatherField> field_;
  Gather kernel_;
  std::vector<Walker> walkers_;
  std::uint64_t steps_ = 1;  // granules a chain reads in one iteration
  std::uint64_t pieces_ = 0;
};

// Fields that trials hold are shared among those of the same shape.
class Fields {
 public:
  std::shared_ptr<const GatherField> get(Workspace& workspace, std::uint64_t footprint, std::uint64_t granularity) {
    std::weak_ptr<const GatherField>& kept = fields_[{&workspace, footprint, granularity}];
    std::shared_ptr<const GatherField> field = kept.lock();
    if (!field) kept = field = std::make_shared<const GatherField>(workspace, footprint, granularity);
    return field;
  }

 private:
  std::map<std::tuple<const Workspace*, std::uint64_t, std::uint64_t>, std::weak_ptr<const GatherField>> fields_;
};

void check(const Point& point) {
  const double granularity = point.number("granularity"), chains = point.number("chains");
  if (granularity < 64 || std::uint64_t(granularity) % 64 != 0) {
    throw Unavailable("a granule is a whole number of lines of 64 bytes");
  }
  if (chains < 1) throw Unavailable("a thread follows at least one chain");
  // Chains that come upon what another has just read would find it in a cache.
  if (point.number("footprint") / granularity < 16 * chains * point.number("threads")) {
    throw Unavailable("too little memory: the footprint holds fewer than 16 granules for each chain");
  }
}

std::unique_ptr<Trial> trial_of(Workspace& workspace, const Point& point, Fields& fields, Gather kernel) {
  check(point);
  Team& team = workspace.team(int(point.number("threads")));
  auto field =
      fields.get(workspace, std::uint64_t(point.number("footprint")), std::uint64_t(point.number("granularity")));
  return std::make_unique<MemoryGather>(team, std::move(field), std::size_t(point.number("chains")), std::move(kernel));
}

// Every size of granule has a footprint of its own in memory: eleven of them take a third of what is free.
double footprint_of(const Machine& machine, bool quick) {
  const double most = std::min(quick ? 0x1p28 : 0x1p29, double(machine.available_memory) / 32);
  return std::max(0x1p20, double(std::bit_floor(std::uint64_t(most))));
}

// Pages of a KV cache: tokens x KV heads x head size x bytes, twice for keys and values where they lie together. Sizes that
// stand on the axis itself, such as 16 x 8 x 128 x 2 x 2 = 64 KiB (Llama 3 8B and 70B in f16), are left to the product.
std::vector<double> kv_pages() {
  return {
      16. * 2 * 64 * 2 * 2,   //  8 KiB: Qwen2.5 0.5B, f16
      16. * 576 * 2,          // 18 KiB: latent attention of DeepSeek V2 and V3 (512 + 64 a token), f16
      16. * 8 * 64 * 2 * 2,   // 32 KiB: Llama 3.2 1B, f16; also Llama 3 8B, int8
      64. * 576 * 2,          // 72 KiB: the same latents in pages of 64 tokens
      16. * 32 * 128 * 2 * 2  // 256 KiB: Llama 2 7B, every head with keys and values of its own, f16
  };
}

std::vector<Point> beside(const Machine& machine, bool quick) {
  std::vector<Point> points;
  if (quick) return points;
  const double threads = std::max(1., double(machine.processors.size())), footprint = footprint_of(machine, quick);
  for (const double page : kv_pages()) {
    for (const double chains : {1., 4., 16.}) {
      points.push_back(
          Point{{"granularity", page}, {"chains", chains}, {"threads", threads}, {"footprint", footprint}});
    }
  }
  return points;
}

}  // namespace

std::unique_ptr<Trial> memory_gather_trial(Workspace& workspace, const Point& point, Gather kernel) {
  Fields fields;
  return trial_of(workspace, point, fields, std::move(kernel));
}

Probe memory_gather() {
  return {
      .name = "memory.gather",
      .summary = "Bytes per second that the threads read together in granules anywhere in memory, some chains a thread.",
      .quantity = {"bandwidth", Unit::byte_per_second},
      .precision = 0.03,
      .sample_seconds = 0.005,
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        const int all = std::max(1, int(machine.processors.size()));
        std::vector<Value> threads{double(all)};
        if (!quick && all > 1) threads.insert(threads.begin(), 1.);
        return {{"granularity", Unit::byte, quick ? numbers({64, 4096}) : powers_of_two(64, 65536, 2),
                 "bytes that are read in one piece, where the piece before says"},
                {"chains", Unit::one, quick ? numbers({1, 16}) : powers_of_two(1, 64),
                 "granules that each thread may have under way"},
                {"threads", Unit::one, threads, "threads at work, each bound to a processor of its own"},
                {"footprint", Unit::byte, {footprint_of(machine, quick)}, "bytes in which the granules lie"}};
      },
      .beside = beside,
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [fields = std::make_shared<Fields>()](
                     Workspace& workspace,
                     const Point& point) { return trial_of(workspace, point, *fields, gather); },
  };
}

}  // namespace sextant::probes
