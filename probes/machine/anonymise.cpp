// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "probes/machine/topology.hpp"

// A list of what may stay, not of what must go: hwloc adds properties with every version, and one that we do not know
// could name the machine.
namespace sextant::probes {
namespace {

constexpr std::array harmless = {
    std::string_view("Architecture"), std::string_view("Backend"),        std::string_view("CPUFamilyNumber"),
    std::string_view("CPUModel"),     std::string_view("CPUModelNumber"), std::string_view("CPUStepping"),
    std::string_view("CPUVendor"),    std::string_view("CoreType"),       std::string_view("CXLRAMSize"),
    std::string_view("GPUModel"),     std::string_view("GPUVendor"),      std::string_view("Inclusive"),
    std::string_view("MemoryTier"),   std::string_view("OSName"),         std::string_view("PCIVendor"),
    std::string_view("SectorSize"),   std::string_view("Size"),           std::string_view("hwlocVersion")};

// The value of an attribute inside a tag; empty when it is not there.
std::string_view attribute(std::string_view tag, std::string_view name) {
  const auto key = " " + std::string(name) + "=\"";
  const auto at = tag.find(key);
  if (at == std::string_view::npos) return {};
  const auto first = at + key.size();
  return tag.substr(first, tag.find('"', first) - first);
}

std::string without(std::string tag, std::string_view name) {
  const auto key = " " + std::string(name) + "=\"";
  const auto at = tag.find(key);
  if (at != std::string::npos) tag.erase(at, tag.find('"', at + key.size()) + 1 - at);
  return tag;
}

bool may_stay(std::string_view info) {
  return std::find(harmless.begin(), harmless.end(), attribute(info, "name")) != harmless.end();
}

// hwloc's numbers for kinds of devices (hwloc_obj_osdev_type_t): 2 is a network, 3 an OpenFabrics interface. Both can
// be renamed by the site or, under systemd's rules, carry their hardware address.
bool is_network(std::string_view object) {
  const auto kind = attribute(object, "osdev_type");
  return kind == "2" || kind == "3";
}

class Anonymiser {
 public:
  std::string run(std::string_view xml) {
    while (!xml.empty()) {
      const auto open = xml.find('<');
      const auto close = open == std::string_view::npos ? open : xml.find('>', open);
      if (close == std::string_view::npos) {
        result_ += xml;
        break;
      }
      result_ += xml.substr(0, open);
      tag(xml.substr(open, close + 1 - open));
      xml.remove_prefix(close + 1);
    }
    return std::move(result_);
  }

 private:
  void tag(std::string_view text) {
    if (text.starts_with("<info ") && !may_stay(text)) {
      drop_indentation();
    } else if (text.starts_with("<userdata")) {
      throw std::runtime_error("the topology holds user data, which cannot be made anonymous");
    } else if (text.starts_with("<object ") && attribute(text, "osdev_type") != "") {
      result_ += device(std::string(text));
    } else {
      result_ += text;
    }
  }

  std::string device(std::string text) {
    if (!is_network(text)) return text;
    text = without(std::move(text), "name");
    const std::string name = " name=\"network" + std::to_string(networks_++) + "\"";
    return text.insert(std::string_view("<object").size(), name);
  }

  // The line of a dropped property goes as a whole.
  void drop_indentation() {
    while (!result_.empty() && result_.back() == ' ') result_.pop_back();
    if (!result_.empty() && result_.back() == '\n') result_.pop_back();
  }

  std::string result_;
  int networks_ = 0;
};

}  // namespace

std::string anonymised(std::string_view xml) { return Anonymiser().run(xml); }

}  // namespace sextant::probes
