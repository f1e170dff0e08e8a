# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with a device in mid-run: the point fails with its reason, everything else is kept, nothing hangs.

Beside the point that breaks runs a probe that has nothing to do with the device; it must come out whole.
"""
import contextlib
import os
import time

import machinery
import program

BUDGET = 4
PATIENCE = 10  # seconds beyond the budget, to start and to end
SPAN = 64 * machinery.MEBIBYTE


def wait_for_rows(output, count):
    """Until so many samples of storage.read are on disk: what happens then happens in mid-run."""
    def there(process):
        end = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < end:
            if len(program.table(output / "storage.read.csv")) >= count:
                return
            time.sleep(0.02)
        raise AssertionError("no samples came: nothing could be broken in mid-run")
    return there


def run(sextant, target, output, axes, happens=None, span=SPAN):
    def meanwhile(process):
        wait_for_rows(output, 1)(process)
        happens()
    return program.run(sextant, "storage.read", {"span": span, "pattern": "random", **axes}, target, output, BUDGET,
                       "memory.latency", "--set", "memory.latency.footprint=16KiB", "--set", "memory.latency.pages=small",
                       limit=BUDGET + PATIENCE, meanwhile=meanwhile if happens else None)


def judge(sextant, run, output, *words):
    """Exit code, the reason, what was kept."""
    assert run.code == program.FAILED, f"exit code {run.code}, wanted {program.FAILED}: {run.said}"
    broken = [row for row in run.summary if row["probe"] == "storage.read"]
    assert broken and all(row["status"] == "failed" for row in broken), run.summary
    for row in broken:
        print(f"the point says: {row['reason']}")
        assert any(word in row["reason"] for word in words), f"the reason names none of {words}"
    assert run.rows, "no sample was kept that was taken before"
    others = [row for row in run.summary if row["probe"] != "storage.read"]
    assert others and all(row["status"] not in ("failed", "skipped") for row in others), run.summary
    assert not program.accepted(sextant, output), program.accepted(sextant, output)
    print(f"{len(run.rows)} samples were kept, it took {run.seconds:.1f} s with a budget of {BUDGET} s")


@contextlib.contextmanager
def test_file_behind_a_server(sextant, where, *filters, parameters=()):
    """Yields the folder, whose test file is read through a server, and that server."""
    made = where / "made"
    made.mkdir()
    first = program.run(sextant, "storage.read", {"span": SPAN, "block": 65536, "depth": 1}, made, where / "first", 1,
                        "--keep")
    assert first.code == program.DONE, first.said
    content = next(made.iterdir())
    with machinery.served(where, ("file", content), *filters, parameters=parameters) as (file, server):
        target = where / "target"
        target.mkdir()
        with machinery.seen_as(file, target / content.name):
            yield target, server


def read_error(sextant):
    """Every read fails from some moment on, with EIO."""
    with machinery.folder() as where:
        trigger, output = where / "trigger", where / "run"
        with test_file_behind_a_server(sextant, where, "error",
                                       parameters=("error-pread=EIO", "error-pread-rate=100%",
                                                   f"error-pread-file={trigger}")) as (target, _):
            judge(sextant, run(sextant, target, output, {"block": 4096, "depth": 8}, trigger.touch), output,
                  "Input/output error")


def vanishes(sextant):
    """The server behind the file dies."""
    with machinery.folder() as where:
        output = where / "run"
        with test_file_behind_a_server(sextant, where) as (target, server):
            judge(sextant, run(sextant, target, output, {"block": 4096, "depth": 8}, server.kill), output,
                  "Input/output error", "connection abort", "not connected", "shutdown")


def truncated(sextant):
    """The file is cut under the run: reads end early, or bring nothing."""
    with machinery.folder() as where:
        target, output = where / "target", where / "run"
        target.mkdir()
        cut = lambda: os.truncate(next(target.iterdir()), SPAN // 2 + 4096)
        judge(sextant, run(sextant, target, output, {"block": 65536, "depth": 8}, cut), output, "ended after",
              "not a complete test file")


def device_emptied(sextant):
    """What a loop device lies on is taken away: the device is still there and its content is not."""
    with contextlib.ExitStack() as made:
        where = made.enter_context(machinery.folder())
        device = made.enter_context(machinery.loop(where / "image", 4 * SPAN))
        target = made.enter_context(machinery.file_system(device, where / "mount"))
        output = where / "run"
        judge(sextant, run(sextant, target, output, {"block": 65536, "depth": 8},
                           lambda: os.truncate(where / "image", 0)), output, "Input/output error")


def no_space(sextant):
    """A file system too small for the test file: no fault of the machine, so a skip, and nothing is left on it."""
    with contextlib.ExitStack() as made:
        where = made.enter_context(machinery.folder())
        device = made.enter_context(machinery.loop(where / "image", SPAN))
        target = made.enter_context(machinery.file_system(device, where / "mount"))
        output = where / "run"
        done = run(sextant, target, output, {"block": 4096, "depth": 1})
        assert done.code == program.DONE, f"exit code {done.code}, wanted {program.DONE}: {done.said}"
        status = {row["probe"]: row["status"] for row in done.summary}
        assert status["storage.read"] == "skipped" and status["memory.latency"] != "skipped", done.summary
        assert any("not enough free space" in reason for reason in done.reasons()), done.reasons()
        assert not list(target.iterdir()), "something was left in the folder"
        assert not program.accepted(sextant, output), program.accepted(sextant, output)


def btrfs(sextant):
    """Direct reads of btrfs on a loop device fail at depth on some kernels. Whether they do is the kernel's affair; that
    the program says so is ours."""
    with contextlib.ExitStack() as made:
        where = made.enter_context(machinery.folder())
        device = made.enter_context(machinery.loop(where / "image", 8 * SPAN))
        target = made.enter_context(machinery.file_system(device, where / "mount", "btrfs"))
        output = where / "run"
        done = run(sextant, target, output, {"block": 4096, "depth": 32})
        assert done.code in (program.DONE, program.FAILED), f"exit code {done.code}: {done.said}"
        for row in done.summary:
            if row["status"] == "failed":
                print(f"{row['probe']} says: {row['reason']}")
                assert row["probe"] == "storage.read" and "Input/output error" in row["reason"], row
        assert not program.accepted(sextant, output), program.accepted(sextant, output)


CASES = {"read_error": read_error, "vanishes": vanishes, "truncated": truncated, "device_emptied": device_emptied,
         "no_space": no_space, "btrfs": btrfs}
