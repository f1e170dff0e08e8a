// SPDX-License-Identifier: Apache-2.0
#include "net/ranks.hpp"

#include <sched.h>

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "probes/machine/machine.hpp"

namespace sextant::net {
namespace {

// What the launcher of this process says under `name`; -1 when it says nothing.
int number_from_launcher(const char* name) {
  const char* text = std::getenv(name);
  if (!text) return -1;
  const std::string_view digits(text);
  int number = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw std::runtime_error(std::string(call) + " failed: " + std::string(text, std::size_t(length)));
}

Ranks::Ranks(int* argc, char*** argv) {
  check(MPI_Init(argc, argv), "MPI_Init");
  check(MPI_Comm_dup(MPI_COMM_WORLD, &communicator_), "MPI_Comm_dup");
  check(MPI_Comm_set_errhandler(communicator_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(communicator_, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(communicator_, &size_), "MPI_Comm_size");
}

Ranks::~Ranks() {
  MPI_Comm_free(&communicator_);
  MPI_Finalize();
}

void Ranks::abort(int exit_code) const {
  MPI_Abort(communicator_, exit_code);
  std::abort();  // MPI_Abort does not return; the compiler cannot know
}

void bind_to_own_processor() {
  const int rank = number_from_launcher("OMPI_COMM_WORLD_LOCAL_RANK");
  const int ranks = number_from_launcher("OMPI_COMM_WORLD_LOCAL_SIZE");
  const std::vector<int> processors = probes::detect_machine().processors;
  if (rank < 0 || ranks < 1 || rank >= ranks || std::size_t(ranks) > processors.size()) return;
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET(std::size_t(processors[std::size_t(rank)]), &own);
  sched_setaffinity(0, sizeof own, &own);  // refused only where a processor left us meanwhile: then unbound is right
}

}  // namespace sextant::net
