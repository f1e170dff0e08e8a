// SPDX-License-Identifier: Apache-2.0
#include "tests/privacy.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <functional>
#include <string_view>

namespace sextant::tests {
namespace {

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

// Firmware without a serial number says something else there, often in words or as a run of digits.
bool is_unique(const std::string& text) {
  return text.size() >= 6 && text.size() <= 64 && text.find_first_of("0123456789") != std::string::npos &&
         text.find_first_not_of("0:-. ") != std::string::npos && !text.starts_with("0123456789");
}

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
}

// What the text holds before and after a hit; 0 at its ends.
struct Around {
  char before = 0;
  char after = 0;
};

using Accept = std::function<bool(const std::string& text, std::size_t at, Around around)>;

void search(const File& file, const std::string& lower_text, std::string_view word, const char* what,
            const Accept& accept, std::vector<std::string>& found) {
  if (word.empty()) return;
  const auto wanted = lowered(word);
  for (auto at = lower_text.find(wanted); at != std::string::npos; at = lower_text.find(wanted, at + 1)) {
    const auto end = at + wanted.size();
    const Around around{at > 0 ? lower_text[at - 1] : '\0', end < lower_text.size() ? lower_text[end] : '\0'};
    if (!accept(lower_text, at, around)) continue;
    const auto line = 1 + std::count(lower_text.begin(), lower_text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    found.push_back(file.path + ":" + std::to_string(line) + ": holds " + what);
    return;  // one of a kind per file is enough to act on
  }
}

bool whole_word(const std::string&, std::size_t, Around around) {
  return !is_name_character(around.before) && !is_name_character(around.after);
}

// An absolute path begins here: it is not the tail of another one.
bool whole_path(const std::string&, std::size_t, Around around) {
  return !is_name_character(around.before) && std::string_view("/}~").find(around.before) == std::string_view::npos &&
         !is_name_character(around.after);
}

bool path_with_more(const std::string& text, std::size_t at, Around around) {
  return whole_path(text, at, around) && around.after == '/';
}

bool whole_cell(const std::string&, std::size_t, Around around) {
  constexpr std::string_view ends("\0,\n\r\"", 5);
  return ends.find(around.before) != std::string_view::npos && ends.find(around.after) != std::string_view::npos;
}

// In JSON and XML a value stands in quotes behind a colon, an equals sign, or inside a list.
bool whole_value(const std::string& text, std::size_t at, Around around) {
  if (around.before != '"' || around.after != '"' || at < 2) return false;
  const auto previous = text.find_last_not_of(" \t\r\n", at - 2);
  return previous != std::string::npos && std::string_view(":=[,").find(text[previous]) != std::string_view::npos;
}

bool looks_like_no_word(std::string_view name) {
  return name.size() >= 8 && name.find_first_of("0123456789-.") != std::string_view::npos;
}

void search_names(const File& file, const std::string& text, const Identity& identity,
                  std::vector<std::string>& found) {
  if (looks_like_no_word(identity.host)) search(file, text, identity.host, "the host name", whole_word, found);
  const auto extension = std::filesystem::path(file.path).extension();
  if (extension != ".csv" && extension != ".json" && extension != ".xml") return;
  const Accept whole = extension == ".csv" ? Accept(whole_cell) : Accept(whole_value);
  search(file, text, identity.host, "the host name as a value", whole, found);
  search(file, text, identity.user, "the user name as a value", whole, found);
}

}  // namespace

Identity identity_of_this_machine(const std::string& checkout) {
  Identity identity;
  identity.checkout = checkout;
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) identity.host = host.data();
  if (const passwd* entry = getpwuid(getuid())) {
    identity.user = entry->pw_name;
    identity.home = entry->pw_dir;
  }
  const auto keep = [&](std::string text) {
    if (is_unique(text)) identity.unique.push_back(std::move(text));
  };
  keep(first_line("/etc/machine-id"));
  for (const char* name : {"product_serial", "board_serial", "chassis_serial", "product_uuid"}) {
    keep(first_line(std::filesystem::path("/sys/class/dmi/id") / name));
  }
  std::error_code ignored;
  for (const auto& interface : std::filesystem::directory_iterator("/sys/class/net", ignored)) {
    auto address = first_line(interface.path() / "address");
    keep(address);
    address.erase(std::remove(address.begin(), address.end(), ':'), address.end());
    keep(std::move(address));
  }
  return identity;
}

std::vector<std::string> leaks(const std::vector<File>& files, const Identity& identity) {
  std::vector<std::string> found;
  for (const auto& file : files) {
    const auto text = lowered(file.text);
    for (const auto& number : identity.unique) {
      search(
          file, text, number, "a hardware address, serial number or id", [](auto&&...) { return true; }, found);
    }
    if (identity.home.size() > 1) search(file, text, identity.home, "a path in the home folder", path_with_more, found);
    if (identity.checkout.size() > 1)
      search(file, text, identity.checkout, "the path of the checkout", whole_path, found);
    search_names(file, text, identity, found);
  }
  return found;
}

}  // namespace sextant::tests
