# SPDX-License-Identifier: Apache-2.0
"""A server that sleeps before every answer must be seen as a device of that latency.

What a sleep of 2 ms takes is the machine's affair: on a virtual one a fifth of a millisecond is added by waking up the
processes that hand a request on. So a short delay is set against what another instrument (reader.py) finds on the same
device in the same minute, and a long one against what was set. The same holds for the number of requests that the
server answers at once, which is not what its documentation makes one expect. By Little's law bandwidth saturates at that
depth.
"""
import contextlib
import shutil

import machinery
import program
import reader

INCREMENT_WITHIN, DEPTH_WITHIN = 0.05, 0.15
CONNECTIONS = 4
SPAN = 64 * machinery.MEBIBYTE
SHORT, LONG = (2, 5), 10  # milliseconds


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


def latencies(sextant, where, milliseconds):
    """Of one request alone, by the program and by the other instrument, which measures before and after it."""
    with device(sextant, where, milliseconds) as target:
        file = next(target.iterdir())
        before = reader.read(file, 1, 1)
        found = program.median(measured(sextant, target, where / "run", 1, 3).rows, "latency_p50")
        after = reader.read(file, 1, 1)
        return found, (before.latency + after.latency) / 2


def increment(sextant):
    """The time of one request at depth 1, over that of the same device without a sleep."""
    with machinery.folder() as where:
        ours_alone, theirs_alone = latencies(sextant, where, 0)
        for milliseconds in (*SHORT, LONG):
            ours, theirs = latencies(sextant, where, milliseconds)
            found = ours - ours_alone
            truth = theirs - theirs_alone if milliseconds in SHORT else milliseconds * 1e-3
            print(f"{milliseconds} ms set: measured {found * 1e3:.4g} ms more, the other instrument "
                  f"{(theirs - theirs_alone) * 1e3:.4g} ms: {found / truth - 1:+.1%}")
            assert abs(found / truth - 1) <= INCREMENT_WITHIN, "the delay was not recovered"


def saturation(sextant):
    """The depth at which more requests bring no more: the most requests a second times the time of one alone."""
    depths = (1, 2, 8, 16)
    with machinery.folder() as where, device(sextant, where, 5) as target:
        file = next(target.iterdir())
        truth = reader.read(file, 16, 1).rate * reader.read(file, 1, 1).latency
        run = measured(sextant, target, where / "run", depths, 8)
        rates = {depth: program.mean(run.point(depth=depth), "operations") for depth in depths}
        found = max(rates.values()) * program.median(run.point(depth=1), "latency_p50")
        print(f"a device of {truth:.3g} requests at a time, measured {found:.3g}: {found / truth - 1:+.1%}")
        assert abs(found / truth - 1) <= DEPTH_WITHIN, "bandwidth does not saturate at the depth of Little's law"
        assert abs(rates[16] / rates[8] - 1) <= DEPTH_WITHIN, "bandwidth still grows beyond that depth"
        assert rates[2] / rates[1] > 2 * (1 - DEPTH_WITHIN), "two requests at a time bring less than twice one"
