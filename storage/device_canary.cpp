// SPDX-License-Identifier: Apache-2.0
#include "storage/device_canary.hpp"

#include <unistd.h>

#include <memory>
#include <random>
#include <string>
#include <utility>

#include "probes/probe/clock.hpp"
#include "probes/probe/workspace.hpp"

namespace sextant::storage {
namespace {

class PageRead {
 public:
  PageRead(TestFile file, std::uint64_t seed) : file_(std::move(file)), random_(seed) {
    buffer_.bytes()[0] = std::byte{1};  // faulted in
  }

  double seconds() {
    const std::uint64_t offset = random_() % (file_.bytes() / page) * page;
    const double begin = clock_();
    const ssize_t came = ::pread(file_.descriptor(), buffer_.bytes().data(), page, static_cast<off_t>(offset));
    const double end = clock_();
    if (came != static_cast<ssize_t>(page)) return results::not_available;
    if (file_.origin(buffer_.bytes().first(page), offset) != offset) {
      throw probes::WrongAnswer("the page at byte " + std::to_string(offset) +
                                " of the test file was asked for, another one came");
    }
    return probes::elapsed(begin, end);
  }

 private:
  TestFile file_;
  std::mt19937_64 random_;
  probes::Pages buffer_{page};  // aligned as O_DIRECT wants it
  probes::Clock clock_ = probes::monotonic_clock();
};

}  // namespace

probes::DeviceCanary device_canary(const std::filesystem::path& target, std::uint64_t seed, Medium medium) {
  try {
    auto read = std::make_shared<PageRead>(TestFile::open_existing(target, medium), seed);
    return [read] { return read->seconds(); };
  } catch (const probes::Unavailable&) {
    return [] { return results::not_available; };
  }
}

}  // namespace sextant::storage
