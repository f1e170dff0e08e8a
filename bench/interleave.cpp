// SPDX-License-Identifier: Apache-2.0
#include "bench/interleave.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include "probes/probe/clock.hpp"

namespace sextant::bench {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }
  void reset() {
    if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_;
};

// What the child is started with: signals as our caller had them, and three descriptors.
class SpawnSettings {
 public:
  SpawnSettings(const Interrupt& interrupt, int errors) {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);  // we ignore it; a command in a pipeline relies on it
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &interrupt.previous_mask());
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
};

// A process group with its leader; nobody of it outlives this.
class Group {
 public:
  explicit Group(pid_t leader) : leader_(leader) {}
  ~Group() {
    if (leader_ == 0) return;
    killpg(leader_, SIGTERM);
    for (int i = 0; i < 50 && waitpid(leader_, nullptr, WNOHANG) == 0; ++i) usleep(10'000);
    killpg(leader_, SIGKILL);
    waitpid(leader_, nullptr, 0);
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Of a leader that has ended: its status and what it used. The others go while its number is still taken.
  std::pair<int, rusage> collect() {
    killpg(leader_, SIGKILL);
    int status = 0;
    rusage used{};
    wait4(std::exchange(leader_, 0), &status, 0, &used);
    return {status, used};
  }

 private:
  pid_t leader_;
};

double seconds(const timeval& time) { return double(time.tv_sec) + 1e-6 * double(time.tv_usec); }

// Takes what is there and keeps the end of it. False when nobody writes any more.
bool keep_end(int descriptor, std::string& text) {
  char chunk[4096];
  ssize_t n;
  while ((n = read(descriptor, chunk, sizeof chunk)) > 0) {
    text.append(chunk, std::size_t(n));
    if (text.size() > 16384) text.erase(0, text.size() - 8192);
  }
  return n < 0;
}

std::string last_line(std::string text) {
  const std::size_t end = text.find_last_not_of(" \n\t\r");
  if (end == std::string::npos) return {};
  text.erase(end + 1);
  return text.substr(text.find_last_of('\n') + 1);
}

[[noreturn]] void fail(const std::string& command, int status, const std::string& errors) {
  std::string why = WIFSIGNALED(status)
                        ? fmt::format("was killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)))
                        : fmt::format("ended with exit code {}", WEXITSTATUS(status));
  if (const std::string said = last_line(errors); !said.empty()) why += ": " + said;
  throw CommandFailure("the command '" + command + "' " + why);
}

[[noreturn]] void system_error(int error, const char* what) {
  throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

CommandTime time_command(const std::string& command, Interrupt& interrupt) {
  if (interrupt.raised()) throw Interrupted("interrupted: nothing was compared");
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) system_error(errno, "pipe");
  Descriptor errors_out(ends[0]), errors_in(ends[1]);
  fcntl(errors_out.get(), F_SETFL, O_NONBLOCK);
  const SpawnSettings settings(interrupt, errors_in.get());
  std::string shell = "sh", option = "-c", text = command;
  char* const arguments[] = {shell.data(), option.data(), text.data(), nullptr};
  const probes::Clock clock = probes::monotonic_clock();

  const double begin = clock();
  pid_t child = 0;
  if (const int error = posix_spawn(&child, "/bin/sh", &settings.actions, &settings.attributes, arguments, environ)) {
    system_error(error, "/bin/sh");
  }
  Group group(child);
  errors_in.reset();
  const Descriptor process(int(syscall(SYS_pidfd_open, child, 0)));  // <sys/pidfd.h> of glibc 2.36 is not for C++
  if (process.get() < 0) system_error(errno, "pidfd_open");
  pollfd waiting[] = {{process.get(), POLLIN, 0}, {interrupt.descriptor(), POLLIN, 0}, {errors_out.get(), POLLIN, 0}};
  std::string errors;
  while (!waiting[0].revents) {
    poll(waiting, 3, -1);
    if (waiting[1].revents && interrupt.raised()) throw Interrupted("interrupted: nothing was compared");
    if (waiting[2].revents && !keep_end(errors_out.get(), errors)) waiting[2].fd = -1;
  }
  const double end = clock();
  const auto [status, used] = group.collect();
  keep_end(errors_out.get(), errors);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail(command, status, errors);
  return {end - begin, seconds(used.ru_utime) + seconds(used.ru_stime)};
}

void add_pair(Pairs& pairs, const Timed& a, const Timed& b) {
  const std::size_t place = pairs.size() % 4;
  const bool a_first = place == 0 || place == 3;
  const CommandTime first = a_first ? a() : b();
  const CommandTime second = a_first ? b() : a();
  pairs.a.push_back(a_first ? first : second);
  pairs.b.push_back(a_first ? second : first);
}

std::vector<double> ratios(const Pairs& pairs) {
  std::vector<double> all;
  for (std::size_t i = 0; i < pairs.size(); ++i) all.push_back(pairs.b[i].wall / pairs.a[i].wall);
  return all;
}

}  // namespace sextant::bench
