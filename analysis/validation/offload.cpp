// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/offload.hpp"

#include <algorithm>
#include <cmath>
#include <regex>

#include "results/record/nearest.hpp"

namespace sextant::analysis {
namespace {

using Match = std::match_results<std::string::const_iterator>;

// Groups of the first match; nothing where the words do not occur.
std::optional<Match> found(const std::string& text, const char* words) {
  Match match;
  const std::regex pattern(words, std::regex::icase);
  if (!std::regex_search(text, match, pattern)) return std::nullopt;
  return match;
}

std::optional<double> number(const std::string& text, const char* words) {
  const auto match = found(text, words);
  if (!match) return std::nullopt;
  return std::stod((*match)[1].str());
}

std::optional<double> bytes(const std::string& text, const char* words) {
  const auto match = found(text, words);
  if (!match) return std::nullopt;
  const char unit = (*match)[2].str()[0];
  return std::stod((*match)[1].str()) * (unit == 'T' || unit == 't' ? 1e12 : 1e9);
}

std::optional<Lowest> lowest_of(const std::string& notes) {
  if (const auto stated = found(notes, "lowest tier used: *([a-z]+)")) {
    const std::string tier = results::folded((*stated)[1].str());
    if (tier == "gpu" || tier == "vram") return Lowest::device;
    return tier == "cpu" || tier == "host" || tier == "ram" || tier == "dram" ? Lowest::host : Lowest::disk;
  }
  if (found(notes, "all layers (in|on) (vram|gpu)|fits in vram")) return Lowest::device;
  if (found(notes,
            "mmap|page fault|streaming from (the )?(ssd|nvme|disk)|(from|on) (the )?(ssd|nvme|disk)|ssd offload"))
    return Lowest::disk;
  if (found(notes, "layers.*(ram|cpu|host)|(cpu|ram|host) (offload|layers)|experts (on|in) (the )?(cpu|ram|host)"))
    return Lowest::host;
  return std::nullopt;
}

}  // namespace

Offload offload_of(const std::string& notes, bool rate_is_measured) {
  Offload o;
  o.lowest = lowest_of(notes);
  o.paged = found(notes, "mmap|page fault").has_value();
  o.device_layers = number(notes, "([0-9]+)(?:/[0-9]+)? layers (?:in |on |to )?(?:the )?(?:vram|gpu)");
  if (!o.device_layers) o.device_layers = number(notes, "(?:-?ngl|n-gpu-layers|gpu-layers)[ =]+([0-9]+)");
  o.host_capacity = bytes(notes, "([0-9.]+) ?(GB|TB|GiB) (?:of )?(?:host |system |ddr[0-9]* ?)?(?:ram|dram|memory)\\b");
  o.disk_capacity = bytes(notes, "([0-9.]+) ?(GB|TB|GiB) (?:of )?(?:ssd|nvme|disk)");
  o.file = bytes(notes, "([0-9.]+) ?(GB|TB|GiB) (?:model|weights|file)");
  if (!rate_is_measured) {
    if (const auto rate = number(notes, "([0-9.]+) ?GB/s")) o.rate = *rate * 1e9;
  }
  if (const auto link = found(
          notes, "(?:pcie ?|pci express ?)?gen ?([3-6])(?: ?x ?([0-9]+))?|pcie ?([3-6])(?:\\.0)?(?: ?x ?([0-9]+))?")) {
    const bool first = (*link)[1].matched;
    o.generation = std::stod((*link)[first ? 1 : 3].str());
    if ((*link)[first ? 2 : 4].matched) o.lanes = std::stod((*link)[first ? 2 : 4].str());
  }
  if (!o.lowest && o.file && o.host_capacity && *o.file > *o.host_capacity) o.lowest = Lowest::disk;
  return o;
}

OffloadStyle offload_style(const std::string& family) {
  const std::string name = results::folded(family);
  const auto is = [&](const char* engine) { return name.find(engine) != std::string::npos; };
  OffloadStyle style;
  style.host_computes = is("llama") || is("ollama") || is("powerinfer") || is("ktransformers") || is("fiddler") ||
                        is("lemonade") || is("mlc");
  style.host_attends = is("flexllm") || is("flexgen");
  style.always_streams = is("zero-inference") || is("zero inference") || is("airllm");
  style.from_disk = is("airllm");
  style.unpacks_cache = style.host_attends;
  return style;
}

double link_bandwidth(const Catalogue& catalogue, double generation, double lanes) {
  const std::string name = "pcie" + std::to_string(static_cast<int>(std::clamp(generation, 3.0, 6.0)));
  return find(find(catalogue, Kind::interconnect, name), "bandwidth_per_direction").estimate.value * lanes / 16;
}

double link_generation(const Entry& device) {
  const std::string link = word(device, "link");
  if (link.starts_with("PCIe") && link.size() > 4) return std::clamp(double(link[4] - '0'), 3.0, 6.0);
  const std::string year = word(device, "year");
  if (year.size() != 4) return 4;
  if (year < "2020") return 3;                                                   // before Ampere
  return year >= (word(device, "class") == "dc-gpu" ? "2022" : "2025") ? 5 : 4;  // from Hopper, from Blackwell
}

}  // namespace sextant::analysis
