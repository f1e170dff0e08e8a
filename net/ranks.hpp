// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mpi.h>

namespace sextant::net {

// Throws std::runtime_error "MPI_Bcast failed: <what MPI says>" when `code` is an error.
void check(int code, const char* call);

// MPI for the life of this object: starts it, and owns a communicator of all ranks that returns its errors instead of
// ending the process. One per process, as MPI can be started only once.
class Ranks {
 public:
  Ranks(int* argc, char*** argv);
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  MPI_Comm communicator() const { return communicator_; }

  // Ends every rank at once: the only way out when one rank can no longer follow the others.
  [[noreturn]] void abort(int exit_code) const;

 private:
  MPI_Comm communicator_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
};

// Binds this process to a processor of its own among those it may use: the n-th for the n-th rank of this node. Called
// before MPI starts, so that the buffers MPI shares between ranks are touched from the right place. The launcher is
// asked not to bind, because Open MPI's binding ignores the affinity the user gave. Does nothing with more ranks than
// processors.
void bind_to_own_processor();

}  // namespace sextant::net
