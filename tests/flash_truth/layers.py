# SPDX-License-Identifier: Apache-2.0
"""Layers streamed from a device of known rate or delay take as long as `sextant validate --flash` says from the surface of
storage.read alone."""
import contextlib
import json
import subprocess

import delays
import limits
import machinery
import program

WITHIN = {"known": 0.10, "dependent": 0.15}
PREFETCHES = (0, 1, 2, 4)
MEBIBYTE = machinery.MEBIBYTE
SURFACE = {"span": 64 * MEBIBYTE, "pattern": "random", "block": (131072, MEBIBYTE), "depth": (1, 2, 8, 32)}
STREAM = {"layer": MEBIBYTE, "prefetch": PREFETCHES, "order": ("known", "dependent"), "consumer": (0, 40_000_000),
          "block": 131072, "depth": 32}


def one_run(sextant, target, output, inside=None):
    words = program.sets("storage.read", SURFACE) + program.sets("storage.stream_layers", STREAM)
    code, _, printed, said = program.finished(
        (sextant, "run", "storage.read", "storage.stream_layers", *words, "--target", target, "--output", output,
         "--budget", "60s"), 150, inside)
    assert code == program.DONE, f"exit code {code}: {printed}{said}"


def judge(sextant, output, what):
    """Every row of the prediction within the bound of its order."""
    done = subprocess.run((sextant, "validate", "--flash", output, "--json"), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    seen, worst = set(), {}
    for row in json.loads(done.stdout)["points"]:
        order, error = row["order"], abs(row["error"])
        seen.add((order, int(row["prefetch"])))
        worst[order] = max(worst.get(order, 0), error)
    print(f"{what}: " + ", ".join(f"{order} order within {error:.1%}" for order, error in worst.items()))
    missing = {(order, prefetch) for order in WITHIN for prefetch in PREFETCHES} - seen
    assert not missing, f"nothing is predicted for {missing}"
    for order, error in worst.items():
        assert error <= WITHIN[order], f"{what}: {order} order is predicted within {error:.1%}, not {WITHIN[order]:.0%}"


def predicted(sextant):
    offered = program.probes(sextant)
    if "storage.stream_layers" not in offered:
        raise machinery.Skip("this program has no storage.stream_layers: nothing is streamed from a known device")
    helped = subprocess.run((sextant, "validate", "--help"), capture_output=True, text=True, timeout=60).stdout
    if "--flash" not in helped:
        raise machinery.Skip("this program's validate has no --flash: no stream is predicted")
    with contextlib.ExitStack() as made:
        where = made.enter_context(machinery.folder())
        device = made.enter_context(machinery.loop(where / "image", 512 * MEBIBYTE))
        target = made.enter_context(machinery.file_system(device, where / "mount"))
        number = machinery.on_a_disk(target)
        with machinery.limit(number, "rate", 80 * MEBIBYTE) as inside:
            one_run(sextant, target, where / "rate", inside)
        judge(sextant, where / "rate", "limited to 80 MiB/s")
    with machinery.folder() as where, delays.device(sextant, where, 2) as target:
        one_run(sextant, target, where / "delay")
        judge(sextant, where / "delay", "2 ms more per request")
