#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the figures of summary.csv again from the raw rows, in another language, and compares them to the last bit.

    tests/summarise.py RUN_FOLDER...

Written from what docs/architecture.md and the comments of results/statistics say, not from the code there. Exit 1 when
a figure differs.
"""
import csv
import json
import math
import sys
from math import comb, exp, expm1, floor, isfinite, isnan, lgamma, log, nan, pi, sqrt
from pathlib import Path

MASK = 2**64 - 1
SINCE_1 = "n launches median p5 p95 uncontended contention measured_seconds outliers".split()  # as they were then


def number(text):
    return float(text) if text else nan


def total(values):  # from the left: newer Pythons correct the rounding errors in sum()
    result = 0.0
    for value in values:
        result += value
    return result


def quantile(ascending, q):
    position = (len(ascending) - 1) * q
    below = int(position)
    share = position - below
    return ascending[below] + share * (ascending[below + 1] - ascending[below]) if share else ascending[below]


def median(values):
    return quantile(sorted(values), 0.5) if values else nan


def rounded(value):
    return value if isnan(value) else floor(1e6 * value + 0.5) / 1e6


def splitmix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        yield z ^ z >> 31


def below(random, count):
    return (next(random) >> 32) * count >> 32


def stretches(series, count):
    size, longer = divmod(len(series), count)
    starts = [i * size + min(i, longer) for i in range(count + 1)]
    return [series[a:b] for a, b in zip(starts, starts[1:])]


def student(freedom):
    """97.5 % quantile, by Simpson's rule over the density and bisection: to better than the three decimals kept."""
    scale = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(freedom * pi)

    def beyond(t, steps=4000):  # x = t sin(a) is smooth enough for any degree of freedom
        h = math.atan(t / sqrt(freedom)) / steps
        f = [math.cos(i * h) ** (freedom - 1) for i in range(steps + 1)]
        return 0.5 - scale * sqrt(freedom) * h / 3 * (f[0] + f[-1] + 4 * sum(f[1::2]) + 2 * sum(f[2:-1:2]))

    low, high = 0.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(middle) > 0.025 else (low, middle)
    return round(1000 * low) / 1000


def standard_error(units):
    centre = median(sum(units, []))
    units, random, logs = [sorted(unit) for unit in units], splitmix(1), []
    for _ in range(2000):
        drawn = [units[below(random, len(units))] for _ in units]
        logs.append(log(median([value for unit in drawn for value in unit]) / centre))
    mean = total(logs) / len(logs)
    spread = sqrt(total((x - mean) * (x - mean) for x in logs) / len(logs))
    return sqrt(len(units) / (len(units) - 1)) * spread


def order_interval(values):
    n, tail, low = len(values), 0, 0
    while (tail := tail + comb(n, low)) * 40 <= 2**n:  # at most 2.5 % below
        low += 1
    return (sorted(values)[low - 1], sorted(values)[n - low]) if low else (nan, nan)


def replicates(launches):
    return stretches(launches[0], 10) if len(launches) == 1 and len(launches[0]) >= 40 else launches


def interval(launches):
    if len(launches) == 1:
        n = len(launches[0])
        if n < 40 or not abs(autocorrelation(launches)) > 2 / sqrt(n):
            return order_interval(launches[0])
    units, typical = replicates(launches), median(sum(launches, []))
    factor = 1 + floor(1e6 * expm1(student(len(units) - 1) * standard_error(units)) + 0.5) / 1e6
    return typical / factor, typical * factor


def spread_within(units):
    distances = []
    for unit in units:
        if len(unit) > 1:
            centre, bent = log(median(unit)), sqrt(len(unit) / (len(unit) - 1))
            distances += [bent * abs(log(value) - centre) for value in unit]
    return 1.4826 * median(distances)


def autocorrelation(units):
    limit, products, squares = 3 * spread_within(units), 0.0, 0.0
    for unit in units:
        if len(unit) < 3:
            continue
        centre = log(median(unit))
        rest = [min(max(log(value) - centre, -limit), limit) for value in unit]
        mean = total(rest) / len(rest)
        squares += total((x - mean) ** 2 for x in rest)
        products += total((x - mean) * (y - mean) for x, y in zip(rest, rest[1:]))
    return products / squares if squares > 0 else nan


def launch_share(units):
    medians, spread = [log(median(unit)) for unit in units], spread_within(units)
    if len(medians) < 3 or isnan(spread):
        return nan
    mean = total(medians) / len(medians)
    seen = total((m - mean) ** 2 for m in medians) / (len(medians) - 1)
    bound = total((1 if len(u) < 3 else pi / 2) * spread * spread / len(u) for u in units) / len(units)
    return 1 - bound / seen if seen > bound else 0.0


def ranks(values):  # ties shared, centred on zero
    ascending = sorted(values)
    first = {value: ascending.index(value) for value in ascending}
    return [(2 * first[value] + ascending.count(value) - len(values)) / 2 for value in values]


def kendall(order):
    return abs(sum((y > x) - (y < x) for i, x in enumerate(order) for y in order[i + 1:]))


def largest_sum(order):
    reached, largest, n = 0.0, 0.0, len(order)
    for i, rank in enumerate(order[:-1], 1):
        reached += rank
        largest = max(largest, abs(reached) / sqrt(i * (n - i)))
    return largest


def drift_p(units):
    excess, variance, within, trend, change = 0.0, 0.0, 1.0, 1.0, 1.0
    for unit in units:
        third = len(unit) // 3
        if third > 1:
            both = ranks(unit[:third] + unit[-third:])
            excess += sum(both[:third])
            variance += sum(rank * rank for rank in both) * third / (2 * (2 * third - 1))
    if variance > 0:
        rho = min(max(autocorrelation(units), 0), 0.95)
        within = math.erfc(abs(excess) / sqrt(variance * (1 + rho) / (1 - rho)) / sqrt(2))
    medians = [log(median(unit)) for unit in units]
    if len(medians) > 40:
        medians = [total(group) / len(group) for group in stretches(medians, 40)]
    if len(medians) >= 6:
        order, random = ranks(medians), splitmix(2)
        seen, step, trending, stepped = kendall(order), largest_sum(order), 1, 1
        for _ in range(2000):
            for i in range(len(order), 1, -1):
                j = below(random, i)
                order[i - 1], order[j] = order[j], order[i - 1]
            trending += kendall(order) >= seen
            stepped += largest_sum(order) >= step * (1 - 1e-12)
        trend, change = trending / 2001, stepped / 2001
    return min(1.0, 3 * min(within, trend, change))


def modes(ascending):
    n = len(ascending)
    if n < 20:
        return None
    logs = [log(value / median(ascending)) for value in ascending]
    whole, part, best, split = total(logs), 0.0, 0.0, 0
    variance = total(x * x for x in logs) - whole * whole / n
    for i in range(1, n if variance > 0 else 0):
        part += logs[i - 1]
        if 10 * i >= n and 10 * (n - i) >= n:
            explained = (part / i - (whole - part) / (n - i)) ** 2 * i * (n - i) / n / variance
            best, split = max((best, split), (explained, i), key=lambda found: found[0])
    return (quantile(ascending[:split], 0.5), quantile(ascending[split:], 0.5), (n - split) / n) if best > 0.85 else None


STATE_FACTOR = 1.2
KINDS = ("canary_compute", "canary_message", "canary_together")


def level_bounds(ascending):
    if len(ascending) < 20:
        return []
    if len(ascending) > 200:
        ascending = [quantile(ascending, (i + 0.5) / 200) for i in range(200)]
    n, middle = len(ascending), log(median(ascending))
    logs = [log(value) - middle for value in ascending]
    sums, squares, different = [0.0], [0.0], [0]
    for i, x in enumerate(logs):
        sums.append(sums[-1] + x)
        squares.append(squares[-1] + x * x)
        different.append(different[-1] + (i == 0 or ascending[i] != ascending[i - 1]))

    def mean(a, b):
        return (sums[b] - sums[a]) / (b - a)

    def apart(edges):
        """Squared distance of the nearest two groups, in variances within the groups; 0 for groups that are none."""
        pairs = list(zip(edges, edges[1:]))
        if any(10 * (b - a) < n or different[b] - different[a] < 5 for a, b in pairs):
            return 0
        scatter = 0.0
        for a, b in pairs:
            scatter += squares[b] - squares[a] - (sums[b] - sums[a]) * (sums[b] - sums[a]) / (b - a)
        steps = [mean(b, c) - mean(a, b) for a, b, c in zip(edges, edges[1:], edges[2:])]
        if not min(steps) > log(STATE_FACTOR) or not scatter > 0:
            return 0
        for step, (a, b, c) in zip(steps, zip(edges, edges[1:], edges[2:])):
            if not log(quantile(ascending[b:c], 0.1) / quantile(ascending[a:b], 0.9)) > 0.25 * step:
                return 0
        return min(steps) * min(steps) * n / scatter

    for splits in ([[i, j] for i in range(1, n) for j in range(i + 1, n)], [[i] for i in range(1, n)]):
        best, where = 0, []
        for split in splits:
            if (found := apart([0, *split, n])) > best:
                best, where = found, split
        if best > 4.2 * 4.2:
            return [(ascending[i - 1] + ascending[i]) / 2 for i in where]
    return []


def levels(row, bounds):
    return tuple(sum(row[kind] > bound for bound in bounds[kind]) for kind in KINDS)


def of_a_pair(row):
    return row["canary_message"] > 0 or row["canary_together"] > 0


def complete(row, bounds):
    """Every canary that has levels was taken."""
    return all(row[kind] > 0 for kind in KINDS if bounds[kind])


def find_states(rows):
    """Bounds of the levels of each canary, and the levels of each state, the one with most measured time first."""
    sets = {}
    for row in rows:
        if of_a_pair(row):
            key = tuple(row[kind] if not isnan(row[kind]) else -1 for kind in KINDS)
            sets.setdefault(key, (row, []))[1].append(row["seconds"])
    bounds = {kind: level_bounds(sorted(row[kind] for row, _ in sets.values() if row[kind] > 0)) for kind in KINDS}
    weights = {}
    for row, seconds in sets.values():
        if complete(row, bounds):
            weights[levels(row, bounds)] = weights.get(levels(row, bounds), 0) + total(seconds)
    whole = total(weights.values())
    kept = sorted((-weight, cell) for cell, weight in weights.items() if 10 * weight >= whole)
    return bounds, [cell for _, cell in kept[:3]]


def unsettled(row):
    return row["canary_change"] > STATE_FACTOR


def describe_states(rows, work, states):
    s, (bounds, cells) = {}, states
    if not all(isnan(row["canary_change"]) for row in rows):
        s["unsettled"] = sum(map(unsettled, rows))
    if not cells:
        return s
    costs = [[] for _ in range(3)]
    for row in rows:
        if not unsettled(row) and of_a_pair(row) and complete(row, bounds) and levels(row, bounds) in cells:
            costs[cells.index(levels(row, bounds))].append(row["seconds"] / row[work])
    s["states"] = sum(bool(group) and 10 * len(group) >= len(rows) for group in costs)
    s["main_share"] = rounded(len(costs[0]) / len(rows))
    other = costs[1] if len(costs[1]) >= len(costs[2]) else costs[2]
    if len(costs[0]) > 5 and len(other) > 5:
        s["state_ratio"] = median(other) / median(costs[0])
    return s


def clean(row, usual):
    """Undisturbed; what is not known does not count against a row."""
    off = any(abs(row[canary] / usual[canary] - 1) > 0.05 for canary in usual)
    return not (off or row["involuntary_switches"] > 0 or row["major_faults"] > 0 or
                row["run_delay"] >= 0.005 * row["seconds"])


def by_launch(rows, work):
    launches = {}
    for row in rows:
        launches.setdefault(row["launch"], []).append(row["seconds"] / row[work] if row[work] > 0 else nan)
    return list(launches.values())


def summary(rows, unit, status, usual, states, version):
    """The statistics of one point by their column in summary.csv; those that are not available are left out."""
    rows = sorted((row for row in rows if row["stage"] == "measure"),
                  key=lambda row: (row["start"], row["launch"], row["repetition"]))
    rate = unit in ("By/s", "1/s", "{flop}/s")
    work = "bytes" if unit in ("By/s", "s/By") else "operations"
    launches = by_launch(rows, work)
    costs = sorted(sum(launches, []))
    s = {"n": len(rows), "launches": len(launches), "outliers": 0,
         "measured_seconds": total(sorted(row["seconds"] for row in rows))}
    if not costs or not all(cost > 0 and isfinite(cost) for cost in costs):
        return s

    def between(ends, low, high):
        s[low], s[high] = [1 / end for end in reversed(ends)] if rate else ends

    def figure(cost):
        return 1 / cost if rate else cost

    typical, fast = median(costs), quantile(costs, 0.05)
    s |= {"median": figure(typical), "uncontended": figure(fast), "contention": typical / fast - 1}
    if len(rows) >= 59:
        between((fast, quantile(costs, 0.95)), "p5", "p95")
    distances = [abs(cost - typical) for cost in costs]
    s["outliers"] = sum(0.6745 * distance > 3.5 * median(distances) for distance in distances)
    if version < 2:
        return s
    low, high = interval(launches)
    if status == "nonstationary" and len(costs) > 2:
        in_time = [row["seconds"] / row[work] for row in rows]
        thirds = [median(third) for third in stretches(in_time, 3)]
        low, high = [choose(x for x in [end, *thirds] if not isnan(x)) for end, choose in ((low, min), (high, max))]
    between((low, high), "low", "high")
    if len(rows) >= 299:
        s["p99"] = figure(quantile(costs, 0.99))
    s["launch_share"] = rounded(launch_share(launches)) if len(launches) > 1 else nan
    s["autocorrelation"] = rounded(autocorrelation(launches))
    s["drift_p"] = rounded(drift_p(replicates(launches)))
    if two := modes(costs):
        s |= {"mode_fast": figure(two[0]), "mode_slow": figure(two[1]), "slow_share": rounded(two[2])}
    if not all(isnan(value) for value in usual.values()):
        quiet = by_launch([row for row in rows if clean(row, usual)], work)
        s["clean"] = len(sum(quiet, []))
        if quiet:
            s["clean_median"] = figure(median(sum(quiet, [])))
            between(interval(quiet), "clean_low", "clean_high")
    if version > 2:
        s |= describe_states(rows, work, states)
    return s


def read(file):
    with open(file, newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


def samples(folder, resource):
    """The rows of a probe by point, written as in summary.csv but for quotes."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    axes = {name: field["sextant"]["axis"] for name, field in fields.items() if field["sextant"]["role"] == "axis"}
    points = {}
    for row in read(folder / resource["path"]):
        point = " ".join(f"{axis}={row[name]}" for name, axis in axes.items())
        values = {name: text if fields[name]["type"] == "string" else number(text) for name, text in row.items()}
        points.setdefault(point, []).append(values)
    return points


def differences(folder):
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    version = package["sextant"]["schema_version"]
    tables = {r["name"]: samples(folder, r) for r in package["resources"] if "probe" in r.get("sextant", {})}
    measured = [row for table in tables.values() for rows in table.values() for row in rows if row["stage"] == "measure"]
    canaries = ("canary_compute", "canary_memory") if version > 1 else ()
    usual = {canary: median([row[canary] for row in measured if row[canary] > 0]) for canary in canaries}
    states = find_states(measured) if version > 2 else None
    compared = 0
    for row in read(folder / "summary.csv"):
        rows = tables[row["probe"]].get(row["point"].replace('"', ""), [])
        again = summary(rows, row["unit"], row["status"], usual, states, version)
        columns = SINCE_1 if version < 2 else list(row)[list(row).index("reason") + 1:]
        for column in columns:
            compared += 1
            stored, rebuilt = number(row[column]), float(again.get(column, nan))
            if repr(stored) != repr(rebuilt):
                yield f"{folder}: {row['probe']} {row['point']}: {column}: {stored!r} is written, {rebuilt!r} is found"
    print(f"{folder}: {compared} figures compared")
    if not compared:
        yield f"{folder}: nothing to compare"


if __name__ == "__main__":
    found = [line for folder in sys.argv[1:] for line in differences(Path(folder))]
    print("\n".join(found))
    sys.exit(1 if found or len(sys.argv) < 2 else 0)
