// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/tree.hpp"

namespace sextant::tests {

// What must not leave this machine.
struct Identity {
  std::string host;
  std::string user;
  std::string home;                 // absolute
  std::string checkout;             // absolute
  std::vector<std::string> unique;  // hardware addresses, serial numbers, UUIDs, the machine's id
};

Identity identity_of_this_machine(const std::string& checkout);

// Every place where a file holds something of the identity, as "file:line: what". A unique number, a path and a host
// name that looks like no word are found anywhere; a short or plain name ("vm", "root") only where it is a whole value
// of a table or a document, for in prose it means something else.
std::vector<std::string> leaks(const std::vector<File>& files, const Identity& identity);

}  // namespace sextant::tests
