// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "storage/files/file_descriptor.hpp"

// The page cache of the system: what a file's pages lie in when somebody has read them without O_DIRECT.
namespace sextant::storage {

// The same file, opened for reads through the page cache. Throws probes::Unavailable.
FileDescriptor open_cached(int direct);

// The first bytes of a file, mapped for reading.
class Mapping {
 public:
  // Throws probes::Unavailable.
  Mapping(int file, std::size_t bytes, bool random);
  std::span<const std::byte> bytes() const { return {memory_.get(), memory_.get_deleter().bytes}; }

  // Drops this part from the page cache, so that the device must be asked again. Written pages stay until they are on the
  // device.
  void evict(std::size_t offset, std::size_t bytes) const;

  // Brings this part into the page cache where it is not there already.
  void warm(std::size_t offset, std::size_t bytes) const;

  // Pages of it that are in the page cache, as far as the kernel tells.
  std::size_t resident() const;

 private:
  struct Unmap {
    std::size_t bytes = 0;
    void operator()(const std::byte* memory) const;
  };
  int file_;
  std::unique_ptr<const std::byte, Unmap> memory_;
};

}  // namespace sextant::storage
