// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/powercap.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "probes/machine/tree.hpp"
#include "results/record/sample.hpp"

namespace sextant::probes {

namespace {

const std::string folder = "sys/class/powercap";

// Zones are called intel-rapl:0 (a package; of AMD's too) and intel-rapl:0:1 (a part of it, or its memory);
// intel-rapl-mmio:0 is a package that intel-rapl:N shows as well.
bool counts(const std::string& zone, const std::string& name) {
  return zone.starts_with("intel-rapl:") && (name.starts_with("package") || name == "dram");
}

double number_in(std::FILE* file) {
  char text[32] = {};
  const ssize_t length = pread(fileno(file), text, sizeof text - 1, 0);
  char* end = text;
  const double value = length > 0 ? std::strtod(text, &end) : 0;
  return end == text ? results::not_available : value;
}

}  // namespace

EnergyZones::EnergyZones(const std::filesystem::path& root) {
  const Tree tree(root);
  for (const std::string& zone : tree.names(folder)) {
    const std::string path = folder + "/" + zone;
    const std::string name = tree.text(path + "/name");
    const auto range = tree.number(path + "/max_energy_range_uj");
    if (!counts(zone, name) || !range) continue;
    Zone& added = zones_.emplace_back(
        Zone{name, *range, std::unique_ptr<std::FILE, Close>(std::fopen((root / path / "energy_uj").c_str(), "re"))});
    if (!added.counter) forbidden_ = forbidden_ || errno == EACCES || errno == EPERM;
  }
  // A sum that lacks a zone would look like a thrifty machine.
  if (zones_.empty()) {
    missing_ = "the kernel shows no energy counters (no RAPL zone below /" + folder + ")";
  } else if (std::any_of(zones_.begin(), zones_.end(), [](const Zone& zone) { return !zone.counter; })) {
    missing_ = forbidden_ ? "the energy counters are for root alone" : "an energy counter cannot be opened";
  } else if (zones_.size() > most) {
    missing_ = "there are more than " + std::to_string(most) + " energy counters";
  }
  if (!missing_.empty()) zones_.clear();
}

void EnergyZones::read(Reading& reading) const {
  for (std::size_t i = 0; i < zones_.size(); ++i) reading[i] = number_in(zones_[i].counter.get());
}

double EnergyZones::joules(const Reading& before, const Reading& after) const {
  if (zones_.empty()) return results::not_available;
  double sum = 0;
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    const double grown = after[i] - before[i];
    sum += grown < 0 ? grown + zones_[i].range : grown;
  }
  return sum == 0 ? results::not_available : 1e-6 * sum;
}

std::string EnergyZones::names() const {
  std::string all;
  for (const Zone& zone : zones_) all += (all.empty() ? "" : " ") + zone.name;
  return all;
}

}  // namespace sextant::probes
