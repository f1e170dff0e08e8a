# SPDX-License-Identifier: Apache-2.0
"""Sextant's side of a cell: one point in one process, through `sextant benchmark`."""
import json
import subprocess

from programs import Command, Missing, Unusable

# What is read of a row, by the name that a cell uses. A best pass is published by some probes only.
READINGS = {
    "mean": lambda row: row["bytes_per_second"],
    "best": lambda row: row.get("best_bandwidth", row["bytes_per_second"]),
    "seconds": lambda row: 1 / row["items_per_second"],
    "tokens": lambda row: row["items_per_second"],
    "agreement": lambda row: row["bytes_per_second"],
    "p50": lambda row: row["latency_p50"],
    "p99": lambda row: row["latency_p99"],
    "cpu": lambda row: processor_seconds(row),
}


def processor_seconds(row):
    """Of a request. Google Benchmark has a field of the same name before ours, in nanoseconds of its own thread."""
    if not row["cpu_time"] < 0.1:
        raise ValueError("no column cpu_time in seconds")
    return row["cpu_time"]


def values_of(value):
    return value if isinstance(value, tuple) else (value,)


def count_of(axes):
    count = 1
    for value in axes.values():
        count *= len(values_of(value))
    return count


def parser(axes, reading):
    """Of several values of an axis the fastest row is taken."""

    def parse(text):
        rows = json.loads(text)["benchmarks"]
        for row in rows:
            if row.get("error_occurred"):
                failed = row["error_message"].startswith("failed: ")
                raise (Unusable if failed else Missing)(f"Sextant: {row['error_message']}")
        if len(rows) != count_of(axes):
            raise ValueError(f"{len(rows)} rows where {count_of(axes)} were asked for")
        return max(READINGS[reading](row) for row in rows)

    return parse


def command(sextant, probe, axes, reading, target=""):
    sets = []
    for axis, value in axes.items():
        sets += ["--set", f"{probe}.{axis}=" + ",".join(map(str, values_of(value)))]
    if target:
        sets += ["--target", target]
    return Command((sextant, "benchmark", probe, *sets, "--benchmark_min_time=0.5", "--benchmark_format=json"),
                   parser(axes, reading))


def axes_by_probe(sextant):
    """Axes of the probes that this program can run here; raises OSError, ValueError or SubprocessError."""
    listed = subprocess.run((sextant, "list", "--format", "json"), capture_output=True, text=True, check=True,
                            timeout=60)
    probes = json.loads(listed.stdout)["probes"]
    return {probe["name"]: [axis["name"] for axis in probe["axes"]] for probe in probes if probe["available"]}


def require(probe, axes, offered):
    """Raises Missing where this program has not the probe or one of the axes."""
    if probe not in offered:
        raise Missing(f"this Sextant cannot run {probe} here")
    for axis in axes:
        if axis not in offered[probe]:
            raise Missing(f"{probe} of this Sextant has no axis {axis}")
