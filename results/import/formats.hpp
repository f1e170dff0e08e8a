// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/import/tool_run.hpp"

namespace sextant::results {

// A format that `sextant import` reads. The table in formats.cpp is the one list of them.
struct Format {
  std::string_view name;      // "fio"
  std::string_view sentence;  // what it is
  std::string_view settings;  // what --set may add, separated by spaces
  std::string_view mark;      // a piece of text that every such file holds and no other does
  std::vector<Run> (*read)(const ToolFile& file);
};

std::span<const Format> formats();
const Format* find_format(std::string_view name);  // nullptr when there is none

// The licence of a run of which nobody said whose the figures are; such a run is not published.
inline constexpr std::string_view unstated_licence = "not stated";

// What a person says about a file; empty where they said nothing.
struct Label {
  std::string source = {};   // address or citation
  std::string licence = {};  // of the figures
  std::string date = {};     // when they were measured: 2026-01-31, with or without a time
  std::string machine = {};  // public name
};

// The runs of a file, ready to be stored: read, flagged, named, with source, licence and date. What neither the file
// nor the label says is filled in honestly (a source "fio output", a licence "not stated", the date `changed` of the
// file's last change, a machine named after the file's content, so that two unnamed machines never become one) and a
// warning in the run says so. Throws InvalidInput; where another format's mark is in the text it names that format.
std::vector<Run> import_file(const Format& format, const ToolFile& file, const Label& label, std::string_view changed);

}  // namespace sextant::results
