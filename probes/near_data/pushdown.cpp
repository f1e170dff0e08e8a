// SPDX-License-Identifier: Apache-2.0
//
// near_data.pushdown: what it saves to reduce data where they lie instead of moving them to whoever asks.
//
// What is measured: one core, the owner, has just written data; another one, the asker, wants an answer that is smaller.
//   in_place   the asker tells the owner, the owner reduces, the asker fetches the answer
//   move       the asker copies the data that the question needs into a buffer of its own and reduces them there
//   The time is from the question to the answer in the asker's memory. Every operation reduces as many bytes as the
//   footprint has. Where the machine has several packages or nodes, owner and asker are on different ones (the first and
//   the last of the processors). What near-memory units would save is bounded by the same two rows of their memory.
//   Before each question the owner writes one word of every line anew, untimed, so that the data lie in its cache as far
//   as they fit, and else in what the cores share or in memory: then both read them from the same place.
// How bytes are counted: bytes_moved is what one core reads and the other has written, per operation: question and
//   answer (in_place), or data (move; of the rows of a lookup each as often as it is asked for). Lines that carry flags
//   are not counted. The bytes of a sample are those that were reduced.
// What would make it wrong: a reduction that is slower than reading, which hides what moving costs (they are
//   vectorised; in the owner's own L2 it is the arithmetic that sets the pace); an asker that reads faster than the
//   owner, as where both share one cache: then in_place saves the copy alone.
// How the answer is verified: position and turn determine the data, and two turns take turns, so that an answer from the
//   turn before is another one. Every word of every answer enters a sum weighted by its position, which must be that of
//   the answers found word by word, exactly: all operations are in integers.
// Where the method comes from: what near-data processing is argued with (Balasubramonian et al., "Near-data processing:
//   insights from a MICRO-46 workshop", IEEE Micro 34(4), 2014), with a core for the unit near the memory.
#include "probes/near_data/pushdown.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>

#include "probes/axes.hpp"
#include "probes/kernels/spin_barrier.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probes.hpp"

namespace sextant::probes {

namespace {

constexpr std::size_t granule = 64 << 10;  // bytes; every operation cuts it into whole rows and bags

// The points of a launch live side by side, each with buffers of its own.
double largest_data(const Machine& machine) { return largest_footprint(machine, 16 * 0x1p26) / 16; }

std::uint64_t digest(std::span<const std::uint32_t> answer) {
  std::uint64_t sum = answer.size();
  for (std::size_t i = 0; i < answer.size(); ++i) sum += (answer[i] + std::uint64_t(1)) * (2 * i + 1);
  return sum;
}

std::span<std::uint32_t> words_of(const Pages& pages, std::size_t count) {
  return {reinterpret_cast<std::uint32_t*>(pages.bytes().data()), count};
}

class Pushdown final : public Trial {
 public:
  Pushdown(Workspace& workspace, std::string operation, bool in_place, std::size_t bytes, Reduction reduction)
      : team_(
            workspace.team(std::vector{workspace.machine().processors.front(), workspace.machine().processors.back()})),
        operation_(std::move(operation)),
        in_place_(in_place),
        reduction_(std::move(reduction)),
        fetched_pages_(workspace.own_pages(reduction_.most_words * sizeof(std::uint32_t))),
        fetched_(words_of(fetched_pages_, reduction_.most_words)),
        data_(workspace.arena(bytes, {}, team_)) {
    if (in_place_) {
      answer_pages_ = workspace.own_pages(reduction_.most_words * sizeof(std::uint32_t));
      answer_ = words_of(answer_pages_, reduction_.most_words);
    } else {
      copy_pages_ = workspace.own_pages(bytes);
      copy_ = copy_pages_.bytes().first(bytes);
    }
    // Each writes first what will be its own, so that it lies on its node.
    team_.run([this](int member) {
      if (member == asker) {
        std::fill(copy_.begin(), copy_.end(), std::byte(0));
        std::fill(fetched_.begin(), fetched_.end(), 0u);
      } else {
        for (std::size_t i = 0; i < words().size(); ++i) words()[i] = reduction_word(i, 0);
        std::fill(answer_.begin(), answer_.end(), 0u);
      }
    });
  }

  Work run(std::uint64_t iterations) override {
    SpinBarrier barrier(2);
    double seconds = 0, moved = 0;
    const auto job = [&](int member) {
      for (std::uint64_t asked = asked_; asked < asked_ + iterations; ++asked) {
        if (member == owner) write_anew(asked % 2);
        barrier.arrive_and_wait();
        if (member == asker) {
          const double begin = clock_();
          const std::size_t words = in_place_ ? ask(asked + 1) : move_and_reduce();
          seconds += clock_() - begin;
          moved +=
              in_place_ ? reduction_.question.bytes() + double(words * sizeof(std::uint32_t)) : double(data_.size());
          answers_ += digest(fetched_.first(words));
        } else if (in_place_) {
          answer(asked + 1);
        }
        barrier.arrive_and_wait();  // the data are not written before they are used
      }
    };
    team_.run(std::ref(job));
    asked_ += iterations;
    const double operations = double(iterations);
    return {.operations = operations,
            .bytes = operations * double(data_.size()),
            .seconds = seconds,
            .extras = {moved / operations}};
  }

  void verify() override {
    const std::array<std::uint64_t, 2> turns{(asked_ + 1) / 2, asked_ / 2};
    std::uint64_t expected = 0;
    for (std::size_t turn = 0; turn < turns.size(); ++turn) {
      expected += turns[turn] * digest(plain_answer(operation_, data_.size(), reduction_.question, turn));
    }
    if (answers_ != expected) throw WrongAnswer("near_data.pushdown: an answer of " + operation_ + " is wrong");
  }

 private:
  static constexpr int asker = 0, owner = 1;

  std::span<std::uint32_t> words() const {
    return {reinterpret_cast<std::uint32_t*>(data_.data()), data_.size() / sizeof(std::uint32_t)};
  }

  void write_anew(std::uint64_t turn) {
    for (std::size_t i = 0; i < words().size(); i += line_words) words()[i] = reduction_word(i, turn);
  }

  std::size_t ask(std::uint64_t number) {
    question_.number.store(number, std::memory_order_release);
    // A look takes about as long as the owner takes for a few lines.
    const long patience = std::max(usual_patience, long(data_.size() / line_words / sizeof(std::uint32_t)));
    spin_until([&] { return answered_.number.load(std::memory_order_acquire) == number; }, patience);
    std::copy_n(answer_.begin(), answered_.words, fetched_.begin());
    return answered_.words;
  }

  void answer(std::uint64_t number) {
    spin_until([&] { return question_.number.load(std::memory_order_acquire) == number; });
    answered_.words = reduction_.reduce(data_, reduction_.question, answer_);
    answered_.number.store(number, std::memory_order_release);
  }

  std::size_t move_and_reduce() {
    reduction_.move(data_, reduction_.question, copy_);
    return reduction_.reduce(copy_, reduction_.moved_question, fetched_);
  }

  // Two lines, because some processors fetch lines in pairs.
  struct alignas(128) Message {
    std::atomic<std::uint64_t> number = 0;
    std::size_t words = 0;
  };

  const Clock clock_ = monotonic_clock();
  Team& team_;
  std::string operation_;
  bool in_place_;
  Reduction reduction_;
  Pages fetched_pages_, answer_pages_, copy_pages_;
  std::span<std::uint32_t> fetched_, answer_;  // the asker's, the owner's
  std::span<std::byte> data_, copy_;           // the owner's, the asker's
  Message question_, answered_;
  std::uint64_t asked_ = 0;
  std::uint64_t answers_ = 0;  // digests of all answers, added up
};

}  // namespace

std::unique_ptr<Trial> pushdown_trial(Workspace& workspace, const Point& point, const PushdownKernels& kernels) {
  if (workspace.machine().processors.size() < 2) {
    throw Unavailable("an owner and an asker need two processors, this process has one");
  }
  const std::string& operation = point.word("operation");
  const std::string& method = point.word("method");
  if (method != "in_place" && method != "move") {
    throw Unavailable("near_data.pushdown knows the methods in_place and move, not '" + method + "'");
  }
  const double footprint = point.number("footprint");
  if (!(footprint >= double(granule) && footprint < 0x1p40)) {
    throw Unavailable("near_data.pushdown takes a footprint of at least 64 KiB");
  }
  const std::size_t bytes = std::size_t(footprint) / granule * granule;
  Reduction wanted = reduction(operation, bytes, point.number("selectivity"));
  if (kernels.reduce) wanted.reduce = kernels.reduce;
  if (kernels.move) wanted.move = kernels.move;
  return std::make_unique<Pushdown>(workspace, operation, method == "in_place", bytes, std::move(wanted));
}

Probe near_data_pushdown() {
  return {
      .name = "near_data.pushdown",
      .summary = "Seconds from a question to its answer when the data are reduced where they lie, or are moved first.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .extras = {{"bytes_moved", Unit::byte, "from one core to the other for one answer"}},
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        const double most = largest_data(machine);
        Axis footprint =
            quick ? footprint_axis(std::min(0x1p22, std::max(most, 0x1p18)), 0, 4) : footprint_axis(0x1p18, most, 4);
        footprint.description = "bytes that one operation reduces";
        return {{"operation", Unit::text,
                 quick ? words({"dot", "lookup"}) : words({"dot", "top_k", "filter", "lookup", "distance"}),
                 "dot product, 32 largest, filter, embedding bag, nearest vector"},
                {"method", Unit::text, words({"in_place", "move"}), "where the data are reduced: by owner or asker"},
                footprint,
                {"selectivity", Unit::one, numbers({1}), "share of the words that a filter passes; else 1"}};
      },
      .beside = [](const Machine& machine, bool quick) -> std::vector<Point> {
        std::vector<Point> selective;
        if (quick) return selective;
        for (const char* method : {"in_place", "move"}) {
          for (const Value& footprint : footprint_axis(0x1p18, largest_data(machine), 4).values) {
            for (const double share : {0x1p-6, 0x1p-3}) {
              selective.push_back(
                  {{"operation", "filter"}, {"method", method}, {"footprint", footprint}, {"selectivity", share}});
            }
          }
        }
        return selective;
      },
      .available =
          [](const Machine& machine) {
            return machine.processors.size() >= 2
                       ? Availability{}
                       : unavailable("an owner and an asker need two processors, this process has one");
          },
      .prepare = [](Workspace& workspace, const Point& point) { return pushdown_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
