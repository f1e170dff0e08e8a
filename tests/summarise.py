#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Rebuilds the headline figures of a run's summary.csv from its raw rows, from their definitions and not from our code,
# and compares every bit. For runs of schema version 2 whose points have two launches or more.
#   summarise.py RUN_FOLDER...
import csv, json, math, sys

STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12,
           2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042, 2.04, 2.037,
           2.035, 2.032, 2.03, 2.028, 2.026, 2.024, 2.023, 2.021]  # 97.5 %, by degrees of freedom

def quantile(values, q):  # linear between order statistics
    values, position = sorted(values), (len(values) - 1) * q
    below, share = int(position), position - int(position)
    return values[below] if share == 0 else values[below] + share * (values[below + 1] - values[below])

def factor(launches, centre):  # launches drawn whole, splitmix64 from seed 1
    k, state, logs = len(launches), 1, []
    for _ in range(2000):
        drawn = []
        for _ in range(k):
            state = z = (state + 0x9e3779b97f4a7c15) % 2**64
            z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 % 2**64
            z = (z ^ z >> 27) * 0x94d049bb133111eb % 2**64
            drawn += launches[((z ^ z >> 31) >> 32) * k >> 32]
        logs.append(math.log(quantile(drawn, 0.5) / centre))
    mean = squares = 0.0
    for x in logs: mean += x
    mean /= 2000
    for x in logs: squares += (x - mean) * (x - mean)
    error = math.sqrt(k / (k - 1)) * math.sqrt(squares / 2000)
    return 1 + math.floor(1e6 * math.expm1(STUDENT[k - 2] * error) + 0.5) / 1e6

def figures(rows, unit, status, clean):
    work = "bytes" if unit == "By/s" else "operations"
    rows = sorted((r for r in rows if r["stage"] == "measure"),
                  key=lambda r: (float(r["start"]), int(r["launch"]), int(r["repetition"])))
    launches = {}
    for r in rows: launches.setdefault(r["launch"], []).append(float(r["seconds"]) / float(r[work]))
    costs = [c for launch in launches.values() for c in launch]
    if len(launches) < 2 or len(launches) > 41: return None
    centre, fast = quantile(costs, 0.5), quantile(costs, 0.05)
    f = factor(list(launches.values()), centre)
    low, high = centre / f, centre * f
    if status == "nonstationary":
        series, begin = [float(r["seconds"]) / float(r[work]) for r in rows], 0
        for i in range(3):
            end = begin + len(series) // 3 + (i < len(series) % 3)
            third, begin = quantile(series[begin:end], 0.5), end
            low, high = min(low, third), max(high, third)
    rate = unit.endswith("/s")
    convert = (lambda c: 1 / c) if rate else (lambda c: c)
    out = {"n": len(costs), "launches": len(launches), "median": convert(centre), "uncontended": convert(fast),
           "low": convert(high if rate else low), "high": convert(low if rate else high), "contention": centre / fast - 1,
           "clean": sum(map(clean, rows))}
    if len(costs) >= 59: out["p95" if not rate else "p5"] = convert(quantile(costs, 0.95))
    if len(costs) >= 299: out["p99"] = convert(quantile(costs, 0.99))
    return out

def clean_by(usual):
    near = lambda value, median: value == "" or median is None or abs(float(value) / median - 1) <= 0.05
    return lambda r: (near(r["canary_compute"], usual["compute"]) and near(r["canary_memory"], usual["memory"])
                      and not float(r["involuntary_switches"] or 0) > 0 and not float(r["major_faults"] or 0) > 0
                      and not float(r["run_delay"] or 0) >= 0.005 * float(r["seconds"]))

def main(folders):
    compared, wrong = 0, 0
    for folder in folders:
        package = json.load(open(folder + "/datapackage.json"))
        own, axes = package["sextant"], {}
        for resource in package["resources"]:
            if resource["path"] in ("summary.csv", "launches.csv") or "schema" not in resource: continue
            axes[resource["path"]] = [(f["sextant"]["axis"], f["name"]) for f in resource["schema"]["fields"]
                                      if "axis" in f.get("sextant", {})]
        tables = {path: list(csv.DictReader(open(f"{folder}/{path}", newline=""))) for path in axes}
        for point in csv.DictReader(open(folder + "/summary.csv", newline="")):
            path = point["probe"] + ".csv"
            spell = lambda row: " ".join(f"{axis}={row[column]}" for axis, column in axes[path])
            rows = [r for r in tables[path] if spell(r) == point["point"]]
            found = figures(rows, point["unit"], point["status"], clean_by(own["canaries"]))
            for name, value in (found or {}).items():
                compared += 1
                if point[name] == "" or float(point[name]) != value:
                    wrong += 1
                    print(f"{folder}: {point['probe']} {point['point']}: {name}: {point[name]} in the file, {value!r} from the rows")
    print(f"{compared} figures compared, {wrong} differ")
    return 1 if wrong or not compared else 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
