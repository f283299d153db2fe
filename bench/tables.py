# SPDX-License-Identifier: GPL-2.0
"""Rows of bench.json as tables of Markdown, the ratio of patched to stock before the figures."""

SIZES = (1, 2, 4, 8, 16)
KERNELS = ("stock", "patched")
NO_DIFFERENCE = "no difference"


class Rows:
    """Figures by what they are of; and why some are absent."""

    def __init__(self, rows, absences):
        self.rows = {(r["metric"], r["workload"], r["cpus"], r["kernel"]): r for r in rows + absences}

    def get(self, metric, workload, cpus, kernel):
        return self.rows.get((metric, workload, cpus, kernel))

    def both(self, metric, workload, cpus):
        """(row of stock, row of patched), None for one that isn't there."""
        return tuple(self.get(metric, workload, cpus, kernel) for kernel in KERNELS)

    def workloads(self, metric):
        return list(dict.fromkeys(w for m, w, _, _ in self.rows if m == metric))

    def cpus(self, metric):
        return sorted({c for m, _, c, _ in self.rows if m == metric})


def number(value):
    if abs(value) >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"


def cell(row):
    if not row:
        return ""
    if "reason" in row:
        return f"absent: {row['reason']}"
    return f"{number(row['value'])} ±{number(row['spread'])}"


def compare(base, other):
    """(ratio or None, text) of two rows, of whose figure less is better; text is empty if one has none."""
    if not base or not other or "reason" in base or "reason" in other:
        return None, ""
    difference = other["value"] - base["value"]
    if abs(difference) <= max(base["spread"], other["spread"]):
        return None, NO_DIFFERENCE
    value = other["value"] / base["value"] if base["value"] else float("inf")
    text = f"{value:.{3 if abs(value - 1) >= 0.005 else 4}f}" if base["value"] else "from 0"
    return value, f"**{text}, worse**" if difference > 0 else text


def table(head, lines):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] +
                     ["| " + " | ".join(line) + " |" for line in lines]) + "\n"


def _nothing(rows):
    return all(r and r.get("value") == 0 and r["spread"] == 0 for r in rows)


def by_cpus(rows, metric):
    """Workloads on more and more CPUs. Those that are always 0 are named below the table."""
    lines, zero = [], []
    for workload in rows.workloads(metric):
        points = [(c, rows.both(metric, workload, c)) for c in SIZES if any(rows.both(metric, workload, c))]
        if all(_nothing(both) for _, both in points):
            zero.append(workload)
            continue
        lines += [[workload, str(c), compare(*both)[1], *map(cell, both)] for c, both in points]
    text = table(["workload", "CPUs", "patched / stock", "stock", "patched"], lines) if lines else ""
    if zero:
        text += "\n" * bool(text) + f"0 in both kernels on every number of CPUs: {', '.join(zero)}.\n"
    return text


def of_stock_by_cpus(rows, metric):
    """What the patched kernel doesn't have."""
    lines = [[workload, str(c), cell(rows.get(metric, workload, c, "stock"))]
             for workload in rows.workloads(metric) for c in SIZES if rows.get(metric, workload, c, "stock")]
    return table(["workload", "CPUs", "stock"], lines)


def by_workload(rows, metric):
    """One number of CPUs."""
    cpus, = rows.cpus(metric)
    lines = [[workload, compare(*rows.both(metric, workload, cpus))[1],
              *map(cell, rows.both(metric, workload, cpus))] for workload in rows.workloads(metric)]
    return table(["what", "patched / stock", "stock", "patched"], lines)


def by_workload_neutral(rows, metric):
    """The same of what may as well be more as less."""
    return by_workload(rows, metric).replace(", worse**", "**")


def of_patched(rows, metric):
    """What is only measured of the patched kernel."""
    cpus, = rows.cpus(metric)
    lines = [[workload, cell(rows.get(metric, workload, cpus, "patched"))] for workload in rows.workloads(metric)]
    units = [r["unit"] for (m, *_), r in rows.rows.items() if m == metric and "unit" in r]
    return table(["what", units[0] if units else ""], lines)


def of_patched_by_cpus(rows, metric):
    """The same on several numbers of CPUs."""
    lines = [[workload, str(c), cell(rows.get(metric, workload, c, "patched"))]
             for workload in rows.workloads(metric) for c in SIZES if rows.get(metric, workload, c, "patched")]
    units = [r["unit"] for (m, *_), r in rows.rows.items() if m == metric and "unit" in r]
    return table(["what", "CPUs", units[0] if units else ""], lines)


def by_watcher(rows, metric):
    """Workloads "operation, watcher", compared to those with nobody watching on the same kernel."""
    cpus, = rows.cpus(metric)
    lines, absent = [], {}
    for kernel in KERNELS:
        for workload in sorted(rows.workloads(metric), key=lambda w: w.split(", ")[0]):
            row = rows.get(metric, workload, cpus, kernel)
            operation, watcher = workload.split(", ")
            if row and "reason" in row:
                absent[f"{kernel}, {watcher}"] = row["reason"]
            elif row:
                unwatched = rows.get(metric, f"{operation}, nobody", cpus, kernel)
                text = "" if watcher == "nobody" else compare(unwatched, row)[1].replace(", worse", "")
                lines.append([kernel, operation, watcher, text, cell(row)])
    return (table(["kernel", "what", "watched by", "watched / unwatched", "instructions"], lines) +
            "".join(f"\nAbsent: {what}: {reason}\n" for what, reason in absent.items()))


def grace(rows, metric):
    """Each by the stock kernel."""
    cpus, = rows.cpus(metric)
    stock = rows.get(metric, "as it is", cpus, "stock")
    lines = [["stock", "", cell(stock)]]
    for workload in rows.workloads(metric):
        row = rows.get(metric, workload, cpus, "patched")
        lines.append([f"patched, {workload}", compare(stock, row)[1], cell(row)])
    return table(["what", "by stock", stock["unit"]], lines)


def losses(rows, metrics):
    """All figures of @metrics where patched is worse, the worst first, those without a ratio last."""
    found = []
    for metric in metrics:
        for workload in rows.workloads(metric):
            for cpus in rows.cpus(metric):
                both = rows.both(metric, workload, cpus)
                ratio, text = compare(*both)
                if ratio and ratio > 1:
                    found.append((-ratio if both[0]["value"] else 0,
                                  [text, metric, workload, str(cpus), *map(cell, both)]))
    return table(["patched / stock", "metric", "workload", "CPUs", "stock", "patched"],
                 [line for _, line in sorted(found, key=lambda f: f[0])])
