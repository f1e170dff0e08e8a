// SPDX-License-Identifier: Apache-2.0
#include "bench/worker_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "probes/probe/clock.hpp"

namespace sextant::bench {

namespace {

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    if (read_end >= 0) close(read_end);
    if (write_end >= 0) close(write_end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
};

int take(int& descriptor) {
  const int taken = descriptor;
  descriptor = -1;
  return taken;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

// The caller's environment with `added` on top.
std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view variable(*entry);
    bool replaced = false;
    for (const std::string& extra : added) {
      const std::size_t name = extra.find('=') + 1;
      replaced = replaced || variable.substr(0, name) == std::string_view(extra).substr(0, name);
    }
    if (!replaced) all.emplace_back(variable);
  }
  all.insert(all.end(), added.begin(), added.end());
  return all;
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \n\t\r-");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.find_last_of('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

void write_all(int descriptor, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = write(descriptor, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // the worker is gone: reading from it will say why
    written += std::size_t(n);
  }
}

}  // namespace

WorkerProcess::WorkerProcess(const WorkerCommand& command, const probes::Job& job, Interrupt& interrupt)
    : interrupt_(interrupt) {
  Pipe in, out, err, started;
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> variables = environment_with(command.environment);
  const auto argv = pointers(arguments);
  const auto envp = pointers(variables);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw WorkerFailure(std::string("no worker could be started: ") + std::strerror(errno));
  if (pid_ == 0) {  // only async-signal-safe calls until exec
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // a supervisor that is killed leaves nobody behind
    if (getppid() != parent) _exit(127);
    sigprocmask(SIG_SETMASK, &interrupt.previous_mask(), nullptr);
    dup2(in.read_end, STDIN_FILENO);
    dup2(out.write_end, STDOUT_FILENO);
    dup2(err.write_end, STDERR_FILENO);
    execvpe(argv[0], argv.data(), envp.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t told = write(started.write_end, &error, sizeof error);
    _exit(127);
  }
  setpgid(pid_, pid_);
  close(take(started.write_end));
  int error = 0;
  if (read(started.read_end, &error, sizeof error) ==
      ssize_t(sizeof error)) {  // exec failed; at exec the pipe just closes
    waitpid(pid_, nullptr, 0);
    throw WorkerFailure("cannot start " + arguments[0] + ": " + std::strerror(error));
  }
  out_ = take(out.read_end);
  err_ = take(err.read_end);
  fcntl(out_, F_SETFL, O_NONBLOCK);
  fcntl(err_, F_SETFL, O_NONBLOCK);
  write_all(in.write_end, probes::to_line(job));
}

WorkerProcess::~WorkerProcess() {
  // After `done` a worker only has to leave; a second is plenty.
  for (int i = 0; finished_ && !ended_ && i < 1000; ++i) {
    ended_ = waitpid(pid_, nullptr, WNOHANG) == pid_;
    if (!ended_) usleep(1'000);
  }
  if (!ended_) {
    // mpirun takes its ranks along when asked politely; whoever is left after half a second is killed.
    killpg(pid_, SIGCONT);
    killpg(pid_, SIGTERM);
    for (int i = 0; i < 50 && waitpid(pid_, nullptr, WNOHANG) == 0; ++i) usleep(10'000);
    killpg(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_);
  close(err_);
}

std::optional<std::string> WorkerProcess::take_line() {
  const std::size_t end = buffer_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

bool WorkerProcess::read_some(int descriptor, std::string& into) {
  char chunk[16384];
  ssize_t n;
  while ((n = read(descriptor, chunk, sizeof chunk)) > 0) into.append(chunk, std::size_t(n));
  return n < 0;  // EAGAIN: there will be more; 0 is the end
}

void WorkerProcess::fail_with_ending() {
  int status = 0;
  waitpid(pid_, &status, 0);
  ended_ = true;
  killpg(pid_, SIGKILL);  // ranks or helpers that outlived it
  read_some(err_, talk_);
  std::string why = WIFSIGNALED(status) ? std::string("was killed by signal ") + std::to_string(WTERMSIG(status)) +
                                              " (" + strsignal(WTERMSIG(status)) + ")"
                                        : "ended early with exit code " + std::to_string(WEXITSTATUS(status));
  if (const std::string said = last_line(talk_); !said.empty()) why += ": " + said;
  throw WorkerLost("the worker " + why);
}

probes::Message WorkerProcess::next(double patience) {
  const probes::Clock clock = probes::monotonic_clock();
  const double deadline = clock() + patience;
  for (;;) {
    while (const auto line = take_line()) {
      probes::Message message;
      try {
        message = probes::message_from_line(*line);
      } catch (const std::invalid_argument& error) {
        throw WorkerFailure(std::string("the worker broke the row protocol: ") + error.what());
      }
      if (!greeted_) {
        if (message.kind != probes::Message::Kind::hello || message.protocol != probes::protocol_version ||
            message.text != probes::build_identity()) {
          throw WorkerFailure("the worker is from another build (" + message.text +
                              "): build and install all of Sextant together");
        }
        greeted_ = true;
        continue;
      }
      // After `done` the destructor waits for its end, or brings it about.
      finished_ = message.kind == probes::Message::Kind::done;
      return message;
    }
    const double left = deadline - clock();
    if (left <= 0)
      throw WorkerLost("the worker said nothing for " + std::to_string(int(patience)) + " s and was stopped");
    pollfd waiting[] = {{out_, POLLIN, 0}, {err_open_ ? err_ : -1, POLLIN, 0}, {interrupt_.descriptor(), POLLIN, 0}};
    poll(waiting, 3, int(left * 1000) + 1);
    if (waiting[1].revents) err_open_ = read_some(err_, talk_);
    if (talk_.size() > 65536) talk_.erase(0, talk_.size() - 32768);
    const bool open = !waiting[0].revents || read_some(out_, buffer_);
    if (buffer_.find('\n') != std::string::npos) continue;  // rows that were measured are heard before anything else
    if (interrupt_.raised()) throw Interrupted("interrupted: the rows measured so far are kept");
    if (!open) fail_with_ending();
  }
}

}  // namespace sextant::bench
