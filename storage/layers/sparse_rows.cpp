// SPDX-License-Identifier: Apache-2.0
// What is measured: bytes of wanted weights per second when a feed-forward layer lies in flash and each token wants few of
// its neurons. A neuron has a row in each of two projections, both wanted together. What is not in memory is read by the
// threads, one chunk each at a time, and multiplied with a vector by the kernel of near_data.pushdown as soon as it
// is there; then the rows that were in memory are. One token follows the other. With a window, the rows that one
// of the last tokens wanted stay in memory. The first `window` tokens of a sample fill it and are not timed.
//   bundle row: up and down projection apart, two places a neuron. row_column: side by side, one place of two rows.
//   A chunk that holds a wanted byte is read whole and once, whatever else of it is wanted.
//
// Which neurons: a share of 1 - sparsity of them, as many for each token. A token keeps a random half of those of the
// token before and draws the rest from the others, so that a window of one token finds half of the rows in memory
// (a window of more finds a little more: what was dropped and drawn again). The sets are drawn beforehand and come
// round after 16 to 256 tokens, depending on their size.
//
// How bytes are counted: rows wanted times their bytes, those found in memory among them: what the token is served
// with. bytes_read counts chunks; amplification = bytes_read / (wanted bytes (1 - hit_rate)). Random sets give what
// decode-model.md 4.5 says with u(bs): of units of one row (or two, bundled) a chunk of n units is read but with
// probability (1 - share)^n; units that are whole chunks are read alone.
//
// What would make it wrong: as for storage.read, caches below the page cache: the layer is a quarter of a GiB. More
// threads than processors are meant: each sleeps in the kernel until its chunk has come. But each is woken for every
// token, which shows where a token wants little. The multiplication runs in the threads that read: at a rate of the device
// near that of the kernel it shows. Rows of one token are waited for together, as the down projection needs all; a
// pipeline over tokens would hide the last reads of each.
//
// How it is verified: each page (or smaller row) leaves its product with a vector without zeros, which verify() compares
// with that of the page as it is when it is read alone, and that page with what the file should hold (64 MiB a call); a page that comes again, from flash or from memory, must leave the same. The
// first bytes of each page or row in a buffer are overwritten before each read. A sum over hashes of the numbers of what
// was multiplied must be that of the sets of all tokens. Beside it stands the device's own count.
//
// Where the method comes from: Alizadeh et al., "LLM in a flash", arXiv 2312.11514: windowing, row-column bundling, direct
// reads in chunks by many threads.
#include "storage/layers/sparse_rows.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "probes/probe/clock.hpp"
#include "probes/probe/workspace.hpp"
#include "results/record/unit.hpp"
#include "storage/device_canary.hpp"
#include "storage/files/device_counter.hpp"
#include "storage/layers/descriptions.hpp"
#include "storage/layers/point_reader.hpp"
#include "storage/layers/reading_crew.hpp"
#include "storage/layers/row_check.hpp"
#include "storage/layers/row_window.hpp"

namespace sextant::storage {
namespace {

using probes::Unavailable;
using probes::Work;
using probes::WrongAnswer;

constexpr std::uint64_t most_drawn = std::uint64_t{1} << 20;     // neurons, over all sets
constexpr std::uint64_t most_checked = std::uint64_t{64} << 20;  // bytes that a verify() reads
constexpr std::uint32_t hits_at_once = 16;                       // neurons that a thread takes from memory

std::uint64_t active_of(const SparsePoint& point) {
  const auto neurons = static_cast<double>(point.span / (2 * point.row));
  return static_cast<std::uint64_t>(std::max(1.0, std::round((1 - point.sparsity) * neurons)));
}

class SparseRows final : public probes::Trial {
 public:
  SparseRows(probes::Workspace& workspace, const SparsePoint& point, Medium medium, SparseFaults faults)
      : workspace_(workspace),
        point_(point),
        faults_(std::move(faults)),
        file_(TestFile::open(workspace.target(), point.span, medium)),
        counter_(file_.descriptor()),
        layout_{point.bundle, point.row, point.span / (2 * point.row)},
        active_(active_of(point)),
        tokens_(std::clamp<std::uint64_t>(most_drawn / active_, 16, 256)),
        sets_(draw_active(layout_.neurons, active_, tokens_, workspace.seed() ^ point.row)),
        times_(tokens_),
        unit_(std::min<std::uint64_t>(point.row, page)),
        check_(point.span, unit_),
        rows_(layout_.neurons, active_, point.window),
        counts_(point.threads) {
    memory();
    missing_.reserve(active_);
    places_.reserve(active_);
    hits_.reserve(active_);
    const std::uint64_t parts = 2 * active_ * (2 + point.row / point.chunk);
    plan_.parts.reserve(parts);
    plan_.chunks.reserve(parts);
  }

  Work run(std::uint64_t tokens) override {
    const std::span<std::byte> memory_now = memory();
    for (std::size_t at = 0; at < memory_now.size(); at += page) memory_now[at] = std::byte{1};  // faulted in
    buffers_ = memory_now.first(point_.threads * point_.chunk);
    kept_ = memory_now.subspan(buffers_.size());
    const DeviceCount before = counter_.now();
    rows_.clear();
    since_clear_ = 0;
    Done ramp, timed;
    double seconds = 0;
    {
      ReadingCrew crew(point_.threads);
      for (std::uint64_t i = 0; i < point_.window; ++i) serve_token(crew, ramp);
      const double begin = clock_();
      for (std::uint64_t i = 0; i < tokens; ++i) serve_token(crew, timed);
      seconds = probes::elapsed(begin, clock_());
    }
    const DeviceCount device = counter_.now() - before;
    if (!std::isnan(device.read_bytes)) {
      device_bytes_ += device.read_bytes;
      watched_bytes_ += ramp.read + timed.read;
    }
    const double wanted = static_cast<double>(tokens * active_ * 2 * point_.row);
    const double hit_rate = timed.hits / static_cast<double>(tokens * active_);
    const double missed = wanted - timed.hits * 2 * static_cast<double>(point_.row);
    return {.operations = static_cast<double>(tokens),
            .bytes = wanted,
            .seconds = seconds,
            .extras = {hit_rate, timed.read, missed > 0 ? timed.read / missed : results::not_available,
                       device.read_bytes, request_bytes(device)}};
  }

  void verify() override {
    RowCheck::Count found, owed;
    for (const RowCheck::Count& count : counts_) {
      found.units += count.units;
      found.sum += count.sum;
      found.changed += count.changed;
    }
    if (found.changed > 0) {
      throw WrongAnswer("storage.sparse_rows: " + std::to_string(found.changed) +
                        " pages or rows held other content than when they first came");
    }
    if (const std::uint64_t wrong = check_.first_wrong(file_, memory().first(point_.chunk), most_checked);
        wrong < point_.span) {
      throw WrongAnswer("storage.sparse_rows: what was read at byte " + std::to_string(wrong) +
                        " of the test file is not what the file holds");
    }
    for (std::uint64_t token = 0; token < tokens_; ++token) {
      for (const std::uint32_t neuron : set(token)) {
        for (const int side : {0, 1}) check_.owe(layout_.offset(neuron, side), point_.row, times_[token], owed);
      }
    }
    if (found.units != owed.units || found.sum != owed.sum) {
      throw WrongAnswer("storage.sparse_rows: other rows were multiplied than the tokens want: " +
                        std::to_string(found.units) + " pages or rows in place of " + std::to_string(owed.units));
    }
    if (device_bytes_ < 0.5 * watched_bytes_) {
      throw WrongAnswer(
          "storage.sparse_rows: the device read less than half of what came: a cache of this system answered, or "
          "queue/iostats of the device is off");
    }
  }

 private:
  struct Done {
    double hits = 0;  // neurons
    double read = 0;  // bytes
  };

  // A buffer of a chunk for each thread, then the slots of rows that stay.
  std::span<std::byte> memory() {
    const std::uint64_t slots = point_.window > 0 ? RowWindow::slots(active_, point_.window) : 0;
    return huge_aligned(workspace_, point_.threads * point_.chunk + slots * 2 * point_.row);
  }

  std::span<const std::uint32_t> set(std::uint64_t token) const {
    return std::span(sets_).subspan(token % tokens_ * active_, active_);
  }

  void serve_token(ReadingCrew& crew, Done& done) {
    look_up();
    plan_reads(layout_, point_.chunk, missing_, places_, plan_);
    if (faults_.plan) faults_.plan(plan_);
    next_chunk_ = 0;
    next_hit_ = 0;
    crew.run(job_);
    if (failed_) throw std::runtime_error(failure());
    done.hits += static_cast<double>(hits_.size());
    done.read += static_cast<double>(plan_.chunks.size() * point_.chunk);
    ++times_[next_token_ % tokens_];
    ++next_token_;
    ++since_clear_;
  }

  // Which of the token's neurons are in memory, and where the others go.
  void look_up() {
    const bool full = since_clear_ > point_.window;
    rows_.next(full ? set(next_token_ - point_.window - 1) : std::span<const std::uint32_t>());
    missing_.clear();
    places_.clear();
    hits_.clear();
    for (const std::uint32_t neuron : set(next_token_)) {
      const RowWindow::Place place = rows_.want(neuron);
      const std::uint64_t at = place.slot * 2 * point_.row;
      if (place.hit) {
        hits_.push_back({neuron, at});
      } else {
        missing_.push_back(neuron);
        places_.push_back(at);
      }
    }
  }

  // A thread's part of a token: chunks as long as there are any, then what is in memory.
  void serve(unsigned member) {
    const std::span<std::byte> buffer = buffers_.subspan(member * point_.chunk, point_.chunk);
    for (std::size_t i = next_chunk_++; i < plan_.chunks.size() && !failed_; i = next_chunk_++) {
      if (read(plan_.chunks[i], buffer)) multiply(plan_.chunks[i], buffer, counts_[member]);
    }
    for (std::size_t i = next_hit_.fetch_add(hits_at_once); i < hits_.size() && !failed_;
         i = next_hit_.fetch_add(hits_at_once)) {
      for (std::size_t hit = i; hit < std::min<std::size_t>(i + hits_at_once, hits_.size()); ++hit) {
        for (const int side : {0, 1}) {
          check_.take(kept_.subspan(hits_[hit].at + std::uint64_t(side) * point_.row, point_.row),
                      layout_.offset(hits_[hit].neuron, side), faults_.dot, counts_[member]);
        }
      }
    }
  }

  bool read(const ChunkRead& chunk, std::span<std::byte> buffer) {
    // A read that brings nothing leaves nothing of an earlier one behind.
    for (std::size_t at = 0; at < buffer.size(); at += unit_) spoil_page(buffer.data() + at);
    if (!chunk.sent) return true;
    ssize_t came = 0;
    do came = ::pread(file_.descriptor(), buffer.data(), buffer.size(), static_cast<off_t>(chunk.offset));
    while (came < 0 && errno == EINTR);
    if (came == static_cast<ssize_t>(buffer.size())) return true;
    if (!failed_.exchange(true)) failure_ = {chunk.offset, came < 0 ? -errno : came};
    return false;
  }

  void multiply(const ChunkRead& chunk, std::span<const std::byte> buffer, RowCheck::Count& count) {
    for (const RowPart& part : std::span(plan_.parts).subspan(chunk.first_part, chunk.parts)) {
      const auto content = buffer.subspan(part.offset % point_.chunk, part.bytes);
      check_.take(content, part.offset, faults_.dot, count);
      if (point_.window > 0) std::memcpy(kept_.data() + part.kept_at, content.data(), content.size());
    }
  }

  std::string failure() const {
    const auto text = [](auto bytes) { return results::format(static_cast<double>(bytes), results::Unit::byte); };
    return "a read of " + text(point_.chunk) + " at byte " + std::to_string(failure_.offset) + " of the test file " +
           (failure_.result < 0 ? std::string("failed: ") + std::strerror(static_cast<int>(-failure_.result))
                                : "ended after " + text(failure_.result));
  }

  struct Hit {
    std::uint32_t neuron;
    std::uint64_t at;
  };
  struct Failure {
    std::uint64_t offset = 0;
    ssize_t result = 0;
  };

  probes::Workspace& workspace_;
  const SparsePoint point_;
  const SparseFaults faults_;
  TestFile file_;
  DeviceCounter counter_;
  const RowLayout layout_;
  const std::uint64_t active_;  // neurons a token wants
  const std::uint64_t tokens_;  // sets that were drawn
  const std::vector<std::uint32_t> sets_;
  std::vector<std::uint64_t> times_;  // that each set was served
  const std::uint64_t unit_;
  RowCheck check_;
  RowWindow rows_;
  std::vector<RowCheck::Count> counts_;  // per thread
  probes::Clock clock_ = probes::monotonic_clock();
  const std::function<void(unsigned)> job_ = [this](unsigned member) { serve(member); };

  std::span<std::byte> buffers_, kept_;
  std::uint64_t next_token_ = 0, since_clear_ = 0;
  std::vector<std::uint32_t> missing_;  // of the current token
  std::vector<std::uint64_t> places_;   // of the missing
  std::vector<Hit> hits_;
  ReadPlan plan_;
  std::atomic<std::size_t> next_chunk_{0}, next_hit_{0};
  std::atomic<bool> failed_{false};
  Failure failure_;
  double device_bytes_ = 0;
  double watched_bytes_ = 0;  // that came, while the device's count was available
};

SparsePoint sparse_point(const probes::Point& point) {
  const std::string& bundle = point.word("bundle");
  if (bundle != "row" && bundle != "row_column") throw Unavailable("bundle must be row or row_column");
  return {.span = sparse_span,
          .bundle = bundle == "row" ? Bundle::row : Bundle::row_column,
          .row = whole_number(point, "row", 256, 1 << 24),
          .sparsity = point.number("sparsity"),
          .chunk = whole_number(point, "chunk", page, 1 << 24),
          .threads = static_cast<unsigned>(whole_number(point, "threads", 1, 1024)),
          .window = whole_number(point, "window", 0, 1024)};
}

}  // namespace

std::unique_ptr<probes::Trial> sparse_trial(probes::Workspace& workspace, const SparsePoint& point, Medium medium,
                                            SparseFaults faults) {
  if (!(point.sparsity >= 0 && point.sparsity < 1)) throw Unavailable("sparsity must be at least 0 and less than 1");
  if (point.row < 256 || (point.row % page != 0 && page % point.row != 0)) {
    throw Unavailable("row must be a multiple of 4096 bytes, or a divisor of it from 256 on");
  }
  if (point.chunk == 0 || point.chunk % page != 0) throw Unavailable("chunk must be a multiple of 4096 bytes");
  if (point.span % point.chunk != 0 || point.span % (2 * point.row) != 0) {
    throw Unavailable("chunk and two rows must both divide the layer of " +
                      results::format(static_cast<double>(point.span), results::Unit::byte));
  }
  return std::make_unique<SparseRows>(workspace, point, medium, std::move(faults));
}

probes::Probe sparse_rows() {
  probes::Probe probe = sparse_rows_description();
  probe.prepare = [](probes::Workspace& workspace, const probes::Point& point) {
    return sparse_trial(workspace, sparse_point(point));
  };
  probe.device_canary = [](probes::Workspace& workspace, std::uint64_t seed) {
    return device_canary(workspace.target(), seed);
  };
  return probe;
}

}  // namespace sextant::storage
