# SPDX-License-Identifier: Apache-2.0
"""Limits of bytes and requests a second, set by the kernel's control groups, must be what the program measures.

The kernel hands out what it allows in slices of 100 ms, so a single sample may be off by a slice and no percentile of
latency means anything; the mean over three seconds must be right.
"""
import contextlib

import machinery
import program

WITHIN = 0.05
SECONDS, LEAST_SECONDS = 4, 3
SPAN = 64 * machinery.MEBIBYTE

# What is limited, to how much, and requests that the limit, not the device, holds up.
RATE = ("rate", 20 * machinery.MEBIBYTE, {"block": 65536, "depth": 16}, "bytes_per_second")
OPERATIONS = ("operations", 500, {"block": 4096, "depth": 32}, "items_per_second")


def recovered(sextant, target, device, what, value, axes, counted):
    """One stretch of requests without a pause, as Google Benchmark takes it: between short samples the kernel saves up
    what it then hands out at once."""
    with machinery.limit(device, what, value) as inside:
        row = program.benchmark(sextant, "storage.read", {"span": SPAN, "pattern": "random", **axes}, target,
                                SECONDS, inside=inside)
    seconds, found = row["iterations"] * row["real_time"] * 1e-9, row[counted]
    assert seconds >= LEAST_SECONDS, f"only {seconds:.2f} s were measured"
    print(f"{what} limited to {value}/s, measured {found:.6g}/s over {seconds:.1f} s: {found / value - 1:+.1%}")
    assert abs(found / value - 1) <= WITHIN, f"the {what} that was set was not recovered within {WITHIN:.0%}"


def both(sextant, target, device):
    for limit in (RATE, OPERATIONS):
        recovered(sextant, target, device, *limit)


def disk(sextant):
    with machinery.folder() as where:
        target = where / "target"
        target.mkdir()
        both(sextant, target, machinery.on_a_disk(where))


def loop_device(sextant):
    with contextlib.ExitStack() as made:
        where = made.enter_context(machinery.folder())
        device = made.enter_context(machinery.loop(where / "image", 4 * SPAN))
        target = made.enter_context(machinery.file_system(device, where / "mount"))
        both(sextant, target, machinery.on_a_disk(target))


def ram_disk(sextant):
    with contextlib.ExitStack() as made:
        where = made.enter_context(machinery.folder())
        device = made.enter_context(machinery.ram_disk(4 * SPAN))
        target = made.enter_context(machinery.file_system(device, where / "mount"))
        both(sextant, target, machinery.on_a_disk(target))
