# SPDX-License-Identifier: Apache-2.0
"""Devices whose speed is set from outside, each a context manager that takes away again what it made.

Everything lives in a mount and a process namespace of the test (see `check`), so a test that is killed leaves no mount,
no server and no loop device behind; a RAM disk and a control group are taken away on every way out but that one.
"""
import contextlib
import ctypes
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

MEBIBYTE = 1 << 20


class Skip(Exception):
    """This machine cannot make what the test needs: one sentence."""


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(f"{program} is not installed: a device that is known cannot be made")


def call(*words):
    """Raises Skip with what the program complained of: a device that cannot be made is no failure of ours."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise Skip(f"{words[0]} cannot do its part here: {said[-1][:200]}")
    return done.stdout.strip()


def until(true, seconds, what):
    """Waits for a condition; raises Skip when it does not come."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise Skip(what)
        time.sleep(0.02)


def patiently(undo, *words):
    """Takes something away that may be in use for another moment."""
    for _ in range(100):
        try:
            return undo(*words)
        except (OSError, subprocess.CalledProcessError):
            time.sleep(0.05)
    return undo(*words)


@contextlib.contextmanager
def folder():
    """On a disk: TEST_TMPDIR, or where large temporary files belong."""
    with tempfile.TemporaryDirectory(prefix="sextant-truth-", dir=os.environ.get("TEST_TMPDIR", "/var/tmp")) as path:
        if call("stat", "--file-system", "--format", "%T", path) in ("tmpfs", "ramfs"):
            raise Skip("temporary files are in memory: name a folder on a disk in TEST_TMPDIR")
        yield Path(path)


def on_a_disk(path):
    """The name major:minor of the whole disk under a path; raises Skip."""
    number = os.stat(path).st_dev
    here = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}")
    if not here.exists():
        raise Skip("temporary files are not on a block device of their own: no limit can be set on it")
    here = here.resolve()
    if (here / "partition").exists():
        here = here.parent
    return (here / "dev").read_text().strip()


# ---- limits ----------------------------------------------------------------------------------------------------------


def controllers():
    """Where the kernel limits devices: the folder and the version of its control groups; raises Skip."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, where, kind, options = line.split()[:4]
        if kind == "cgroup" and "blkio" in options.split(","):
            return Path(where), 1
        if kind == "cgroup2" and "io" in (Path(where) / "cgroup.controllers").read_text().split():
            return Path(where), 2
    raise Skip("no control group of devices (blkio, io) is mounted: no limit can be set")


FILES_OF_VERSION_1 = {"rate": "blkio.throttle.read_bps_device", "operations": "blkio.throttle.read_iops_device"}
WORDS_OF_VERSION_2 = {"rate": "rbps", "operations": "riops"}


def enable_version_2(root):
    """True when the controller had to be switched on for the groups below."""
    control = root / "cgroup.subtree_control"
    if "io" in control.read_text().split():
        return False
    control.write_text("+io")
    return True


@contextlib.contextmanager
def limit(device, what, value):
    """A control group in which reads of a device (major:minor) are held to bytes or requests a second. Yields what a
    process must call to be in it."""
    root, version = controllers()
    group = root / f"sextant-truth-{os.getpid()}"
    enabled = False
    try:
        try:
            enabled = version == 2 and enable_version_2(root)
            group.mkdir()
            if version == 1:
                (group / FILES_OF_VERSION_1[what]).write_text(f"{device} {value}")
            else:
                (group / "io.max").write_text(f"{device} {WORDS_OF_VERSION_2[what]}={value}")
        except OSError as error:
            raise Skip(f"no limit can be set in {root}: {error.strerror}")
        yield lambda: (group / "cgroup.procs").write_text("0")
    finally:
        if group.exists():
            patiently(os.rmdir, group)
        if enabled:
            (root / "cgroup.subtree_control").write_text("-io")


# ---- devices ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def loop(file, size=None, direct=True):
    """A loop device over a file, which is made when a size is given. Yields its path."""
    need("losetup")
    if size is not None:
        with open(file, "wb") as made:
            os.posix_fallocate(made.fileno(), 0, size)
    device = call("losetup", "--find", "--show", *(["--direct-io=on"] if direct else []), str(file))
    try:
        yield device
    finally:
        subprocess.run(("losetup", "--detach", device), capture_output=True, timeout=30)


@contextlib.contextmanager
def ram_disk(size):
    """A compressed RAM disk (zram). Yields its path."""
    add = Path("/sys/class/zram-control/hot_add")
    try:
        number = add.read_text().strip()
    except OSError:
        raise Skip("this kernel makes no RAM disks (zram)")
    try:
        try:
            Path(f"/sys/block/zram{number}/disksize").write_text(str(size))
        except OSError as error:
            raise Skip(f"a RAM disk (zram) cannot be made: {error.strerror}")
        yield f"/dev/zram{number}"
    finally:
        patiently(Path("/sys/class/zram-control/hot_remove").write_text, number)


FORMATS = {"ext4": ("mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-E", "lazy_itable_init=0,nodiscard"),
           "btrfs": ("mkfs.btrfs", "-q", "-f")}


@contextlib.contextmanager
def file_system(device, where, kind="ext4"):
    """A new file system on a device. Yields a folder on it."""
    need(FORMATS[kind][0], "mount")
    call(*FORMATS[kind], device)
    where.mkdir()
    call("mount", "-t", kind, device, str(where))
    try:
        target = where / "target"
        target.mkdir()
        yield target
    finally:
        done = subprocess.run(("umount", where), capture_output=True, timeout=60)
        if done.returncode:
            subprocess.run(("umount", "--lazy", where), capture_output=True, timeout=60)


# ---- a file behind a server ------------------------------------------------------------------------------------------

PR_SET_TIMERSLACK = 29


@contextlib.contextmanager
def seen_as(file, name):
    """The same file under another name as well."""
    name.touch()
    call("mount", "--bind", str(file), str(name))
    try:
        yield
    finally:
        subprocess.run(("umount", "--lazy", name), capture_output=True, timeout=30)


def prompt():
    """What is set must be what happens: no rounding of sleeps, and no waiting for others that want a processor."""
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))


def end(process):
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def served(where, plugin, *filters, parameters=(), connections=4):
    """A file whose reads are answered by a server (nbdkit) that sleeps, fails or counts as its filters say, and that
    answers `connections` requests at a time. Yields its path and the server's process."""
    need("nbdkit", "nbdfuse", "fusermount3")
    if not os.path.exists("/dev/fuse"):
        raise Skip("there is no /dev/fuse: no file behind a server can be made")
    socket, ready, file = where / "socket", where / "ready", where / "served"
    file.touch()
    quiet = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=prompt)
    server = subprocess.Popen(("nbdkit", "-f", "-P", ready, "-U", socket, "-t", "1",
                               *(f"--filter={name}" for name in filters), *plugin, *parameters), **quiet)
    try:
        until(ready.exists, 10, "nbdkit does not start here with these filters")
        client = subprocess.Popen(("nbdfuse", "-C", str(connections), file, "--unix", socket), **quiet)
        try:
            until(lambda: os.stat(file).st_size > 0, 10, "nbdfuse does not start here")
            yield file, server
        finally:
            if subprocess.run(("fusermount3", "-u", file), capture_output=True, timeout=30).returncode:
                subprocess.run(("fusermount3", "-uz", file), capture_output=True, timeout=30)
            end(client)
    finally:
        end(server)
