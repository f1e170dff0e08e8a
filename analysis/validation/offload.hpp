// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/case.hpp"

// Where a run keeps weights that its accelerator's memory does not hold, as far as the words of its row say. No rule
// here looks at the value that was measured.
namespace sextant::analysis {

enum class Lowest { device, host, disk };  // the slowest tier that weights are read from

// Bytes and byte/s; nothing = the row does not say, and a declared class stands for it.
struct Offload {
  std::optional<Lowest> lowest;
  std::optional<double> device_layers;  // of the model, kept in the accelerator's memory
  std::optional<double> host_capacity, disk_capacity, file;
  std::optional<double> rate;        // between host and accelerator, as measured by who published the row
  std::optional<double> generation;  // of PCI Express
  std::optional<double> lanes;
  bool paged = false;  // read by page faults of a mapped file
};

// Understands "lowest tier used: cpu", "host 208 GB DRAM", "1.5 TB SSD", "26 layers VRAM", "-ngl 20", "20/80 layers on
// GPU", "all layers in VRAM", "6.5 GB/s", "PCIe gen3 x8", "53 GB model, 48 GB RAM", "mmap", in any case.
Offload offload_of(const std::string& notes, bool rate_is_measured = false);

// How an engine treats what lies in host memory.
struct OffloadStyle {
  bool host_computes = false;   // weights there are multiplied there: they never cross the link
  bool host_attends = false;    // the cache lies there and attention runs there
  bool always_streams = false;  // keeps no layer in the accelerator between steps
  bool from_disk = false;       // unless its row says otherwise
  bool unpacks_cache = false;   // widens a compressed cache in a pass of its own
};
OffloadStyle offload_style(const std::string& family);

// Byte/s of a link of `lanes` lanes, of the catalogue's x16. Generations 3 to 6; others are taken as the nearest.
double link_bandwidth(const Catalogue& catalogue, double generation, double lanes);

// What a machine of this device has where the row does not say: the link of its data sheet, else of its year.
double link_generation(const Entry& device);

}  // namespace sextant::analysis
