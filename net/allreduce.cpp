// SPDX-License-Identifier: Apache-2.0
#include "net/allreduce.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "net/net_probes.hpp"

namespace sextant::net {

// Sent as bytes: all ranks are the same program on the same kind of processor.
struct Allreduce::Command {
  enum Kind : std::uint64_t { enlarge, reduce, leave } kind = leave;
  std::uint64_t bytes = 0;
  std::uint64_t iterations = 0;
  std::uint64_t epoch = 0;
};

namespace {

std::span<float> message(const probes::Pages& pages, std::uint64_t bytes) {
  return {reinterpret_cast<float*>(pages.bytes().data()), bytes / sizeof(float)};
}

}  // namespace

Allreduce::Allreduce(const Ranks& ranks, Collective collective, probes::Clock clock)
    : ranks_(ranks), collective_(collective), clock_(clock) {}

Allreduce::~Allreduce() {
  if (ranks_.rank() != 0) return;
  if (broken_) ranks_.abort(1);  // the followers wait somewhere else than for this message
  Command goodbye{Command::leave};
  MPI_Bcast(&goodbye, sizeof goodbye, MPI_BYTE, 0, ranks_.communicator());
}

void Allreduce::broadcast(Command& command) {
  check(MPI_Bcast(&command, sizeof command, MPI_BYTE, 0, ranks_.communicator()), "MPI_Bcast");
}

void Allreduce::make_room(std::uint64_t bytes) {
  if (broken_) std::rethrow_exception(broken_);
  bool everywhere = false;
  try {
    Command command{Command::enlarge, bytes};
    broadcast(command);
    everywhere = make_room_here(bytes);
  } catch (...) {
    broken_ = std::current_exception();
    throw;
  }
  if (!everywhere)
    throw probes::Unavailable("a rank has no memory for messages of " + std::to_string(bytes) + " bytes");
}

Outcome Allreduce::run(std::uint64_t bytes, std::uint64_t iterations) {
  if (broken_) std::rethrow_exception(broken_);
  try {
    Command command{Command::reduce, bytes, std::max<std::uint64_t>(iterations, 1), ++epoch_};
    broadcast(command);
    return run_here(command);
  } catch (...) {
    broken_ = std::current_exception();
    throw;
  }
}

void Allreduce::follow() {
  for (Command command;;) {
    broadcast(command);
    switch (command.kind) {
      case Command::enlarge:
        make_room_here(command.bytes);
        break;
      case Command::reduce:
        run_here(command);
        break;
      case Command::leave:
        return;
    }
  }
}

// Whether every rank has room: all ranks get the same answer.
bool Allreduce::make_room_here(std::uint64_t bytes) {
  int lacking = 0;
  try {
    if (send_.bytes().size() < bytes) {
      send_ = probes::Pages(bytes);
      receive_ = probes::Pages(bytes);
    }
  } catch (const probes::Unavailable&) {
    lacking = 1;
  }
  int lacking_anywhere = 0;
  check(MPI_Allreduce(&lacking, &lacking_anywhere, 1, MPI_INT, MPI_MAX, ranks_.communicator()), "MPI_Allreduce");
  return lacking_anywhere == 0;
}

Outcome Allreduce::run_here(const Command& command) {
  const Problem problem{ranks_.size(), command.epoch};
  const std::span<float> send = message(send_, command.bytes);
  const std::span<float> receive = message(receive_, command.bytes);
  fill_input(send, problem, ranks_.rank());
  std::fill(receive.begin(), receive.end(), std::numeric_limits<float>::quiet_NaN());

  double start = 0, tokens = 0;
  const double seconds = loop(send, receive, command.iterations, start, tokens);

  // The largest over ranks of five numbers; the earliest start is the largest negated one.
  const double mine[5] = {seconds, start, -start, double(wrong_elements(receive, problem, command.iterations)),
                          tokens == expected_tokens(problem, command.iterations) ? 0.0 : 1.0};
  double largest[5] = {};
  check(MPI_Allreduce(mine, largest, 5, MPI_DOUBLE, MPI_MAX, ranks_.communicator()), "MPI_Allreduce");
  return {largest[0], largest[1] + largest[2], largest[3], largest[4]};
}

// The only timed region.
double Allreduce::loop(std::span<float> send, std::span<float> receive, std::uint64_t iterations, double& start,
                       double& tokens) {
  const float first = send[0];
  const int count = int(send.size());
  int code = MPI_SUCCESS;
  double sum = 0;
  check(MPI_Barrier(ranks_.communicator()), "MPI_Barrier");
  start = clock_();
  for (std::uint64_t i = 0; i < iterations && code == MPI_SUCCESS; ++i) {
    send[0] = first + token(i);
    code = collective_(send.data(), receive.data(), count, MPI_FLOAT, MPI_SUM, ranks_.communicator());
    sum += double(receive[0]);
  }
  const double seconds = clock_() - start;
  check(code, "MPI_Allreduce");
  tokens = sum;
  return seconds;
}

namespace {

class AllreduceTrial final : public probes::Trial {
 public:
  AllreduceTrial(Allreduce& ranks, std::uint64_t bytes) : ranks_(ranks), bytes_(bytes) { ranks_.make_room(bytes); }

  probes::Work run(std::uint64_t iterations) override {
    const Outcome outcome = ranks_.run(bytes_, iterations);
    wrong_elements_ = std::max(wrong_elements_, outcome.wrong_elements);
    wrong_tokens_ = std::max(wrong_tokens_, outcome.wrong_tokens);
    return {.operations = double(iterations),
            .bytes = double(iterations) * double(bytes_),
            .seconds = outcome.seconds,
            .extras = {outcome.start_skew}};
  }

  void verify() override {
    if (wrong_elements_ > 0) {
      throw probes::WrongAnswer("the all-reduce of " + std::to_string(bytes_) + " bytes left " +
                                std::to_string(std::uint64_t(wrong_elements_)) + " of " +
                                std::to_string(bytes_ / sizeof(float)) + " sums wrong on one rank");
    }
    if (wrong_tokens_ > 0) {
      throw probes::WrongAnswer("a call of the all-reduce of " + std::to_string(bytes_) + " bytes did not reduce");
    }
  }

 private:
  Allreduce& ranks_;
  std::uint64_t bytes_;
  double wrong_elements_ = 0, wrong_tokens_ = 0;  // the worst of all runs so far
};

}  // namespace

std::unique_ptr<probes::Trial> allreduce_trial(Allreduce& ranks, std::uint64_t bytes) {
  if (bytes == 0 || bytes % sizeof(float) != 0) {
    throw probes::Unavailable("an all-reduce of float32 needs a whole number of 4-byte elements, not " +
                              std::to_string(bytes) + " bytes");
  }
  if (bytes / sizeof(float) > std::uint64_t(std::numeric_limits<int>::max()) || ranks.size() > max_ranks) {
    throw probes::Unavailable("MPI counts at most 2^31-1 elements, and the exact check holds for at most " +
                              std::to_string(max_ranks) + " ranks");
  }
  return std::make_unique<AllreduceTrial>(ranks, bytes);
}

probes::Probe allreduce_probe(Allreduce& ranks) {
  probes::Probe probe = net_probes().front();
  probe.prepare = [&ranks](probes::Workspace&, const probes::Point& point) {
    if (int(point.number("ranks")) != ranks.size()) {
      throw std::runtime_error("asked for " + std::to_string(int(point.number("ranks"))) + " ranks, started with " +
                               std::to_string(ranks.size()));
    }
    return allreduce_trial(ranks, std::uint64_t(point.number("bytes")));
  };
  return probe;
}

}  // namespace sextant::net
