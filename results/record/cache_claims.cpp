// SPDX-License-Identifier: Apache-2.0
#include "results/record/cache_claims.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

#include "results/record/csv.hpp"
#include "results/record/sample.hpp"

namespace sextant::results {

namespace {

double claimed_cache(const std::string& xml, std::size_t level) {
  const std::size_t object = xml.find(fmt::format("type=\"L{}Cache\"", level));
  if (object == std::string::npos) return not_available;
  constexpr std::string_view key = "cache_size=\"";
  const std::size_t found = xml.find(key, object), end = xml.find('>', object);
  if (found == std::string::npos || found > end) return not_available;
  const std::size_t begin = found + key.size();
  try {
    return number_from_text(xml.substr(begin, xml.find('"', begin) - begin));
  } catch (const std::invalid_argument&) {
    return not_available;  // a topology that was made by hand
  }
}

}  // namespace

std::array<double, 4> claimed_caches(const std::string& topology_xml) {
  std::array<double, 4> bytes{};
  for (std::size_t level = 1; level <= bytes.size(); ++level) bytes[level - 1] = claimed_cache(topology_xml, level);
  return bytes;
}

}  // namespace sextant::results
