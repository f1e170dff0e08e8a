// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "storage/files/test_folder.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// From here on io_uring_setup fails with `error` in this process, as under a container's filter. Needs no privileges.
bool forbid_io_uring(int error) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {sizeof program / sizeof *program, program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// Runs in a child that dies after it; says on standard error what the ring says.
[[noreturn]] void ask_while_forbidden(int error) {
  if (!forbid_io_uring(error)) {
    std::cerr << "no seccomp here";
    std::_Exit(77);
  }
  const std::string reason = unavailable_sentence([] { Ring(1, -1); });
  std::cerr << reason;
  std::_Exit(reason.empty() ? 1 : 0);
}

bool seccomp_works() {
  const int result = ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
  return result >= 0;
}

class Refused : public testing::Test {
 protected:
  void SetUp() override {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    if (!seccomp_works()) GTEST_SKIP() << "this kernel has no seccomp filters";
  }
};

TEST_F(Refused, ByAFilterIsOneSentenceWithTheFix) {
  EXPECT_EXIT(ask_while_forbidden(EPERM), testing::ExitedWithCode(0), "seccomp|io_uring_disabled");
}

TEST_F(Refused, ByAnOldKernelToo) {
  EXPECT_EXIT(ask_while_forbidden(ENOSYS), testing::ExitedWithCode(0), "Linux 5.6 or later");
}

TEST_F(Refused, ForLackOfMemoryToo) {
  EXPECT_EXIT(ask_while_forbidden(ENOMEM), testing::ExitedWithCode(0), "ulimit -l");
}

TEST(WhyRefused, ReadsTheSwitchOfTheKernel) {
  const TestFolder root;
  fs::create_directories(root.path() / "proc/sys/kernel");
  const auto switched = [&](const char* value) {
    std::ofstream(root.path() / "proc/sys/kernel/io_uring_disabled") << value << "\n";
    return why_refused(EPERM, root.path());
  };
  EXPECT_THAT(switched("2"), HasSubstr("kernel.io_uring_disabled = 2"));
  EXPECT_THAT(switched("1"), HasSubstr("kernel.io_uring_group"));
  EXPECT_THAT(switched("0"), HasSubstr("seccomp"));
}

}  // namespace
}  // namespace sextant::storage
