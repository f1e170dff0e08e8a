# SPDX-License-Identifier: Apache-2.0
"""The program as its user meets it: one run of it, and its files read again without its help."""
import csv
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# Exit codes of docs/architecture.md.
DONE, FAILED, STOPPED, NOTHING = 0, 1, 4, 77


@dataclass(frozen=True)
class Run:
    code: int
    seconds: float
    said: str
    summary: list
    rows: list  # of measured samples

    def point(self, **axes):
        """The rows at which the axes have these values."""
        return [row for row in self.rows if all(row[name] == str(value) for name, value in axes.items())]

    def reasons(self):
        return [row["reason"] for row in self.summary if row["status"] in ("failed", "skipped")]


def table(path):
    if not path.exists():
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def kill(process):
    """With everything that it started: they are a process group of their own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def sets(probe, axes):
    return [word for axis, value in axes.items()
            for word in ("--set", f"{probe}.{axis}=" + ",".join(map(str, value if isinstance(value, tuple) else [value])))]


def finished(words, limit, inside=None, meanwhile=None):
    """Exit code, seconds, and what it printed. Longer than `limit` seconds is a failure of the test: the program must not
    hang."""
    begin = time.monotonic()
    with tempfile.TemporaryFile("w+", errors="replace") as printed, tempfile.TemporaryFile("w+", errors="replace") as said:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=printed, stderr=said, start_new_session=True,
                                   preexec_fn=inside)
        try:
            if meanwhile:
                meanwhile(process)
            process.wait(timeout=max(0.1, limit - (time.monotonic() - begin)))
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the program still ran after {limit:g} s")
        finally:
            kill(process)
            process.wait()
        seconds = time.monotonic() - begin
        printed.seek(0)
        said.seek(0)
        return process.returncode, seconds, printed.read(), said.read()


def run(sextant, probe, axes, target, output, budget, *options, inside=None, limit=None, meanwhile=None):
    """Runs one probe, and what else the options say. `inside` is called in the new process, `meanwhile` with the process
    while it runs."""
    words = (sextant, "run", probe, *sets(probe, axes), "--target", target, "--output", output, "--budget",
             f"{budget:g}s", *options)
    code, seconds, printed, said = finished(words, limit or 2 * budget + 30, inside, meanwhile)
    rows = [row for row in table(Path(output) / f"{probe}.csv") if row["stage"] == "measure"]
    return Run(code, seconds, printed + said, table(Path(output) / "summary.csv"), rows)


def benchmark(sextant, probe, axes, target, seconds, inside=None):
    """One call of one point that takes at least so long: the row of Google Benchmark."""
    words = (sextant, "benchmark", probe, *sets(probe, axes), "--target", target,
             f"--benchmark_min_time={seconds}", "--benchmark_format=json")
    code, _, printed, said = finished(words, 10 * seconds + 30, inside)
    assert code == DONE, f"exit code {code}: {printed}{said}"
    row, = json.loads(printed)["benchmarks"]
    assert not row.get("error_occurred"), row["error_message"]
    return row


def probes(sextant):
    """Axes of the probes that can run here, by name."""
    listed = subprocess.run((sextant, "list", "--format", "json"), capture_output=True, text=True, check=True, timeout=60)
    return {probe["name"]: [axis["name"] for axis in probe["axes"]]
            for probe in json.loads(listed.stdout)["probes"] if probe["available"]}


def seconds_of(rows):
    return sum(float(row["seconds"]) for row in rows)


def mean(rows, what):
    """Operations or bytes a second over all samples: their sum over the sum of their times."""
    return sum(float(row[what]) for row in rows) / seconds_of(rows)


def median(rows, column):
    return statistics.median(float(row[column]) for row in rows)


def accepted(sextant, output):
    """What `sextant check` says of the run folder: nothing when all is well."""
    done = subprocess.run((sextant, "check", output), capture_output=True, text=True, timeout=60)
    return "" if done.returncode == 0 else done.stdout + done.stderr
