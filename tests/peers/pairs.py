# SPDX-License-Identifier: Apache-2.0
"""Pairs of tries in ABBA order, and what their ratios say. Nothing here knows a program."""
from dataclasses import dataclass
from math import comb, exp, log

# Bounds of a verdict. A rate: the least ratio. A latency: how far from one, in either direction.
DRAM, CACHE, KERNEL = 0.97, 0.95, 0.80
LATENCY, METHODS = 0.05, 0.10
# Storage: how far from one a throughput and a median latency may be, and the least rate beside t/io_uring.
STORAGE, STORAGE_LATENCY, RING = 0.03, 0.10, 0.95


def order_of(pair):
    """Who goes first: a drift that is linear over two pairs falls on both sides alike."""
    return ("sextant", "peer") if pair % 2 == 0 else ("peer", "sextant")


def interval_ranks(n):
    """One-based ranks of the 95 % interval of a median from n independent values; None for fewer than six.

    The largest l with P(fewer than l of n lie below the median) <= 2.5 %, and its mirror image: exact, binomial, as in
    docs/statistics.md.
    """
    rank, tail = 0, 0
    while rank < n and (tail := tail + comb(n, rank)) * 40 <= 2**n:
        rank += 1
    return (rank, n + 1 - rank) if rank else None


def median(values):
    ascending, middle = sorted(values), len(values) // 2
    return ascending[middle] if len(values) % 2 else (ascending[middle - 1] + ascending[middle]) / 2


@dataclass(frozen=True)
class Ratio:
    """Sextant's value over the peer's, of pairs of tries; low and high are None where the pairs are too few."""
    median: float
    low: float | None
    high: float | None


def ratio_of(ours, theirs):
    logarithms = sorted(log(a / b) for a, b in zip(ours, theirs))
    ranks = interval_ranks(len(logarithms))
    low, high = (exp(logarithms[rank - 1]) for rank in ranks) if ranks else (None, None)
    return Ratio(exp(median(logarithms)), low, high)


def verdict(ratio, quantity, bound):
    """passes, fails, undecided or reported. A rate fails only where the whole interval lies below its bound. A latency passes
    where the whole interval lies within `bound` of one, and fails where none of it does. An agreement passes
    where any of the interval lies within. A cost fails only where the whole
    interval lies above 1 + `bound`. What is only reported has no verdict."""
    if quantity == "reported":
        return "reported"
    if ratio.low is None:
        return "undecided"
    if quantity == "agreement":
        return "passes" if 1 - bound <= ratio.high and ratio.low <= 1 + bound else "fails"
    if quantity == "cost":
        return "fails" if ratio.low > 1 + bound else "passes"
    if quantity != "latency":
        return "fails" if ratio.high < bound else "passes"
    least, most = 1 / (1 + bound), 1 + bound
    if ratio.high < least or ratio.low > most:
        return "fails"
    return "passes" if least <= ratio.low and ratio.high <= most else "undecided"
