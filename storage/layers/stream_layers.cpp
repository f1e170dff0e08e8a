// SPDX-License-Identifier: Apache-2.0
// What is measured: tokens per second of a decode step whose weights come from flash. A token multiplies eight layers;
// the file holds many (64, or a quarter of a GiB, whichever is more), so that no cache in front of the flash has them. A
// layer is read in blocks through io_uring and past the page cache into one of prefetch + 1 buffers, and consumed when all
// of it is there: each 4 KiB row is multiplied with a vector by the kernel of near_data.pushdown. With a consumer rate
// the layer is held until layer / consumer seconds have passed, as slower arithmetic would.
//   order known: layer after layer. One is asked for as soon as a buffer is free, that is `prefetch` steps ahead.
//   order dependent: the products of a layer decide which of eight candidates is next. Nothing can be asked for earlier
//   but on a guess: when a layer is there and the arithmetic begins, `prefetch` of the eight candidates of the next step
//   are asked for, and one of them is right with probability prefetch / 8. What turns out to be wrong is not sent any
//   more; what was sent comes in vain.
// Requests go out in the order in which their layers were asked for, at most `depth` at a time.
//
// What the columns say, per layer and over whole tokens: exposed, from when the layer is decided (the end of the one
// before it) until all of it is there; consumed, from then until it is done with. Both together are the time of a token
// divided by eight. in_flight is the time average of the bytes asked of the kernel and not yet taken; read_bandwidth is
// what came, wanted or not; predicted is the share of the layers that had been asked for before they were decided. The
// first prefetch + 1 layers of a sample and what is still under way at its end are not timed.
//
// What a model can predict from the bandwidth of blocks alone (decode-model.md section 4.5). B is the bandwidth at the
// block and depth, t the time of one request alone, c what consuming takes; a layer read alone takes
// T = t + (layer - block) / B, which is the model's t_R + t_xfer:
//   known:      layer time = max(c, layer / B, (T + c) / (prefetch + 1)); exposed is what it is longer than c. A buffer
//               is taken for T + c at least, and prefetch + 1 of them go round. Without prefetch: c + T.
//   dependent:  c + T without prefetch. With it c + (1 - p) (T + O / B) + p late, where p = prefetch / 8,
//               O = min(depth block, max(0, prefetch layer - B c)) is what is still in flight in vain, and late, what is
//               missing of the right guess, the mean over i = 1 .. prefetch of max(0, T + (i - 1) layer / B - c). Where
//               consuming lasts longer than all guesses do, that is c + (1 - p) T.
// A device that is slow to wake takes longer for a layer alone than T says: t and B are those of a device kept busy.
//
// How bytes are counted: layers consumed times their bytes. Reads in vain are in read_bandwidth and device_bytes only.
//
// What would make it wrong: whoever submits the reads takes time from whoever consumes. One thread does both: it looks
// for completions before each piece of 128 KiB, and sleeps in the ring while it waits. A thread of its own to submit would
// take a processor that the kernel's side of the reads needs on a small machine, and would need a hand-over per layer;
// what looking and sending cost, about a tenth of multiplying 4 MiB, is in `consumed`, within the time that a consumer's
// rate allows it. A piece lasts some ten microseconds: requests that are sent that much late matter where depth * block
// is less than the device moves meanwhile. Requests for neighbouring blocks that are sent together reach the device as one:
// request_bytes says how large they were, and the device may be idle between two. As for storage.read: caches below the
// page cache, small pages, unregistered buffers, burst credits. And a guess here costs nothing to make and is right by
// chance alone.
//
// How it is verified: the products of all pages of a layer, in order, make its digest, which must be the same each time.
// verify() reads layers once more, alone (64 MiB a call, each layer once), holds them against what the file should
// contain, and their digests against those of the run; and it walks the order again from the digests: a byte that differs,
// a layer that was skipped, taken twice or not the one that the order wants, or a buffer that was not written (the first
// bytes of each block are overwritten before its request) makes another chain. Beside it stands the device's own count.
//
// Where the method comes from: layer-ahead prefetch into a double buffer as proposed for High Bandwidth Flash (its
// latency-hiding buffer), measured on flash that can be bought; offloading inference engines stream weights this way
// (Sheng et al., FlexGen, ICML 2023).
#include "storage/layers/stream_layers.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "probes/probe/clock.hpp"
#include "probes/probe/spin.hpp"
#include "probes/probe/workspace.hpp"
#include "storage/device_canary.hpp"
#include "storage/files/device_counter.hpp"
#include "storage/layers/descriptions.hpp"
#include "storage/layers/point_reader.hpp"

namespace sextant::storage {
namespace {

using probes::Unavailable;
using probes::Work;
using probes::WrongAnswer;

constexpr std::size_t piece = std::size_t{128} << 10;            // consumed between two looks at the reads
constexpr std::uint64_t most_checked = std::uint64_t{64} << 20;  // bytes that a verify() reads
constexpr double last_moment = 100e-6;  // a sleep may be late by this much, so the rest is waited awake

class StreamLayers final : public probes::Trial {
 public:
  StreamLayers(probes::Workspace& workspace, const StreamPoint& point, Medium medium, StreamFaults faults)
      : workspace_(workspace),
        point_(point),
        faults_(std::move(faults)),
        file_(TestFile::open(workspace.target(), point.span, medium)),
        counter_(file_.descriptor()),
        order_{point.order, point.span / point.layer},
        reader_(file_.descriptor(), point.layer, point.block, point.depth, static_cast<unsigned>(point.prefetch + 1),
                faults_.block),
        seen_(order_.layers) {
    memory();
  }

  Work run(std::uint64_t tokens) override {
    const std::span<std::byte> buffers = memory();
    for (std::size_t at = 0; at < buffers.size(); at += page) buffers[at] = std::byte{1};  // faulted in
    const DeviceCount before = counter_.now();
    const ReadFlow idle = reader_.flow(clock_());
    reader_.begin(buffers);
    guesses_ = 0;
    asked_ = step_;

    const std::uint64_t ramp = point_.prefetch + 1, steps = tokens * layers_per_token;
    owed_ += ramp + steps;
    for (std::uint64_t i = 0; i < ramp; ++i) decode_layer();
    times_ = {};
    const double begin = clock_();
    const ReadFlow first = reader_.flow(begin);
    for (std::uint64_t i = 0; i < steps; ++i) decode_layer();
    const double end = clock_();
    const ReadFlow last = reader_.flow(end);
    reader_.end();

    const DeviceCount device = counter_.now() - before;
    if (!std::isnan(device.read_bytes)) {
      device_bytes_ += device.read_bytes;
      watched_bytes_ += reader_.flow(clock_()).bytes - idle.bytes;
    }
    const double seconds = probes::elapsed(begin, end);
    const auto layers = static_cast<double>(steps);
    return {.operations = static_cast<double>(tokens),
            .bytes = layers * static_cast<double>(point_.layer),
            .seconds = seconds,
            .extras = {times_.exposed / layers, times_.consumed / layers,
                       (last.byte_seconds - first.byte_seconds) / seconds, (last.bytes - first.bytes) / seconds,
                       times_.predicted / layers, device.read_bytes, request_bytes(device)}};
  }

  void verify() override {
    if (changed_ > 0) {
      throw WrongAnswer("storage.stream_layers: a layer held other content than when it was read before, " +
                        std::to_string(changed_) + " times");
    }
    check_layers();
    for (; walked_.step < owed_; ++walked_.step) {
      const std::uint64_t layer = order_.layer(walked_.step, walked_.digest);
      walked_.digest = seen_[layer].digest;
      walked_.chain = chained(walked_.chain, walked_.digest);
    }
    if (walked_.chain != chain_ || step_ != owed_) {
      throw WrongAnswer("storage.stream_layers: other layers were consumed than the order asks for, within " +
                        std::to_string(owed_) + " steps");
    }
    if (device_bytes_ < 0.5 * watched_bytes_) {
      throw WrongAnswer(
          "storage.stream_layers: the device read less than half of what came: a cache of this system answered, or "
          "queue/iostats of the device is off");
    }
  }

 private:
  struct Seen {
    std::uint64_t digest = 0;
    bool seen = false, checked = false;
  };
  struct Times {
    double exposed = 0, consumed = 0, predicted = 0;
  };
  struct Walked {
    std::uint64_t step = 0, digest = 0, chain = 0;
  };

  std::span<std::byte> memory() { return huge_aligned(workspace_, (point_.prefetch + 1) * point_.layer); }

  void decode_layer() {
    std::uint64_t layer = order_.layer(step_, digest_);
    if (faults_.order) layer = faults_.order(step_, layer);
    const double decided = clock_();
    times_.predicted += reader_.buffer_of(layer) ? 1.0 : 0.0;
    drop_wrong_guesses(layer);
    const unsigned buffer = wait_for(layer);
    const double there = clock_();
    consume(buffer, layer, there);
    reader_.release(buffer);
    const double done = clock_();
    times_.exposed += there - decided;
    times_.consumed += done - there;
    ++step_;
    guesses_ = 0;
  }

  void drop_wrong_guesses(std::uint64_t layer) {
    if (point_.order == Order::known) return;
    for (std::uint64_t i = 0; i < point_.prefetch; ++i) {
      const std::uint64_t guess = order_.guess(step_, i);
      const auto buffer = reader_.buffer_of(guess);
      if (guess != layer && buffer) reader_.release(*buffer);
    }
  }

  // The wanted layer first; what comes after it as far as buffers are free. Guesses have to wait until it is there: a device
  // shares its bandwidth between all that is asked of it.
  unsigned wait_for(std::uint64_t layer) {
    for (;;) {
      auto buffer = reader_.buffer_of(layer);
      if (!buffer && reader_.has_room()) {
        reader_.ask(layer);
        buffer = reader_.buffer_of(layer);
      }
      if (buffer) {
        asked_ = std::max(asked_, step_ + 1);
        if (reader_.whole(*buffer)) return *buffer;
        if (point_.order == Order::known) ask_ahead();
      } else if (!reader_.busy()) {
        throw std::logic_error("storage.stream_layers: no buffer is left for the wanted layer");
      }
      reader_.wait();
    }
  }

  void ask_ahead() {
    if (point_.order == Order::known) {
      for (; asked_ <= step_ + point_.prefetch && reader_.has_room(); ++asked_) {
        reader_.ask(order_.layer(asked_, 0));
      }
    } else {
      for (; guesses_ < point_.prefetch && reader_.has_room(); ++guesses_) {
        reader_.ask(order_.guess(step_ + 1, guesses_));
      }
    }
  }

  void consume(unsigned buffer, std::uint64_t layer, double begin) {
    const std::span<const std::byte> content = reader_.content(buffer);
    Digest digest;
    for (std::size_t at = 0; at < content.size(); at += piece) {
      keep_reading();
      digest.add_rows(content.subspan(at, std::min(piece, content.size() - at)), x_, faults_.dot);
    }
    if (point_.consumer > 0) pace(begin + static_cast<double>(point_.layer) / point_.consumer);
    digest_ = digest.value();
    chain_ = chained(chain_, digest_);
    Seen& seen = seen_[layer];
    if (seen.seen && seen.digest != digest_) ++changed_;
    if (!seen.seen) seen = {digest_, true, false};
  }

  void keep_reading() {
    ask_ahead();
    reader_.look();
  }

  // Returns at `until`; reads go on meanwhile. Asleep, but for the last moment.
  void pace(double until) {
    for (double left = until - clock_(); left > last_moment; left = until - clock_()) {
      ask_ahead();
      reader_.wait_for(left - last_moment);
    }
    while (clock_() < until) {
      keep_reading();
      probes::relax();
    }
  }

  static std::uint64_t chained(std::uint64_t chain, std::uint64_t digest) {
    return (std::rotl(chain, 17) ^ digest) * 0x9e3779b97f4a7c15u;
  }

  // Once a layer, as many as may be read again in a call.
  void check_layers() {
    std::uint64_t read = 0;
    for (std::uint64_t i = 0; i < seen_.size() && read < most_checked; ++i, ++next_checked_) {
      const std::uint64_t layer = next_checked_ % seen_.size();
      if (!seen_[layer].seen || seen_[layer].checked) continue;
      check_content(layer);
      read += point_.layer;
    }
  }

  void check_content(std::uint64_t layer) {
    const std::span<std::byte> content = memory().first(point_.layer);
    Digest digest;
    const bool right = read_again(file_, layer * point_.layer, content);
    digest.add_rows(content, x_, dot_of_kernels());
    if (!right || digest.value() != seen_[layer].digest) {
      throw WrongAnswer("storage.stream_layers: layer " + std::to_string(layer) + ", from byte " +
                        std::to_string(layer * point_.layer) + " on, held other content than the file should");
    }
    seen_[layer].checked = true;
  }

  probes::Workspace& workspace_;
  const StreamPoint point_;
  const StreamFaults faults_;
  TestFile file_;
  DeviceCounter counter_;
  const LayerOrder order_;
  LayerReader reader_;
  const Activations x_;
  probes::Clock clock_ = probes::monotonic_clock();
  std::vector<Seen> seen_;     // per layer of the file
  std::uint64_t step_ = 0;     // that is decoded, since the trial began
  std::uint64_t digest_ = 0;   // of the layer before
  std::uint64_t asked_ = 0;    // known order: the first step whose layer was not asked for
  std::uint64_t guesses_ = 0;  // dependent: at the next step's layer, asked for
  std::uint64_t chain_ = 0;    // of all digests
  std::uint64_t owed_ = 0;     // steps
  std::uint64_t changed_ = 0;
  std::uint64_t next_checked_ = 0;  // layer
  Walked walked_;
  Times times_;
  double device_bytes_ = 0;
  double watched_bytes_ = 0;  // that came, while the device's count was available
};

StreamPoint stream_point(const probes::Point& point) {
  const std::string& order = point.word("order");
  if (order != "known" && order != "dependent") throw Unavailable("order must be known or dependent");
  const double consumer = point.number("consumer");
  if (!(consumer == 0 || consumer >= 1e3)) throw Unavailable("consumer must be 0 or at least 1000 bytes per second");
  const std::uint64_t layer = whole_number(point, "layer", page, 1 << 30);
  return {.span = stream_span(layer),
          .layer = layer,
          .prefetch = whole_number(point, "prefetch", 0, 1024),
          .order = order == "known" ? Order::known : Order::dependent,
          .consumer = consumer,
          .block = whole_number(point, "block", page, 1 << 30),
          .depth = static_cast<unsigned>(whole_number(point, "depth", 1, 4096))};
}

}  // namespace

std::unique_ptr<probes::Trial> stream_trial(probes::Workspace& workspace, const StreamPoint& point, Medium medium,
                                            StreamFaults faults) {
  if (point.block == 0 || point.block % page != 0) throw Unavailable("block must be a multiple of 4096 bytes");
  if (point.layer == 0 || point.layer % point.block != 0) throw Unavailable("layer must be a multiple of block");
  if (point.span / point.layer < 2 * choices) throw Unavailable("the file must hold 16 layers at least");
  if (point.order == Order::known && point.prefetch >= point.span / point.layer) {
    throw Unavailable("prefetch must be less than the layers of the file, " + std::to_string(point.span / point.layer));
  }
  if (point.order == Order::dependent && point.prefetch > choices) {
    throw Unavailable("prefetch must be at most 8 in dependent order: a step has 8 candidates");
  }
  return std::make_unique<StreamLayers>(workspace, point, medium, std::move(faults));
}

probes::Probe stream_layers() {
  probes::Probe probe = stream_layers_description();
  probe.available = ring_available;
  probe.prepare = [](probes::Workspace& workspace, const probes::Point& point) {
    return stream_trial(workspace, stream_point(point));
  };
  probe.device_canary = [](probes::Workspace& workspace, std::uint64_t seed) {
    return device_canary(workspace.target(), seed);
  };
  return probe;
}

}  // namespace sextant::storage
