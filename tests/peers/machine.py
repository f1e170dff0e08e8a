# SPDX-License-Identifier: Apache-2.0
"""What the cells must know of the machine."""
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    processors: tuple  # those that we may use
    first_cache: int  # bytes of one core's data cache
    second_cache: int
    vector: str  # how likwid-bench names its kernels for the widest vectors: "_avx512", "_avx", "_sse" or ""


def vector_suffix(cpuinfo):
    flags = next((line.split() for line in cpuinfo.splitlines() if line.startswith("flags")), [])
    suffixes = (("avx512f", "_avx512"), ("avx", "_avx"), ("sse2", "_sse"))
    return next((suffix for flag, suffix in suffixes if flag in flags), "")


def cache_size(level, otherwise, root="/sys/devices/system/cpu/cpu0/cache"):
    """Bytes of the first processor's data cache of that level. The kernel does not always say."""
    try:
        for index in sorted(os.listdir(root)):
            def said(what):
                with open(os.path.join(root, index, what)) as file:
                    return file.read().strip()
            if index.startswith("index") and said("level") == str(level) and said("type") in ("Data", "Unified"):
                return int(said("size").removesuffix("K")) << 10
    except (OSError, ValueError):
        pass
    return otherwise


def this_machine():
    with open("/proc/cpuinfo", errors="replace") as file:
        vector = vector_suffix(file.read())
    return Machine(tuple(sorted(os.sched_getaffinity(0))), cache_size(1, 32 << 10),
                   cache_size(2, 1 << 20), vector)
