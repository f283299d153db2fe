# SPDX-License-Identifier: GPL-2.0
"""Does bench.json have the form that it promises? Prints TAP. Of a small run, and of rows that are wrong.

Usage: figures.py RESULTS.json RUNS, from bench/run --quick --cpus N --runs RUNS --out RESULTS.json
"""
import json
import sys

sys.dont_write_bytecode = True

from tap import test            # noqa: E402, it says where results is
from results import problems

# what others read; not taken from bench/results.py, which is checked against it
FIELDS = ["metric", "workload", "cpus", "kernel", "value", "unit", "spread", "runs", "command"]
PROMISED = {"transfers_per_fault", "vma_mm_transfers_per_fault", "mmap_lock_per_fault", "instructions_per_op",
            "baby_wait_ratio"}
GOOD = {"metric": "transfers_per_fault", "workload": "a", "cpus": 2, "kernel": "stock", "value": 1.5,
        "unit": "transfers", "spread": 0, "runs": 3, "command": "bench/run --only transfers --cpus 2"}
BAD = (
    ("a missing field", [{k: v for k, v in GOOD.items() if k != "unit"}]),
    ("one field more", [GOOD | {"note": ""}]),
    ("a kernel that is neither", [GOOD | {"kernel": "base"}]),
    ("no value", [GOOD | {"value": None}]),
    ("a value that is no number", [GOOD | {"value": float("nan")}]),
    ("a negative spread", [GOOD | {"spread": -1}]),
    ("a figure of no run", [GOOD | {"runs": 0}]),
    ("CPUs as text", [GOOD | {"cpus": "2"}]),
    ("another name for a metric", [GOOD | {"metric": "Transfers per fault"}]),
    ("two figures of the same", [GOOD, GOOD]),
    ("no row", []),
    ("an object", {"rows": [GOOD]}),
)


def number(value):
    return type(value) in (int, float)


def main():
    path, runs = sys.argv[1], int(sys.argv[2])
    with open(path) as f:
        rows = json.load(f)
    print(f"1..{7 + len(BAD)}")
    wrong = [r for r in rows if list(r) != FIELDS]
    test(rows and not wrong, "each row has all fields, in their order, and no other", *map(str, wrong[:3]))
    wrong = [r for r in rows if not number(r["value"]) or not number(r["spread"]) or not r["unit"]]
    test(not wrong, "each row has a number, its unit and its spread", *map(str, wrong[:3]))
    test(not problems(rows), "bench/run finds nothing wrong with it either", *problems(rows)[:3])
    missing = PROMISED - {r["metric"] for r in rows}
    test(not missing, "the promised metrics are there", *missing)
    alone = [k for k in {(r["metric"], r["workload"], r["cpus"]) for r in rows}
             if k[0] in PROMISED and {r["kernel"] for r in rows if (r["metric"], r["workload"], r["cpus"]) == k}
             != {"stock", "patched"}]
    test(not alone, "each of them is measured of both kernels", *map(str, alone[:3]))
    wrong = [r for r in rows if r["metric"] in PROMISED and r["runs"] != runs]
    test(not wrong, "figures are of as many runs as were asked for", *map(str, wrong[:3]))
    test(not problems([GOOD]), "a good row is taken", *problems([GOOD]))
    for name, bad in BAD:
        test(problems(bad), f"refused: {name}")


if __name__ == "__main__":
    main()
