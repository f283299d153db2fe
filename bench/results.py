# SPDX-License-Identifier: GPL-2.0
"""Figures: rows of bench.json."""
import json
import os
from statistics import median


class Results:
    """Rows, each the median of some runs with the difference between their largest and least."""

    def __init__(self):
        self.rows = []

    def add(self, metric, workload, cpus, kernel, values, unit, command):
        values = list(values)
        self.rows.append({
            "metric": metric, "workload": workload, "cpus": cpus, "kernel": kernel,
            "value": round(median(values), 4), "unit": unit,
            "spread": round(max(values) - min(values), 4), "runs": len(values), "command": command,
        })

    def add_absent(self, metric, workload, cpus, kernel, unit, reason, command):
        """A row without a figure, and why there is none."""
        self.rows.append({
            "metric": metric, "workload": workload, "cpus": cpus, "kernel": kernel, "value": None, "unit": unit,
            "spread": None, "runs": 0, "command": command, "absent": reason,
        })

    def absent(self):
        """The rows without a figure."""
        return [row for row in self.rows if "absent" in row]

    def save(self, path):
        part = path + ".part"
        with open(part, "w") as f:
            f.write("[\n" + ",\n".join(json.dumps(row) for row in self.rows) + "\n]\n")
        os.rename(part, path)
