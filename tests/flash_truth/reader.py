# SPDX-License-Identifier: Apache-2.0
"""A second instrument: threads that read a file past the page cache, one request each. Slow, simple, and not the program."""
import mmap
import os
import statistics
import threading
import time
from dataclasses import dataclass

BLOCK = 4096


@dataclass(frozen=True)
class Reading:
    latency: float  # seconds, the median
    rate: float  # requests a second


def ask(path, first, until, times):
    file, buffer, blocks = os.open(path, os.O_RDONLY | os.O_DIRECT), mmap.mmap(-1, BLOCK), os.stat(path).st_size // BLOCK
    try:
        while time.monotonic() < until:
            begin = time.perf_counter()
            os.preadv(file, [buffer], first % blocks * BLOCK)
            times.append(time.perf_counter() - begin)
            first += 7919  # a prime: no two threads and no two requests want neighbours
    finally:
        os.close(file)


def read(path, threads, seconds):
    times, begin = [], time.monotonic()
    all = [threading.Thread(target=ask, args=(path, 997 * number, begin + seconds, times)) for number in range(threads)]
    for thread in all:
        thread.start()
    for thread in all:
        thread.join()
    return Reading(statistics.median(times), len(times) / (time.monotonic() - begin))
