// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace sextant::probes {

// The energy counters that the kernel shows below /sys/class/powercap (Documentation/power/powercap): microjoules that
// wrap. Read are the packages and, beside them, their memory ("dram", which no package contains); cores and graphics
// are inside a package, "psys" holds the packages, and the same packages once more behind another bus ("mmio"): none of
// these is counted twice. All of the machine's packages, whoever used them. A zone is brought up to date about once a
// millisecond.
class EnergyZones {
 public:
  // Reads below `root`, "/" outside tests. Never throws; missing() says why there is nothing to read.
  explicit EnergyZones(const std::filesystem::path& root = "/");

  // A machine with more zones than this has nothing read: readings hold no memory of their own.
  static constexpr std::size_t most = 64;
  using Reading = std::array<double, most>;  // microjoules of each zone, NaN where it cannot be read
  void read(Reading& reading) const;

  // Joules between two readings, all zones together; NaN where there are none, where one could not be read and where
  // all stood still, as they do in virtual machines that show counters and feed them nothing. Two readings must lie
  // closer together than a counter takes to wrap, which is a minute and more at full power.
  double joules(const Reading& before, const Reading& after) const;

  const std::string& missing() const { return missing_; }  // a sentence; empty where energy is read
  bool forbidden() const { return forbidden_; }            // zones are there, but not for us
  std::string names() const;                               // "package-0 dram package-1 dram"

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Zone {
    std::string name;
    double range = 0;  // microjoules at which the counter wraps
    std::unique_ptr<std::FILE, Close> counter;
  };
  std::vector<Zone> zones_;
  std::string missing_;
  bool forbidden_ = false;
};

}  // namespace sextant::probes
