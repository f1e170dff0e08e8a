// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

namespace sextant::probes {

// Says to the processor that this is a spin loop, so that it saves power and leaves its sibling thread room.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Spins until `condition` holds. After some hundred microseconds, far beyond anything a free processor makes us wait,
// the other side has probably been descheduled: then each look also offers our processor to whoever needs it, by
// `give_way` (a parameter so that a test can count it).
template <class Condition, class GiveWay>
void spin_until(Condition condition, GiveWay give_way) {
  constexpr int patience = 4096;
  for (int looks = 0; !condition();) {
    relax();
    if (looks < patience) {
      ++looks;
    } else {
      give_way();
    }
  }
}

template <class Condition>
void spin_until(Condition condition) {
  spin_until(condition, [] { sched_yield(); });
}

}  // namespace sextant::probes
