// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Engines that decode, by the names that published tables give them. One family is one program on one way to reach the
// device: what its runs have in common is the engine's own cost.
namespace sextant::analysis {

struct Entry;

// One row of engines.csv.
struct Engine {
  std::string id;                    // of the family, where there is one backend
  std::string program;               // "llama.cpp"
  std::vector<std::string> aliases;  // how names begin, lower case
  // Backend by class ("cpu") or vendor of the device, lower case; a single one with an empty key, whatever the device.
  std::vector<std::pair<std::string, std::string>> backends;
  std::string launch;  // how operations are started: graph, eager, encoder, threads, trace, offload
  std::string source, note;
};

using Engines = std::vector<Engine>;

struct EngineFamily {
  std::string id;       // "llama.cpp-cuda"
  std::string program;  // "llama.cpp"
  std::string backend;  // "cuda"
  std::string launch;   // as in Engine
};

// Reads engines.csv. An id or an alias that stands twice, an empty cell and a backend that is no pair are InvalidInput.
Engines load_engines(const std::filesystem::path& file);

// The engine whose alias is the longest beginning of the name, in any case. What follows the alias must be the end, a
// blank, a digit, a comma, a slash, a bracket, or a hyphen before a digit. nullptr when there is none.
const Engine* lookup(const Engines& engines, std::string_view name);

// The family of a name on a device. Nothing: nobody knows the name, or the engine has no backend for such a device.
std::optional<EngineFamily> engine_family(const Engines& engines, std::string_view name, const Entry& device);

// Why engine_family is nothing, in a sentence with the nearest known name.
std::string unknown_engine(const Engines& engines, std::string_view name, const Entry& device);

}  // namespace sextant::analysis
