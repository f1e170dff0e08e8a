// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

// How long flash lasts: decode-model.md section 4.5. Every mechanism uses up program and erase cycles at a rate, and
// rates add: 1/Y = sum of 1/Y_i. The shortest of them alone would be too kind wherever two act together.
namespace sextant::analysis {

inline constexpr double seconds_per_year = 365.25 * 86400;
inline constexpr double forever = std::numeric_limits<double>::infinity();

// What a block endures.
struct Endurance {
  double cycles = 0;               // PE, program and erase cycles of a block
  double write_amplification = 1;  // WAF
  double pages_per_block = 0;      // n_pb
  double reads_per_block = 0;      // L_rd, page reads of a block before it must be rewritten; 0 = no limit
};

// What is asked of it, as means over the life.
struct FlashUse {
  double capacity = 0;           // byte, worn evenly
  double occupied = 0;           // byte that hold data, C_used
  double written = 0;            // byte/s: cache and context
  double read = 0;               // byte/s
  double updates_per_year = 0;   // times that all weights are replaced
  double rewrites_per_year = 0;  // times that all is rewritten because charge leaks: 365 at one a day
};

// Years that each mechanism would leave alone; infinite where it does not act.
double years_of_writes(const Endurance& e, const FlashUse& u);        // Y_w  = C PE / (wr WAF)
double years_of_updates(const Endurance& e, const FlashUse& u);       // Y_u  = PE / (updates WAF)
double years_of_read_disturb(const Endurance& e, const FlashUse& u);  // Y_rd = L_rd PE C_used / (n_pb BW_read)
double years_of_retention(const Endurance& e, const FlashUse& u);     // Y_ret = PE / rewrites

enum class Mechanism { none, writes, updates, read_disturb, retention };
inline constexpr const char* mechanism_names[] = {"nothing", "writes", "weight updates", "read disturb", "retention"};

struct Lifetime {
  double writes = forever;
  double updates = forever;
  double read_disturb = forever;
  double retention = forever;
  double years = forever;  // all together
  Mechanism fastest = Mechanism::none;
};

Lifetime lifetime(const Endurance& endurance, const FlashUse& use);

// Byte/s that a block's readers cause to be rewritten, n_pb BW_read / L_rd, and that leaking charge does. They take
// write bandwidth from whoever else writes.
double rewritten(const Endurance& endurance, const FlashUse& use);

// Byte/s that may be written so that the flash lasts `years` beside everything else in `use`; 0 where it does not last
// that long without any.
double writes_for_lifetime(const Endurance& endurance, FlashUse use, double years);

}  // namespace sextant::analysis
