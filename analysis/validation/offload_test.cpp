// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/offload.hpp"

#include <gtest/gtest.h>

namespace sextant::analysis {
namespace {

TEST(Offload, ReadsTiersAndTheirSizes) {
  const Offload o = offload_of("lowest tier used: cpu; host 208 GB DRAM, 1.5 TB SSD; throughput includes prefill");
  EXPECT_EQ(o.lowest, Lowest::host);
  EXPECT_EQ(o.host_capacity, 208e9);
  EXPECT_EQ(o.disk_capacity, 1.5e12);
  EXPECT_FALSE(o.paged);
  EXPECT_FALSE(o.rate || o.device_layers || o.generation);
  EXPECT_EQ(offload_of("Lowest tier used: GPU").lowest, Lowest::device);
  EXPECT_EQ(offload_of("lowest tier used: disk").lowest, Lowest::disk);
}

TEST(Offload, ReadsLayersAndLinks) {
  const Offload o = offload_of("26 layers VRAM, 54 layers pinned RAM over PCIe gen3 x8 (6.5 GB/s)");
  EXPECT_EQ(o.lowest, Lowest::host);
  EXPECT_EQ(o.device_layers, 26);
  EXPECT_EQ(o.generation, 3);
  EXPECT_EQ(o.lanes, 8);
  EXPECT_EQ(o.rate, 6.5e9);
  EXPECT_EQ(offload_of("-ngl 20").device_layers, 20);
  EXPECT_EQ(offload_of("20/80 layers on GPU").device_layers, 20);
  EXPECT_EQ(offload_of("PCIe 4.0 x16").generation, 4);
  EXPECT_EQ(offload_of("PCIe 4.0 x16").lanes, 16);
  EXPECT_EQ(offload_of("all layers in VRAM").lowest, Lowest::device);
}

TEST(Offload, AFileLargerThanMemoryComesFromDisk) {
  EXPECT_EQ(offload_of("53 GB model, 48 GB RAM").lowest, Lowest::disk);
  EXPECT_EQ(offload_of("53 GB model, 64 GB RAM").lowest, std::nullopt);
  EXPECT_TRUE(offload_of("mmap streaming: 53 GB model, 48 GB RAM").paged);
}

TEST(Offload, WhatIsNotSaidStaysOpen) {
  const Offload o = offload_of("one careful person");
  EXPECT_FALSE(o.lowest || o.device_layers || o.host_capacity || o.rate || o.generation || o.lanes || o.paged);
}

// The words of a drive's row may hold its value.
TEST(Offload, AMeasuredRateIsNotReadFromWords) {
  EXPECT_EQ(offload_of("gen3 x4, 3.35 GB/s", true).rate, std::nullopt);
  EXPECT_EQ(offload_of("gen3 x4, 3.35 GB/s", true).lanes, 4);
}

TEST(Offload, LinksFollowGenerationAndLanes) {
  const Catalogue catalogue = load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
  EXPECT_NEAR(link_bandwidth(catalogue, 3, 16), 15.75e9, 1e6);
  EXPECT_NEAR(link_bandwidth(catalogue, 4, 4), 31.5e9 / 4, 1e6);
  EXPECT_EQ(link_generation(find(catalogue, Kind::device, "T4")), 3);
  EXPECT_EQ(link_generation(find(catalogue, Kind::device, "RTX-3090")), 4);
  EXPECT_EQ(link_generation(find(catalogue, Kind::device, "RTX-5090")), 5);
  EXPECT_EQ(link_generation(find(catalogue, Kind::device, "RTX-2080")), 3);
  EXPECT_EQ(link_generation(find(catalogue, Kind::device, "A100-80GB")), 4);
  EXPECT_EQ(link_generation(find(catalogue, Kind::device, "H100-SXM")), 5);
}

}  // namespace
}  // namespace sextant::analysis
