# SPDX-License-Identifier: Apache-2.0
"""Tests of the comparison: readers against captures, statistics against exact values, and whole runs of `compare` with
programs that pretend."""
import csv
import itertools
import json
import os
import stat
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import machine
import others
import ours
import pairs
import programs
import random_model
from cells import cells
from machine import Machine

HERE = Path(__file__).parent
TWO = Machine((0, 1), 48 << 10, 2 << 20, "_avx512")

# Of captures/fio.json.
FIO = {"bw": 337065644.0, "p50": 0.00020377600000000002, "p99": 0.004620288,
       "cpu": (1.398601 + 17.982018) / 100 * 1.0010000000000001 / 82456}


class Anything:
    """Every program is where it is looked for."""
    sextant = "sextant"

    def find(self, *names):
        return names[0]

    def model(self, shape, type):
        return f"{type}.gguf"

    def test_file(self, use, span):
        return f"{use}.test"


def capture(name):
    return (HERE / "captures" / name).read_text()


class Readers(unittest.TestCase):
    def test_values_of_captures(self):
        likwid = others.likwid(Anything(), "load_avx512", 24576, 1)
        self.assertEqual(likwid.parse(capture("likwid-bench.txt")), 464111.80e6)
        self.assertIn("S0:24576B:1", likwid.argv)
        self.assertEqual(others.stream(Anything(), "Triad", 1).parse(capture("stream.txt")), 14880.0e6)
        self.assertEqual(others.babelstream(Anything(), "Copy", 2).parse(capture("babelstream.txt")), 9286.290e6)
        chase = others.multichase(Anything(), 1 << 20, "transparent")
        self.assertAlmostEqual(chase.parse(capture("multichase.txt")), 5.743e-9, delta=1e-15)
        self.assertIn("-H", chase.argv)
        self.assertNotIn("-H", others.multichase(Anything(), 1 << 20, "small").argv)
        for first, second, nanoseconds in ((0, 1, 157), (1, 0, 169)):
            command = others.coherency_latency(Anything(), first, second)
            self.assertAlmostEqual(command.parse(capture("coherency-latency.txt")), nanoseconds * 1e-9, delta=1e-15)
        product = others.llama_product(Anything(), "q4_0", (0, 1))
        weights = 4096 * 14336 / 32 * 18  # bytes
        self.assertAlmostEqual(product.parse(capture("test-backend-ops.txt")), weights / 2330.12e-6, delta=1)
        self.assertIn("0,1", product.argv)
        decode = others.llama_decode(Anything(), None, "q4_0", 2, 8)
        self.assertEqual(decode.parse(capture("llama-bench.json")), 338.848061)

    def test_values_of_fio(self):
        text = capture("fio.json")
        for reading, value in (("agreement", FIO["bw"]), ("p50", FIO["p50"]), ("p99", FIO["p99"]), ("cpu", FIO["cpu"])):
            command = others.fio(Anything(), "randread", 4096, 32, 1 << 26, reading)
            self.assertAlmostEqual(command.parse("fio: a note\n" + text) / value, 1, delta=1e-9, msg=reading)
        self.assertIn("--readonly", command.argv)
        self.assertIn("--filename=read.test", command.argv)
        self.assertNotIn("--readonly", others.fio(Anything(), "randwrite", 4096, 32, 1 << 26, "p50").argv)
        with self.assertRaisesRegex(ValueError, "error 5"):
            command.parse(text.replace('"error" : 0', '"error" : 5'))
        ring = others.fio_ring(Anything(), 4096, 32, 1 << 26)
        self.assertEqual(ring.parse("IOPS=480.50K, BW=1.83GiB/s, IOS/call=32/32\nMaximum IOPS=500K\n"), 500e3 * 4096)
        self.assertEqual(ring.parse("IOPS=1.25M, BW=4.8GiB/s, IOS/call=32/32\n"), 1.25e6 * 4096)

    def test_other_text_is_refused(self):
        shape = random_model.Shape(64, 1, 2, 1, 64, 64)
        commands = [others.likwid(Anything(), "load", 1, 1), others.stream(Anything(), "Copy", 1),
                    others.babelstream(Anything(), "Copy", 1), others.multichase(Anything(), 1, "small"),
                    others.coherency_latency(Anything(), 0, 1), others.llama_product(Anything(), "q8_0", (0,)),
                    others.llama_decode(Anything(), shape, "q8_0", 1, 8),
                    others.fio(Anything(), "randread", 4096, 1, 1 << 26, "p50"),
                    others.fio_ring(Anything(), 4096, 1, 1 << 26)]
        texts = ("", "Segmentation fault\n", "[]", "x,y\nCache line offset: 0\n")
        for command, text in itertools.product(commands, texts):
            with self.assertRaises((ValueError, IndexError), msg=f"{command} {text!r}"):
                command.parse(text)

    def test_stream_of_another_size_is_refused(self):
        text = capture("stream.txt").replace(str(others.ARRAY), "10000000")
        with self.assertRaisesRegex(ValueError, "STREAM_ARRAY_SIZE"):
            others.stream(Anything(), "Copy", 1).parse(text)

    def test_rows_of_sextant(self):
        def text(*rows):
            return json.dumps({"benchmarks": rows})

        row = {"bytes_per_second": 2e9, "items_per_second": 4e6}
        axes = {"footprint": 1024, "store": ("regular", "nontemporal")}
        best = ours.parser(axes, "best")
        self.assertEqual(best(text(row, row | {"best_bandwidth": 3e9})), 3e9)
        self.assertEqual(ours.parser({"threads": 1}, "mean")(text(row | {"best_bandwidth": 3e9})), 2e9)
        self.assertEqual(ours.parser({}, "seconds")(text(row)), 2.5e-7)
        self.assertEqual(ours.parser({}, "tokens")(text(row)), 4e6)
        with self.assertRaises(ValueError):
            best(text(row))
        with self.assertRaisesRegex(programs.Missing, "too little memory"):
            best(text({"error_occurred": True, "error_message": "too little memory"}))
        with self.assertRaisesRegex(programs.Unusable, "wrong"):
            best(text({"error_occurred": True, "error_message": "failed: the sum is wrong"}))
        cpu = ours.parser({}, "cpu")
        self.assertEqual(cpu(text(row | {"cpu_time": 2e-6})), 2e-6)
        with self.assertRaisesRegex(ValueError, "cpu_time"):
            cpu(text(row | {"cpu_time": 2000.0}))
        self.assertIn("--target", ours.command("sextant", "storage.read", {}, "p50", "folder").argv)
        command = ours.command("sextant", "memory.copy", axes, "best")
        self.assertIn("memory.copy.store=regular,nontemporal", command.argv)


class Statistics(unittest.TestCase):
    def test_ranks_are_the_exact_ones(self):
        def below(n, rank):  # P(fewer than `rank` of n lie below the median), by counting
            return sum(1 for draw in itertools.product((0, 1), repeat=n) if sum(draw) < rank) / 2**n

        for n in range(1, 13):
            ranks = pairs.interval_ranks(n)
            if n <= 5:
                self.assertIsNone(ranks)
                continue
            self.assertLessEqual(below(n, ranks[0]), 0.025)
            self.assertGreater(below(n, ranks[0] + 1), 0.025)
            self.assertEqual(ranks[0] + ranks[1], n + 1)
        self.assertEqual([pairs.interval_ranks(n) for n in (6, 10, 20, 50)], [(1, 6), (2, 9), (6, 15), (18, 33)])

    def test_ratio_is_of_pairs(self):
        ours, theirs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
        ratio = pairs.ratio_of(ours, theirs)
        self.assertAlmostEqual(ratio.median, (2.5 * 3) ** 0.5)  # between the two in the middle, of their logarithms
        self.assertAlmostEqual(ratio.low, 1.0)
        self.assertAlmostEqual(ratio.high, 4.5)
        self.assertIsNone(pairs.ratio_of([1, 2], [1, 1]).low)

    def test_verdicts(self):
        def rate(low, high):
            return pairs.verdict(pairs.Ratio(1, low, high), "rate", 0.97)

        def latency(low, high):
            return pairs.verdict(pairs.Ratio(1, low, high), "latency", 0.05)

        def agreement(low, high):
            return pairs.verdict(pairs.Ratio(1, low, high), "agreement", 0.03)

        def cost(low, high):
            return pairs.verdict(pairs.Ratio(1, low, high), "cost", 0)

        self.assertEqual([agreement(0.9, 0.98), agreement(1.02, 1.2), agreement(0.9, 0.96), agreement(1.04, 1.2)],
                         ["passes", "passes", "fails", "fails"])
        self.assertEqual([cost(0.9, 1.1), cost(0.5, 0.6), cost(1.01, 1.1)], ["passes", "passes", "fails"])
        self.assertEqual(pairs.verdict(pairs.Ratio(1, 3, 4), "reported", 0), "reported")
        self.assertEqual([rate(0.9, 0.969), rate(0.9, 0.97), rate(1.1, 1.2), rate(None, None)],
                         ["fails", "passes", "passes", "undecided"])
        intervals = ((0.96, 1.04), (0.96, 1.06), (0.8, 1.2), (1.06, 1.2), (0.5, 0.9))
        self.assertEqual([latency(*interval) for interval in intervals],
                         ["passes", "undecided", "undecided", "fails", "fails"])

    def test_who_goes_first_takes_turns(self):
        firsts = [pairs.order_of(pair)[0] for pair in range(4)]
        self.assertEqual(firsts, ["sextant", "peer", "sextant", "peer"])


class Table(unittest.TestCase):
    def test_every_cell_makes_a_command(self):
        names = [cell.name for cell in cells(TWO)]
        self.assertEqual(len(names), len(set(names)))
        for cell in cells(TWO):
            self.assertTrue(cell.peer(Anything()).argv, cell.name)
            ours.command("sextant", cell.probe, cell.axes, cell.reading)

    def test_one_processor_has_no_pair(self):
        alone = cells(Machine((3,), 32 << 10, 1 << 20, ""))
        self.assertFalse([cell for cell in alone if cell.probe == "sync.core_to_core"])
        self.assertEqual({cell.axes.get("threads", 1) for cell in alone}, {1})
        product = next(cell for cell in alone if cell.probe == "near_data.gemv")
        self.assertIn("3", product.peer(Anything()).argv)

    def test_vectors_of_a_processor(self):
        for flags, suffix in (("sse2 avx avx512f", "_avx512"), ("sse2 avx", "_avx"), ("sse2", "_sse"), ("asimd", "")):
            self.assertEqual(machine.vector_suffix(f"processor: 0\nflags\t\t: fpu {flags}\n"), suffix)
        self.assertEqual(machine.vector_suffix(""), "")

    def test_caches_of_a_tree(self):
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(machine.cache_size(1, 7, root), 7)
            for index, (level, type, size) in enumerate((("1", "Instruction", "64K"), ("1", "Data", "48K"),
                                                         ("2", "Unified", "2048K"))):
                folder = Path(root, f"index{index}")
                folder.mkdir()
                for name, text in (("level", level), ("type", type), ("size", size)):
                    folder.joinpath(name).write_text(text + "\n")
            self.assertEqual([machine.cache_size(level, 7, root) for level in (1, 2, 3)], [48 << 10, 2 << 20, 7])
        self.assertEqual(machine.cache_size(1, 7, "/nowhere"), 7)


class Models(unittest.TestCase):
    def test_header_and_size(self):
        shape = random_model.Shape(dimension=64, layers=2, heads=4, kv_heads=2, inner=96, vocabulary=128)
        weights = 2 * 64 * 128 + 2 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 96)
        self.assertEqual(shape.weights(), weights + 64 * (2 * 2 + 1))
        for type, size in (("f16", 2 * weights), ("q8_0", weights // 32 * 34), ("q4_0", weights // 32 * 18)):
            with tempfile.NamedTemporaryFile() as file:
                random_model.write(file.name, shape, type)
                data = Path(file.name).read_bytes()
            self.assertEqual(struct.unpack("<4sIQ", data[:16]), (b"GGUF", 3, 3 + 9 * 2))
            norms = 4 * 64 * (2 * 2 + 1)
            head = random_model.padded(len(random_model.header(shape, type)))
            self.assertEqual(len(data) - head, size + norms)  # all sizes are multiples of 32 here


FAKE_SEXTANT = """#!/bin/sh
if [ "$1" = list ]; then
  echo '{"probes": [{"name": "memory.read", "axes": [{"name": "footprint"}, {"name": "threads"}], "available": true}]}'
else
  echo sextant >>"$LOG"
  echo '{"benchmarks": [{"bytes_per_second": 2e9, "items_per_second": 1}]}'
fi
"""
FAKE_LIKWID = """#!/bin/sh
echo peer >>"$LOG"
echo "MByte/s: 1000"
"""


class Runs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.peers = self.folder / "peers" / "deep"
        self.peers.mkdir(parents=True)
        self.sextant = self.program(self.folder / "sextant", FAKE_SEXTANT)

    def program(self, path, text):
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def compare(self, *words, sextant=None):
        environment = {**os.environ, "LOG": str(self.folder / "log")}
        return subprocess.run((sys.executable, HERE / "compare", *words, sextant or self.sextant), text=True,
                              capture_output=True, env=environment)

    def compare_read(self, *words):
        return self.compare("--peers", self.folder / "peers", "--cells", "memory.read L2 threads=1", *words)

    def test_pairs_in_turn_and_every_try_a_row(self):
        self.program(self.peers / "likwid-bench", FAKE_LIKWID)
        table = self.folder / "tries.csv"
        run = self.compare_read("--pairs", "6", "--output", table)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("2 against 1 GB/s, ratio 2.000 (2.000 .. 2.000; bound 0.95): passes", run.stdout)
        order = (self.folder / "log").read_text().split()
        self.assertEqual(order, ["sextant", "peer", "peer", "sextant"] * 3)
        with open(table) as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["side"] for row in rows], order)
        self.assertEqual([row["pair"] for row in rows], [str(pair) for pair in range(1, 7) for _ in range(2)])
        self.assertEqual({float(row["value"]) for row in rows if row["side"] == "peer"}, {1e9})

    def test_slower_fails(self):
        self.program(self.peers / "likwid-bench", FAKE_LIKWID.replace("1000", "4000"))
        run = self.compare_read("--pairs", "6")
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn("ratio 0.500", run.stdout)
        self.assertIn("1 cells: 1 fails", run.stdout)

    def test_what_is_not_there_is_skipped(self):
        run = self.compare("--peers", self.folder / "peers", "--cells", "BabelStream|multichase")
        self.assertEqual(run.returncode, 1)  # nothing was compared
        self.assertIn("skipped: this Sextant cannot run memory.copy here", run.stdout)
        self.program(self.sextant, FAKE_SEXTANT.replace("memory.read", "memory.latency").replace("threads", "pages"))
        run = self.compare("--peers", self.folder / "peers", "--cells", "memory.latency L2 pages=small")
        self.assertIn("skipped: multichase is not on PATH nor below", run.stdout)

    def test_a_peer_that_misbehaves_breaks_its_cell_off(self):
        table = self.folder / "tries.csv"
        for text, words in (("#!/bin/sh\necho hello\n", "printed something unexpected: no line MByte/s:"),
                            ("#!/bin/sh\necho 'MByte/s: 0'\n", "printed 0, which is no measurement"),
                            ("#!/bin/sh\necho 'no such kernel' >&2\nexit 3\n", "ended with status 3: no such kernel"),
                            ("#!/bin/sh\nsleep 600 &\nsleep 600\n", "took longer than 0.5 s"),
                            ("no program\n", "cannot be started")):
            self.program(self.peers / "likwid-bench", text)
            limit = "0.5" if "took longer" in words else "60"  # of seconds: even a busy machine starts a program in 60
            run = self.compare("--peers", self.folder / "peers", "--cells", "memory.read L[12] threads=1",
                               "--limit", limit, "--output", table)
            self.assertEqual(run.returncode, 1, run.stderr)
            self.assertEqual(run.stderr, "")
            # Twice: the other cell went on.
            self.assertEqual(run.stdout.count(f"broke off: likwid-bench {words}"), 2, run.stdout)
            self.assertIn(words, table.read_text())

    def test_a_program_is_left_when_it_has_said_enough(self):
        script = self.program(self.folder / "endless", "#!/bin/sh\necho value 3\nsleep 600\n")
        command = programs.Command((str(script),), lambda text: float(text.split()[1]), until="^value")
        self.assertEqual(programs.measure(command, 60), 3)

    def test_a_wrong_command_line_is_said(self):
        for words, sentence in ((("--peers", self.folder / "nowhere"), "is not a folder"),
                                (("--cells", "("), "is not a regular expression"),
                                (("--cells", "nothing"), "matches no cell"),
                                (("--storage", self.folder / "nowhere"), "is not a folder"),
                                (("--pairs", "0"), "--pairs must be 1 or more"), (("--pairs", "x"), "invalid int"),
                                (("--output", self.folder / "no" / "file"), "No such file")):
            run = self.compare(*words)
            self.assertEqual(run.returncode, 2, words)
            self.assertIn(sentence, run.stderr)
        for sextant, sentence in ((self.folder / "none", "is not a program"),
                                  ("/bin/true", "does not list its probes")):
            run = self.compare(sextant=sextant)
            self.assertEqual(run.returncode, 2, sextant)
            self.assertIn(sentence, run.stderr)


if __name__ == "__main__":
    unittest.main()
