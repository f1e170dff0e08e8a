// SPDX-License-Identifier: Apache-2.0
#include "storage/request_descriptions.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sextant::storage {
namespace {

using probes::Axis;
using probes::Column;
using probes::Machine;
using probes::numbers;
using probes::Point;
using probes::Unit;
using probes::Value;
using probes::words;

constexpr double kibibyte = 1024;
constexpr double mebibyte = 1024 * kibibyte;

double span(bool quick) { return (quick ? 256 : 1024) * mebibyte; }

Axis span_axis(bool quick) {
  return {"span", Unit::byte, numbers({span(quick)}),
          "bytes of the test file that the requests cover, each block once a pass"};
}
Axis pattern_axis() {
  return {"pattern", Unit::text, words({"random"}), "order of the blocks within a pass: sequential or random"};
}
Axis block_axis(std::vector<Value> values) {
  return {"block", Unit::byte, std::move(values), "bytes per request, a multiple of what direct requests need here"};
}
Axis depth_axis(std::vector<Value> values) {
  return {"depth", Unit::one, std::move(values), "requests kept in flight, per thread"};
}
Axis threads_axis() {
  return {"threads", Unit::one, numbers({1}), "threads that ask, each with its own part of the blocks"};
}
Axis method_axis() {
  return {"method", Unit::text, words({"io_uring"}),
          "how: io_uring (registered buffers and file), io_uring_plain, io_uring_sqpoll, io_uring_iopoll, "
          "nvme_passthrough, pread, mmap_cold, mmap_warm, page_cache"};
}
Axis buffers_axis() {
  return {"buffers", Unit::text, words({"huge"}), "pages that the buffers lie in: small (4 KiB) or huge (2 MiB)"};
}

std::vector<Value> all_blocks() {
  return numbers(
      {512, 4 * kibibyte, 16 * kibibyte, 64 * kibibyte, 256 * kibibyte, mebibyte, 2 * mebibyte, 8 * mebibyte});
}
std::vector<Value> all_depths() { return numbers({1, 2, 4, 8, 16, 32, 64, 128, 256, 1024}); }

// A point beside the product: as usual but for what is named.
struct Beside {
  const char* pattern = "random";
  double block = 4 * kibibyte;
  double depth = 32;
  double threads = 1;
  const char* method = "io_uring";
  const char* buffers = "huge";
  Point at(double covered) const {
    return {{"span", covered},    {"pattern", pattern}, {"block", block},    {"depth", depth},
            {"threads", threads}, {"method", method},   {"buffers", buffers}};
  }
};

std::vector<Point> at(bool quick, const std::vector<Beside>& all) {
  std::vector<Point> points;
  for (const Beside& each : all) points.push_back(each.at(span(quick)));
  return points;
}

// Where io_uring is refused, pread is what is left: a surface of blocks and threads.
std::vector<Point> beside_read(const Machine& machine, bool quick) {
  if (quick) {
    return at(true, {{.depth = 1, .method = "pread"},
                     {.pattern = "sequential", .block = mebibyte},
                     {.block = mebibyte, .buffers = "small"}});
  }
  std::vector<Beside> all;
  for (const double block : {4 * kibibyte, 64 * kibibyte, mebibyte}) {
    for (const char* one : {"pread", "mmap_cold", "mmap_warm"})
      all.push_back({.block = block, .depth = 1, .method = one});
    for (const char* ring :
         {"io_uring_plain", "io_uring_sqpoll", "io_uring_iopoll", "nvme_passthrough", "page_cache"}) {
      for (const double depth : {1, 32}) all.push_back({.block = block, .depth = depth, .method = ring});
    }
    for (const double depth : {1, 32}) {
      all.push_back({.pattern = "sequential", .block = block, .depth = depth});
      all.push_back({.block = block, .depth = depth, .buffers = "small"});
      all.push_back({.block = block, .depth = depth, .method = "io_uring_plain", .buffers = "small"});
    }
    const auto most = static_cast<double>(machine.processors.size());
    for (double threads = 2; threads < 2 * most; threads *= 2) {
      const double used = std::min(threads, most);
      all.push_back({.block = block, .threads = used});
      all.push_back({.block = block, .depth = 1, .threads = used, .method = "pread"});
    }
  }
  return at(false, all);
}

std::vector<Point> beside_write(const Machine&, bool quick) {
  if (quick) return {};
  return at(false, {{.depth = 1, .method = "pread"},
                    {.pattern = "sequential", .block = mebibyte},
                    {.block = mebibyte, .method = "io_uring_plain"},
                    {.block = mebibyte, .buffers = "small"}});
}

const Column p50 = {"latency_p50", Unit::second, "median time of a request in this sample, within 0.8 %"};
const Column p99 = {"latency_p99", Unit::second, "99th percentile of it; empty below 299 requests"};
const Column device_bytes = {
    "device_bytes", Unit::byte,
    "bytes the block device says it moved for the timed requests; empty where it does not count"};
const Column registered = {"registered", Unit::one, "1 when buffers were registered with the kernel, else 0"};
const Column request_bytes = {"request_bytes", Unit::byte,
                              "mean size of the requests that the device saw: the kernel splits and merges"};
const Column cpu_time = {"cpu_time", Unit::second,
                         "processor time per request, of the process and of the kernel for it"};

probes::Availability ready(const Machine&) { return {}; }

// What the probes of bandwidth share: columns, and axes but for the blocks and depths that each takes.
using Values = std::vector<probes::Value> (*)(bool quick);

std::vector<Axis> transfer_axes(bool quick, Values blocks, Values depths) {
  return {span_axis(quick), pattern_axis(), block_axis(blocks(quick)), depth_axis(depths(quick)), threads_axis(),
          method_axis(),    buffers_axis()};
}

probes::Probe transfer_description(std::string name, std::string summary, Values blocks, Values depths) {
  return {
      .name = std::move(name),
      .summary = std::move(summary),
      .quantity = {"bandwidth", Unit::byte_per_second},
      .precision = 0.05,
      .sample_seconds = 0.1,
      .extras = {p50, p99, device_bytes, registered, request_bytes, cpu_time},
      .axes = [=](const Machine&, bool quick) { return transfer_axes(quick, blocks, depths); },
      .available = ready,
  };
}

}  // namespace

probes::Probe storage_read_description() {
  probes::Probe probe = transfer_description(
      "storage.read", "Bytes per second that reads of a file deliver with a fixed number of requests in flight.",
      [](bool quick) {
        return quick ? numbers({4 * kibibyte, 64 * kibibyte, mebibyte}) : all_blocks();
      },
      [](bool quick) {
        return quick ? numbers({1, 32}) : all_depths();
      });
  probe.beside = beside_read;
  return probe;
}

probes::Probe storage_write_description() {
  probes::Probe probe = transfer_description(
      "storage.write", "Bytes per second that direct writes to a file take with a fixed number of requests in flight.",
      [](bool quick) {
        return quick ? numbers({4 * kibibyte, mebibyte})
                     : numbers({512, 4 * kibibyte, 64 * kibibyte, mebibyte, 8 * mebibyte});
      },
      [](bool quick) {
        return quick ? numbers({32}) : numbers({1, 8, 32, 128});
      });
  probe.beside = beside_write;
  return probe;
}

probes::Probe storage_mixed_description() {
  probes::Probe probe = transfer_description(
      "storage.mixed",
      "Bytes per second that a file delivers and takes while reads and writes share the requests in flight.",
      [](bool quick) {
        return quick ? numbers({4 * kibibyte}) : numbers({4 * kibibyte, 64 * kibibyte, mebibyte});
      },
      [](bool quick) {
        return quick ? numbers({32}) : numbers({1, 32});
      });
  probe.extras.push_back({"read_bandwidth", Unit::byte_per_second, "of it, the bytes that were read"});
  probe.extras.push_back({"write_bandwidth", Unit::byte_per_second, "of it, the bytes that were written"});
  probe.axes = [shared = probe.axes](const Machine& machine, bool quick) {
    std::vector<Axis> axes = shared(machine, quick);
    axes.push_back({"reads", Unit::one, quick ? numbers({0.75}) : numbers({0.25, 0.5, 0.75, 0.9}),
                    "share of the requests that read"});
    return axes;
  };
  return probe;
}

probes::Probe storage_latency_description() {
  return {
      .name = "storage.latency",
      .summary = "Seconds from a request for a block of a file until it is there, the median of the sample's requests.",
      .quantity = {"latency", Unit::second},
      .precision = 0.05,
      .sample_seconds = 0.1,
      .extras = {{"latency_p90", Unit::second, "90th percentile of the sample's requests; empty below 29 of them"},
                 {"latency_p99", Unit::second, "99th percentile; empty below 299 requests"},
                 {"latency_p999", Unit::second, "99.9th percentile; empty below 2995 requests"},
                 {"latency_max", Unit::second, "the longest"},
                 device_bytes},
      .request = Column{"latency", Unit::second, "time of the request; the first 512 of a sample are kept"},
      .axes = [](const Machine&, bool quick) -> std::vector<Axis> {
        return {span_axis(quick),
                block_axis(quick ? numbers({4 * kibibyte}) : numbers({512, 4 * kibibyte, 64 * kibibyte, mebibyte})),
                depth_axis(quick ? numbers({1}) : numbers({1, 8, 32})),
                {"method", Unit::text, words({"io_uring", "nop"}),
                 method_axis().description + ", or nop: the round trip of io_uring itself, no device asked"},
                buffers_axis()};
      },
      .beside = [](const Machine&, bool quick) -> std::vector<Point> {
        std::vector<Point> all;
        if (quick) return all;
        for (const char* method : {"pread", "io_uring_plain", "io_uring_sqpoll", "io_uring_iopoll", "nvme_passthrough",
                                   "mmap_cold", "mmap_warm", "page_cache"}) {
          all.push_back({{"span", span(false)},
                         {"block", 4 * kibibyte},
                         {"depth", 1.0},
                         {"method", method},
                         {"buffers", "huge"}});
        }
        return all;
      },
      .available = ready,
  };
}

}  // namespace sextant::storage
