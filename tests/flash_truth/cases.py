# SPDX-License-Identifier: Apache-2.0
"""Runs one case: `cases.py CASE SEXTANT`. Exit code 0: it holds; 1: it does not; 77: it cannot be made here."""
import os
import signal
import sys
import traceback

import delays
import faults
import layers
import limits
from machinery import Skip

CASES = {
    "limit_disk": limits.disk,
    "limit_loop": limits.loop_device,
    "limit_ram": limits.ram_disk,
    "delay": delays.increment,
    "saturation": delays.saturation,
    "layers": layers.predicted,
} | {f"fault_{name}": case for name, case in faults.CASES.items()}


def stop(*_):
    raise KeyboardInterrupt  # so that everything that was made is taken away


def main(words):
    if len(words) != 2 or words[0] not in CASES:
        sys.exit(f"usage: cases.py {'|'.join(CASES)} SEXTANT")
    signal.signal(signal.SIGTERM, stop)
    try:
        CASES[words[0]](os.path.abspath(words[1]))
    except Skip as reason:
        print(reason)
        return 77
    except AssertionError:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
