// SPDX-License-Identifier: Apache-2.0
// A worker for the tests of the supervisor: it measures nothing, says the same times for the same point, launch and
// repetition every time, and on request goes wrong after a given row of the whole run.
//   scripted_worker TALLY EVENT ROW
// TALLY is a file that counts the rows of all launches in its bytes; EVENT happens after row ROW: "interrupt" and "kill"
// the supervisor, "die" by a signal, "leave" early, "hang", or "nothing".
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

#include "probes/probe/worker.hpp"

namespace {

using namespace sextant;
using probes::Message;
using results::Stage;

void say(Message::Kind kind, int id, const results::Sample& sample = {}) {
  Message message;
  message.kind = kind;
  message.id = id;
  message.sample = sample;
  if (kind == Message::Kind::hello) {
    message.protocol = probes::protocol_version;
    message.text = probes::build_identity();
  }
  const std::string line = probes::to_line(message);
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

double draw(int seed, int launch, int repetition) {  // -1 .. 1
  std::mt19937_64 random(std::uint64_t(seed) << 40 | std::uint64_t(launch) << 20 | std::uint64_t(repetition));
  return 2 * std::generate_canonical<double, 53>(random) - 1;
}

// The point's axis `scatter` says where its times scatter: "nowhere", inside "launches", "between" them.
double seconds(const probes::Point& point, int launch, int repetition) {
  const std::string& scatter = point.word("scatter");
  if (scatter == "inside") return 0.1 * (1 + 0.1 * draw(1, launch, repetition));
  if (scatter == "between") return 0.1 * (1 + 0.1 * draw(2, launch, 0) + 0.001 * draw(3, launch, repetition));
  return 0.1;
}

class Events {
 public:
  explicit Events(char** arguments) : tally_(arguments[1]), event_(arguments[2]), row_(std::stoul(arguments[3])) {}

  void after_row() const {
    const int file = open(tally_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const bool counted = write(file, ".", 1) == 1;
    close(file);
    if (!counted || std::filesystem::file_size(tally_) != row_) return;
    if (event_ == "interrupt") kill(getppid(), SIGINT);
    if (event_ == "kill") kill(getppid(), SIGKILL);
    if (event_ == "die") raise(SIGKILL);
    if (event_ == "leave") _exit(3);
    if (event_ != "nothing") pause();
  }

 private:
  std::string tally_, event_;
  std::uintmax_t row_;
};

}  // namespace

int main(int, char** argv) {
  const Events events(argv);
  say(Message::Kind::hello, 0);
  std::string line;
  for (int c; (c = std::getchar()) != EOF && c != '\n';) line.push_back(char(c));
  const probes::Job job = probes::job_from_line(line);
  const auto row = [&](const probes::Assignment& assignment, Stage stage, int repetition) {
    results::Sample sample;
    sample.launch = job.launch;
    sample.repetition = repetition;
    sample.stage = stage;
    sample.operations = 1;
    sample.seconds = seconds(assignment.point, job.launch, repetition);
    say(Message::Kind::row, assignment.id, sample);
    events.after_row();
  };
  for (const auto& assignment : job.assignments) say(Message::Kind::start, assignment.id);
  bool more = true;
  for (int block = 0; more; ++block) {  // one sample of each point in turn
    more = false;
    for (const auto& assignment : job.assignments) {
      if (block >= assignment.samples) continue;
      if (block == 0) row(assignment, Stage::warmup, assignment.first_warmup);
      row(assignment, Stage::measure, assignment.first_repetition + block);
      more = true;
    }
  }
  say(Message::Kind::done, 0);
  return 0;
}
