# SPDX-License-Identifier: Apache-2.0
"""A server that sleeps before every answer must be seen as a device of that latency.

Every connection answers one request at a time, so a device of C connections and a time T of one request gives at most
C/T requests a second, and by Little's law is busy from depth C on. The file system's own time is in T, so latencies are
set against the same device without a sleep.
"""
import contextlib
import shutil

import machinery
import program

INCREMENT_WITHIN, DEPTH_WITHIN = 0.05, 0.15
CONNECTIONS = 4
SPAN = 64 * machinery.MEBIBYTE
ATTEMPTS = 3  # a neighbour of this virtual machine is no error of the program


@contextlib.contextmanager
def device(sextant, where, milliseconds):
    """A folder whose test file lies behind the server. The file was made on the disk before: that needs no waiting."""
    ready = where / "ready-made"
    if not ready.exists():
        ready.mkdir()
        run = program.run(sextant, "storage.read", {"span": SPAN, "block": 4096, "depth": 1, "pattern": "random"}, ready,
                          where / "making", 2, "--keep")
        assert run.code == program.DONE, run.said
    content = next(ready.iterdir())
    place = where / f"delay-{milliseconds}"
    place.mkdir()
    with machinery.served(place, ("file", content), "delay", parameters=(f"delay-read={milliseconds}ms",),
                          connections=CONNECTIONS) as (file, _):
        target = place / "target"
        target.mkdir()
        with machinery.seen_as(file, target / content.name):
            yield target


def measured(sextant, target, output, depths, budget):
    shutil.rmtree(output, ignore_errors=True)
    run = program.run(sextant, "storage.read", {"span": SPAN, "block": 4096, "depth": depths, "pattern": "random"},
                      target, output, budget)
    assert run.code == program.DONE, f"exit code {run.code}: {run.said}"
    return run


def increment(sextant):
    """The time of one request at depth 1, over that of the same device without a sleep."""
    with machinery.folder() as where:
        latencies = {}
        for milliseconds in (0, 2, 5):
            with device(sextant, where, milliseconds) as target:
                run = measured(sextant, target, where / "run", 1, 4)
                latencies[milliseconds] = program.median(run.rows, "latency_p50")
        for milliseconds in (2, 5):
            found = latencies[milliseconds] - latencies[0]
            print(f"{milliseconds} ms more per request, measured {found * 1e3:.4g} ms: {found * 1e3 / milliseconds - 1:+.1%}")
            assert abs(found * 1e3 / milliseconds - 1) <= INCREMENT_WITHIN, "the delay that was set was not recovered"


def saturation(sextant):
    """The depth at which more requests bring no more: the most requests a second times the time of one alone."""
    with machinery.folder() as where, device(sextant, where, 5) as target:
        run = measured(sextant, target, where / "run", (1, 2, 8, 16), 8)
        alone = program.median(run.point(depth=1), "latency_p50")
        rates = {depth: program.mean(run.point(depth=depth), "operations") for depth in (1, 2, 8, 16)}
        found = max(rates[8], rates[16]) * alone
        print(f"a device of {CONNECTIONS} requests at a time, measured {found:.3g}: {found / CONNECTIONS - 1:+.1%}")
        assert abs(found / CONNECTIONS - 1) <= DEPTH_WITHIN, "bandwidth does not saturate at the depth of Little's law"
        assert abs(rates[16] / rates[8] - 1) <= DEPTH_WITHIN, "bandwidth still grows beyond that depth"
        assert rates[2] / rates[1] > 2 * (1 - DEPTH_WITHIN), "two requests at a time bring less than twice one"
