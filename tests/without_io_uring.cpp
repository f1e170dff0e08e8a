// SPDX-License-Identifier: Apache-2.0
// without_io_uring COMMAND [ARGUMENT...]: runs a command to which the kernel refuses every io_uring, as a container's
// seccomp filter does: io_uring_setup fails with EPERM. Exit 77 where no filter can be set.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>

namespace {

// io_uring is younger than the unification of system call numbers: its are the same on every architecture, so the filter
// need not ask which one a call was made for.
bool refuse_io_uring() {
  std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "without_io_uring COMMAND [ARGUMENT...]\n");
    return 2;
  }
  if (!refuse_io_uring()) {
    std::printf("no seccomp filter can be set here: %s\n", std::strerror(errno));
    return 77;
  }
  execvp(arguments[1], arguments + 1);
  std::fprintf(stderr, "without_io_uring: %s: %s\n", arguments[1], std::strerror(errno));
  return 127;
}
