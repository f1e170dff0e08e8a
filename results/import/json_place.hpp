// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sextant::results {

// A value in a JSON document that knows where it stands, so that every refusal names file, key, value and fix:
// "fio.json: jobs[0].read.runtime: value '0': ...".
class JsonPlace {
 public:
  // The whole document. `named` is the file in errors, `fix` what to do when it is not whole. Throws InvalidInput.
  static JsonPlace parse(std::string_view text, const std::string& named, std::string_view fix);

  bool has(const std::string& key) const;          // a member that is not null
  JsonPlace member(const std::string& key) const;  // throws InvalidInput when it is missing or null
  std::vector<JsonPlace> elements() const;         // throws InvalidInput unless it is a list
  std::string word() const;                        // throws InvalidInput unless it is a text
  std::string text() const;                        // a text as it is, anything else as JSON
  double number() const;                           // throws InvalidInput unless it is a finite number
  double positive() const;                         // and above zero
  bool is_word() const;
  [[noreturn]] void fail(std::string_view fix) const;

  // Of a member, when it is there.
  std::string text_or(const std::string& key, std::string otherwise) const;
  double number_or(const std::string& key, double otherwise) const;

 private:
  struct Held;
  explicit JsonPlace(std::shared_ptr<const Held> held) : held_(std::move(held)) {}
  std::shared_ptr<const Held> held_;
};

}  // namespace sextant::results
