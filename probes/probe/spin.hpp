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
// the other side has probably been descheduled: then we offer our processor to whoever needs it, and spin on. Once, not
// with each look: the scheduler takes a share of our time for each offer, and two threads that give way all the time
// keep missing each other, so that a hand-over lasts as long as a time slice. `give_way` is a parameter so that a test
// can count it, `patience` (looks) for those who wait for long work: who gives way to a neighbour is away for a slice.
inline constexpr long usual_patience = 4096;
template <class Condition, class GiveWay>
void spin_until(Condition condition, GiveWay give_way, long patience = usual_patience) {
  for (long looks = 0; !condition();) {
    relax();
    if (++looks < patience) continue;
    give_way();
    looks = 0;
  }
}

template <class Condition>
void spin_until(Condition condition, long patience = usual_patience) {
  spin_until(
      condition, [] { sched_yield(); }, patience);
}

}  // namespace sextant::probes
