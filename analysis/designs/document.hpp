// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// A TOML file as the lines that say something: dotted path, text, place. The only file that sees toml++ is
// document.cpp.
namespace sextant::analysis {

struct Leaf {
  std::string path;  // "memory.bandwidth.value"; elements of an array are numbered, "times.0"
  std::string text;
  bool quoted = false;  // a TOML string; false: a bare number, boolean or date
  int line = 0;
  int column = 0;
  std::string file = {};  // where it stands when that is another file than the document's: an inherited value
};

struct Document {
  std::string file;  // as it is named in errors
  std::vector<Leaf> leaves;
};

Document read_document(const std::filesystem::path& file);  // throws InvalidInput with file, line and column
Document parse_document(std::string_view text, std::string file);

// The leaves of `base` with those of `document` put over them. A figure is replaced whole: a document that gives
// "memory.capacity" as a table keeps nothing of the base's class or assumption.
Document inherit(const Document& base, const Document& document);

const Leaf* find_leaf(const Document& document, std::string_view path);  // nullptr when absent

// The text of a leaf, or of nothing.
std::string text_at(const Document& document, std::string_view path);

// Throws InvalidInput: "file:line:column: 'path' = 'text': fix".
[[noreturn]] void refuse(const Document& document, const Leaf& leaf, std::string_view fix);
// Throws InvalidInput for something that is not there.
[[noreturn]] void refuse_missing(const Document& document, std::string_view path, std::string_view fix);

// What `--set design.memory.bandwidth=8 TB/s` asks for: one value, put in before the file is interpreted.
struct Override {
  std::string target;  // "design" or "workload"
  std::string path;    // "memory.bandwidth"; may start with the name of one design or workload
  std::string value;   // with its unit
};

Override parse_override(std::string_view text);  // throws InvalidInput

// The overrides for the file with this name: those for its target that name it or name nobody. `names` are all that the
// command reads; "design.hbf.memory.bandwidth" is then left out of every design but hbf.
std::vector<Override> overrides_for(const std::vector<Override>& overrides, std::string_view target,
                                    std::string_view name, const std::vector<std::string>& names);

}  // namespace sextant::analysis
