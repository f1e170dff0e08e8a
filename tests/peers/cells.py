# SPDX-License-Identifier: Apache-2.0
"""What is compared with what: a table, made for the machine at hand."""
from dataclasses import dataclass
from functools import partial
from typing import Callable

import others
from pairs import CACHE, DRAM, KERNEL, LATENCY, METHODS, RING, STORAGE, STORAGE_LATENCY
from random_model import Shape

MEMORY = 1 << 30  # bytes of a footprint that no cache holds

# Models of decode.reference, which knows each by its number of weights.
SHAPES = (Shape(dimension=768, layers=12, heads=12, kv_heads=4, inner=2048, vocabulary=32000),
          Shape(dimension=1024, layers=24, heads=16, kv_heads=4, inner=4096, vocabulary=32000))
TOKENS = 32  # that an engine decodes from nothing; ours stands in the middle of them all the time
FORMATS = {"int8": "q8_0", "int4": "q4_0"}  # Sextant's word and the engine's


# How a reading is judged; the others are rates.
QUANTITIES = {"seconds": "latency", "p50": "latency", "agreement": "agreement", "cpu": "cost", "p99": "reported"}


@dataclass(frozen=True)
class Cell:
    name: str
    probe: str
    axes: dict  # of Sextant's point; of several values of an axis the fastest counts
    reading: str  # mean, best or agreement (bytes a second), seconds, tokens, p50, p99, cpu (seconds of a request)
    peer: Callable  # of what gives the command of one try
    bound: float
    storage: str = ""  # read or write: the folder of --storage that both sides use

    @property
    def quantity(self):
        return QUANTITIES.get(self.reading, "rate")


def thread_counts(machine):
    return sorted({1, len(machine.processors)})


def levels(machine, threads):
    """Half of each thread's own caches, and memory."""
    return (("L1", machine.first_cache // 2 * threads, CACHE), ("L2", machine.second_cache // 2 * threads, CACHE),
            ("DRAM", MEMORY, DRAM))


# Sextant's probe, its store, the kernel of likwid-bench. Stores past the caches are for what is larger than they are.
LIKWID = (("memory.read", "", "load"),
          ("memory.write", "regular", "store"), ("memory.write", "nontemporal", "store_mem"),
          ("memory.copy", "regular", "copy"), ("memory.copy", "nontemporal", "copy_mem"),
          ("memory.triad", "regular", "stream"), ("memory.triad", "nontemporal", "stream_mem"))


def against_likwid(machine):
    for probe, store, kernel in LIKWID:
        for threads in thread_counts(machine):
            for level, footprint, bound in levels(machine, threads):
                if store == "nontemporal" and level != "DRAM":
                    continue
                name = kernel + machine.vector
                axes = {"footprint": footprint, "threads": threads} | ({"store": store} if store else {})
                yield Cell(f"{probe} {level} threads={threads} likwid-bench {name}", probe, axes, "mean",
                           partial(others.likwid, kernel=name, size=footprint, threads=threads), bound)


# gcc makes STREAM's copy a call of memcpy, which may store past the caches: our faster store is set against it. What
# it makes of the other loops are plain stores.
STREAMS = (("memory.copy", 2, ("regular", "nontemporal"), "STREAM", others.stream, "Copy"),
           ("memory.triad", 3, "regular", "STREAM", others.stream, "Triad"),
           ("memory.copy", 2, "regular", "BabelStream", others.babelstream, "Copy"),
           ("memory.triad", 3, "regular", "BabelStream", others.babelstream, "Triad"))


def against_streams(machine):
    """Memory only: both projects ask for arrays far beyond the caches."""
    for probe, arrays, store, project, peer, kernel in STREAMS:
        for threads in thread_counts(machine):
            yield Cell(f"{probe} DRAM threads={threads} {project} {kernel}", probe,
                       {"footprint": arrays * 8 * others.ARRAY, "threads": threads, "store": store}, "best",
                       partial(peer, kernel=kernel, threads=threads), DRAM)


def against_multichase(machine):
    for level, footprint, _ in levels(machine, 1)[1:]:
        for pages in ("small", "transparent"):
            yield Cell(f"memory.latency {level} pages={pages} multichase", "memory.latency",
                       {"footprint": footprint, "pages": pages}, "seconds",
                       partial(others.multichase, size=footprint, pages=pages), LATENCY)


def core_to_core(machine):
    if len(machine.processors) < 2:
        return
    first, second = machine.processors[:2]
    point = {"first": first, "second": second, "method": "flag"}
    yield Cell(f"sync.core_to_core {first},{second} CoherencyLatency", "sync.core_to_core", point, "seconds",
               partial(others.coherency_latency, first=first, second=second), METHODS)
    yield Cell(f"sync.core_to_core {first},{second} its other method", "sync.core_to_core", point, "seconds",
               partial(others.sextant, probe="sync.core_to_core", axes=point | {"method": "swap"}, reading="seconds"),
               METHODS)


def against_llama(machine):
    for type, theirs in FORMATS.items():
        for threads in thread_counts(machine):
            yield Cell(f"near_data.gemv {type} threads={threads} llama.cpp test-backend-ops", "near_data.gemv",
                       {"type": type, "footprint": others.matrix_bytes(theirs), "threads": threads, "batch": 1}, "mean",
                       partial(others.llama_product, type=theirs, processors=machine.processors[:threads]), KERNEL)
    for shape in SHAPES:
        for type, theirs in FORMATS.items():
            for threads in thread_counts(machine):
                yield Cell(f"decode.reference {shape.weights() / 1e6:.0f}M {type} threads={threads} llama-bench",
                           "decode.reference",
                           {"parameters": shape.weights(), "type": type, "threads": threads, "context": TOKENS // 2},
                           "tokens",
                           partial(others.llama_decode, shape=shape, type=theirs, threads=threads, tokens=TOKENS),
                           KERNEL)


SPAN = 1 << 28  # bytes of the file that both sides read or write
FIO = (("storage.read", "random", "randread"), ("storage.read", "sequential", "read"),
       ("storage.write", "random", "randwrite"))
BOUNDS = {"agreement": STORAGE, "p50": STORAGE_LATENCY, "p99": STORAGE_LATENCY, "cpu": 0}


def against_fio(machine):
    """Buffers in small pages: fio's are, unless huge pages were set aside for it."""
    for probe, pattern, how in FIO:
        for block, depth in ((4096, 1), (4096, 32), (131072, 8)):
            axes = {"span": SPAN, "pattern": pattern, "block": block, "depth": depth, "threads": 1,
                    "method": "io_uring", "buffers": "small"}
            for reading, bound in BOUNDS.items():
                yield Cell(f"{probe} {pattern} block={block} depth={depth} fio {reading}", probe, axes, reading,
                           partial(others.fio, how=how, block=block, depth=depth, span=SPAN, reading=reading), bound,
                           storage=probe.removeprefix("storage."))
    for depth in (32, 128):
        yield Cell(f"storage.read random block=4096 depth={depth} t/io_uring", "storage.read",
                   {"span": SPAN, "pattern": "random", "block": 4096, "depth": depth, "threads": 1, "method": "io_uring",
                    "buffers": "small"}, "mean",
                   partial(others.fio_ring, block=4096, depth=depth, span=SPAN), RING, storage="read")


def cells(machine):
    return [cell for part in (against_likwid, against_streams, against_multichase, core_to_core, against_llama,
                             against_fio)
            for cell in part(machine)]
