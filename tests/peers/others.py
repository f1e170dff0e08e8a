# SPDX-License-Identifier: Apache-2.0
"""The peers: one function each, that returns the command for one try and how its output is read.

`surroundings` finds a program or raises Missing. Sizes are bytes of all arrays and threads together, values SI.
The flags are those that each project's own documentation recommends; README.md says which of their numbers is read.
"""
import json
import re

import ours
import random_model
from programs import Command

ARRAY = 1 << 26  # doubles in an array of STREAM and BabelStream: 512 MiB


def number_after(pattern, text, what):
    found = re.search(pattern, text, re.MULTILINE)
    if not found:
        raise ValueError(f"no {what}")
    return float(found.group(1))


def threads_of_openmp(threads):
    return {"OMP_NUM_THREADS": str(threads), "OMP_PROC_BIND": "true"}


def likwid(surroundings, kernel, size, threads):
    """Mean over about a second, bytes as the kernel names them: no write-allocate."""
    return Command((surroundings.find("likwid-bench"), "-t", kernel, "-s", "1", "-w", f"S0:{size}B:{threads}"),
                   lambda text: 1e6 * number_after(r"^MByte/s:\s+([\d.]+)", text, "line MByte/s:"))


def stream(surroundings, kernel, threads):
    """The best of its passes. The size of its arrays was decided when it was built."""

    def parse(text):
        array = number_after(r"^Array size = (\d+)", text, "size of the arrays")
        if array != ARRAY:
            raise ValueError(f"arrays of {array:.0f} elements; build it with -DSTREAM_ARRAY_SIZE={ARRAY}")
        return 1e6 * number_after(rf"^{kernel}:\s+([\d.]+)", text, f"line {kernel}:")

    return Command((surroundings.find("stream"),), parse, threads_of_openmp(threads))


def babelstream(surroundings, kernel, threads):
    """The best of its passes."""
    return Command((surroundings.find("omp-stream"), "-s", str(ARRAY), "-n", "10", "--only", kernel),
                   lambda text: 1e6 * number_after(rf"^{kernel}\s+([\d.]+)", text, f"line {kernel}"),
                   threads_of_openmp(threads))


def multichase(surroundings, size, pages):
    """The mean of three samples of half a second. Without -T as large as the memory it would stay in 256 KiB at a time;
    without -H it asks for small pages alone."""
    huge = {"small": (), "transparent": ("-H",)}[pages]
    return Command((surroundings.find("multichase"), "-m", str(size), "-s", "64", "-T", str(size), "-n", "3", "-a",
                    *huge),
                   lambda text: 1e-9 * number_after(r"^\s*([\d.]+)\s*$", text, "line with a number"))


def coherency_latency(surroundings, first, second):
    """Its matrix holds halves of the way there and back."""

    def parse(text):
        rows = [line.split(",") for line in text.split("Cache line offset: 0\n")[1].splitlines()]
        return 1e-9 * float(rows[first][second])

    program = surroundings.find("CoherencyLatency_amd64", "CoherencyLatency_aarch64", "CoherencyLatency_riscv64")
    return Command((program, "-iterations", "1000000"), parse)


ROWS, COLUMNS = 4096, 14336  # of the matrix that test-backend-ops multiplies


def matrix_bytes(type):
    return random_model.bytes_of((COLUMNS, ROWS), type)


def llama_product(surroundings, type, processors):
    """Bytes of weights a second of one product of a matrix and a vector. It takes as many threads as it is let have
    processors, and cannot be told to stop after the type of interest."""
    line = rf"MUL_MAT\(type_a={type},type_b=f32,m={ROWS},n=1,k={COLUMNS},.*?([\d.]+) us/run"
    return Command((surroundings.find("taskset"), "-c", ",".join(map(str, processors)),
                    surroundings.find("test-backend-ops"), "perf", "-o", "MUL_MAT", "-b", "CPU"),
                   lambda text: matrix_bytes(type) / (1e-6 * number_after(line, text, f"product of type {type}")),
                   until=line, name="test-backend-ops")


def llama_decode(surroundings, shape, type, threads, tokens):
    """Tokens a second, the mean over those that are generated from an empty context."""

    def parse(text):
        return float(json.loads(text)[0]["avg_ts"])

    return Command((surroundings.find("llama-bench"), "-m", surroundings.model(shape, type), "-p", "0",
                    "-n", str(tokens), "-r", "1", "-t", str(threads), "-o", "json"), parse)


def of_fio(text, direction, reading):
    """One value of fio's JSON document. Its processor time is a share of the job's run time; its latency is from before
    a request is sent until it was taken, as ours."""
    job, = json.loads(text[text.index("{"):])["jobs"]
    if job["error"]:
        raise ValueError(f"error {job['error']} of fio")
    done = job[direction]
    if reading == "agreement":
        return float(done["bw_bytes"])
    if reading == "cpu":
        return (job["usr_cpu"] + job["sys_cpu"]) / 100 * job["job_runtime"] * 1e-3 / done["total_ios"]
    return 1e-9 * done["lat_ns"]["percentile"][{"p50": "50.000000", "p99": "99.000000"}[reading]]


def fio(surroundings, how, block, depth, span, reading):
    """The same engine, block, depth and file, with registered buffers and file. `how` is fio's word: randread, read,
    randwrite."""
    direction = "write" if how.endswith("write") else "read"
    safety = ("--overwrite=1", "--fallocate=none") if direction == "write" else ("--readonly",)
    return Command((surroundings.find("fio"), "--name=peer", f"--filename={surroundings.test_file(direction, span)}",
                    f"--size={span}", f"--rw={how}", f"--bs={block}", f"--iodepth={depth}", "--ioengine=io_uring",
                    "--direct=1", "--fixedbufs", "--registerfiles", "--time_based", "--runtime=1", *safety,
                    "--clat_percentiles=0", "--lat_percentiles=1", "--output-format=json"),
                   lambda text: of_fio(text, direction, reading))


SUFFIXES = {"": 1, "K": 1e3, "M": 1e6}


def fio_ring(surroundings, block, depth, span):
    """fio's own t/io_uring, which does nothing but send requests. It prints a line a second; the best is its last."""

    def parse(text):
        lines = re.findall(r"Maximum IOPS=([\d.]+)([KM]?)", text) or re.findall(r"IOPS=([\d.]+)([KM]?),", text)
        if not lines:
            raise ValueError("no line IOPS=")
        return max(float(number) * SUFFIXES[suffix] for number, suffix in lines) * block

    return Command((surroundings.find("fio-t-io_uring", "io_uring"), f"-d{depth}", f"-s{depth}", f"-c{depth}",
                    f"-b{block}", "-p0", "-F1", "-B1", "-r2", surroundings.test_file("read", span)), parse,
                   name="t/io_uring")


def sextant(surroundings, probe, axes, reading):
    """Another point of the same program."""
    return ours.command(surroundings.sextant, probe, axes, reading)
