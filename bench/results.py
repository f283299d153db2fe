# SPDX-License-Identifier: GPL-2.0
"""Figures: rows of bench.json."""
import json
import math
import os
import re
from statistics import median

KERNELS = ("stock", "patched")
ROW = {     # what a row holds, all of it and nothing else
    "metric": lambda v: isinstance(v, str) and re.fullmatch(r"[a-z][a-z0-9_]*", v),
    "workload": lambda v: isinstance(v, str) and v,
    "cpus": lambda v: type(v) is int and v > 0,
    "kernel": lambda v: v in KERNELS,
    "value": lambda v: type(v) in (int, float) and math.isfinite(v),
    "unit": lambda v: isinstance(v, str) and v,
    "spread": lambda v: type(v) in (int, float) and math.isfinite(v) and v >= 0,
    "runs": lambda v: type(v) is int and v > 0,
    "command": lambda v: isinstance(v, str) and v.startswith("bench/run"),
}
KEY = ("metric", "workload", "cpus", "kernel")      # no two rows have the same


def problems(rows):
    """What is wrong with @rows as the content of bench.json: a list of lines, empty if nothing is."""
    if not isinstance(rows, list) or not rows:
        return ["it isn't an array with rows"]
    found, seen = [], set()
    for i, row in enumerate(rows):
        if not isinstance(row, dict) or set(row) != set(ROW):
            found.append(f"row {i} isn't an object of {', '.join(ROW)}: {row}")
            continue
        found += [f"row {i}: {name} can't be {row[name]!r}" for name, good in ROW.items() if not good(row[name])]
        key = tuple(row[name] for name in KEY)
        if key in seen:
            found.append(f"row {i}: another one has the same {', '.join(KEY)}: {key}")
        seen.add(key)
    return found


class Results:
    """Rows, each the median of some runs with the difference between their largest and least.

    What another's program can't give has no row but a place in @absences, which says why.
    """

    def __init__(self):
        self.rows, self.absences = [], []

    def add(self, metric, workload, cpus, kernel, values, unit, command):
        values = list(values)
        self.rows.append({
            "metric": metric, "workload": workload, "cpus": cpus, "kernel": kernel,
            "value": round(median(values), 4), "unit": unit,
            "spread": round(max(values) - min(values), 4), "runs": len(values), "command": command,
        })

    def add_absent(self, metric, workload, cpus, kernel, reason, command):
        """There is no figure, because of @reason."""
        self.absences.append({"metric": metric, "workload": workload, "cpus": cpus, "kernel": kernel,
                              "reason": reason, "command": command})

    def take(self, rows, absences, parts):
        """Begin with what an earlier run has measured of @parts."""
        def of_parts(row):
            return any(f"--only {part}" in row["command"] for part in parts)

        self.rows, self.absences = list(filter(of_parts, rows)), list(filter(of_parts, absences))

    def save(self, path):
        if found := problems(self.rows):
            raise RuntimeError(f"{path} not written: {found[0]}")
        part = path + ".part"
        with open(part, "w") as f:
            f.write("[\n" + ",\n".join(json.dumps(row) for row in self.rows) + "\n]\n")
        os.rename(part, path)
