#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run every query of Grafana dashboards on a Prometheus, and compare with vmalocktop --json.

Prints TAP: for each panel whether its queries return data, for some whether it is what the reports of the same
time say.  With --has, only says by its exit status whether a query returns anything.
"""
import argparse
import datetime
import json
import math
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# Prometheus extrapolates to the ends of the range, by up to a scrape at each end.
TOLERANCE = 0.1
# Fewer events say little: those at the ends weigh too much.
ENOUGH = 30
FAULT_KINDS = ("baby", "excl", "mmap_lock")
# What the running kernel has to know for a metric to be there; see METRICS.md, column "from".
NEEDS = {
    "vmalock_lookups_total": "lookups",
    "vmalock_lookup_walks": "lookups",
    "vmalock_reffree": "reffree",
    "vmalock_zombie": "zombies",
    "vmalock_baby_wait": "baby",
    "vmalock_excl_wait": "excl",
    "vmalock_drain": "drains",
    "vmalock_baby_life": "lives",
}


class Prometheus:
    """The HTTP interface of a Prometheus."""

    def __init__(self, url):
        self.url = url

    def get(self, path, **parameters):
        """The data of an answer; raises ValueError with the message of an error."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=120) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from error

    def query(self, expression, when):
        """Pairs of labels and number."""
        data = self.get("query", query=expression, time=when)
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(r["metric"], float(r["value"][1])) for r in data["result"]]


class Tap:
    """Counts and prints tests."""

    def __init__(self):
        self.count = self.failed = 0

    def test(self, name, wrongs):
        """A test that passes if there are no wrongs."""
        self.count += 1
        self.failed += bool(wrongs)
        print(f"{'not ok' if wrongs else 'ok'} {self.count} - {name}")
        for wrong in wrongs:
            print(f"# {wrong}")
        sys.stdout.flush()

    def end(self):
        """The plan."""
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def expand(expression, host, span):
    """Replace Grafana's variables."""
    for name, value in (("$__rate_interval", f"{span}s"), ("$__range", f"{span}s"), ("$host", re.escape(host)),
                        ("$pid", ".*"), ("$region", ".*")):
        # PromQL's strings know backslashes themselves.
        expression = expression.replace(name, value.replace("\\", "\\\\"))
    if "$" in expression:
        raise ValueError(f"a variable is unknown: {expression}")
    return expression


def may_be_absent(expression, absent):
    """Whether an expression needs a metric that this kernel can't tell; those by kind take what there is."""
    metrics = re.findall(r"\bvmalock_[a-z_]+", expression)
    return "label_replace" not in expression and any(
        metric.startswith(prefix) and need in absent for metric in metrics for prefix, need in NEEDS.items())


def data_wrong(result):
    """What is wrong with the result of a query that should return data."""
    if not result:
        return "no data"
    if not any(math.isfinite(value) for _, value in result):
        return f"no number: {result[:3]}"
    return None


class Lab:
    """What was scraped and what was reported meanwhile."""

    def __init__(self, options):
        self.prometheus = Prometheus(options.prometheus)
        self.host = options.host
        # From the first scrape to the last.
        up = self.prometheus.get("query", query='up{job="vmalocktop"}[1h]', time=options.end)["result"][0]["values"]
        scrapes = [scrape for scrape in up if scrape[1] == "1"]
        self.now = scrapes[-1][0]
        self.span = math.ceil(self.now - scrapes[0][0])
        with open(options.reports, encoding="utf-8") as lines:
            reports = [json.loads(line) for line in lines]
        ends = [datetime.datetime.fromisoformat(r["time"].replace("Z", "+00:00")).timestamp() for r in reports]
        self.reports = [r for r, end in zip(reports, ends) if scrapes[0][0] < end <= self.now]
        # A scrape may be amid a report: what was counted in those is in doubt.
        self.doubtful = [min((r for r, end in zip(reports, ends) if end > at), key=lambda r: r["time"])
                         for at in (scrapes[0][0], self.now)]
        self.absent = {m for m, g in self.reports[-1]["coverage"].items() if g == "absent"}
        # Stacks are no metric, and not asked for.
        lacks = self.absent - {"stacks"}
        if lacks and not options.some_absent:
            raise SystemExit(f"queries.py: this kernel can't tell {', '.join(sorted(lacks))}: boot the patched one")
        self.panels = {}

    def run(self, expression):
        """The result of a dashboard's expression over the whole time."""
        return self.prometheus.query(expand(expression, self.host, self.span), self.now)

    def total(self, f):
        """Sum of a number over all reports."""
        return sum(f(report) or 0 for report in self.reports)


def check_panels(lab, tap, path):
    """Every query of a dashboard returns data."""
    with open(path, encoding="utf-8") as file:
        dashboard = json.load(file)
    for panel in dashboard["panels"]:
        if "targets" not in panel:
            continue
        wrongs = []
        results = []
        for target in panel["targets"]:
            try:
                result = lab.run(target["expr"])
                wrong = data_wrong(result)
                if wrong and may_be_absent(target["expr"], lab.absent) and not result:
                    wrong = None
            except ValueError as error:
                result, wrong = [], str(error)
            results.append(result)
            if wrong:
                wrongs.append(f"{wrong}: {target['expr']}")
        lab.panels[dashboard["uid"], panel["title"]] = results
        tap.test(f"{dashboard['uid']}: {panel['title']}: returns data", wrongs)
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            tap.test(f"{dashboard['uid']}: variable {variable['name']}: has values", check_variable(lab, variable))


def check_variable(lab, variable):
    """What is wrong with a variable's values."""
    found = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
    if not found:
        return [f"not label_values(): {variable['query']}"]
    # The latest minute: what a whole Prometheus has is not asked for.
    values = lab.prometheus.get(f"label/{found[2]}/values", **{
        "match[]": expand(found[1], lab.host, lab.span), "start": lab.now - lab.span, "end": lab.now})
    return [] if values else ["no values"]


def near(what, got, low, high, doubt=0):
    """What is wrong with a number that should be within low and high."""
    if low - max(3, TOLERANCE * low) - doubt <= got <= high + max(3, TOLERANCE * high) + doubt:
        return []
    wanted = f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}"
    return [f"{what}: {got:.6g} in Prometheus, {wanted} in the reports, {doubt:.6g} in doubt"]


def by(label, results):
    """Values of the first query by a label."""
    return {labels.get(label): value for labels, value in results[0]}


def slots(reports, kind):
    """Counts of waits of a kind by the end of their slot in seconds."""
    counts = {}
    for report in reports:
        times = report["waits"][kind]
        counts[1e-6] = counts.get(1e-6, 0) + times["zero"]
        for _, high, n in times["slots"]:
            end = (high + 1) * report["slot_unit_ns"] / 1e9
            counts[end] = counts.get(end, 0) + n
    return counts


def compare_heat(lab, title, kind):
    """A heat map's buckets are the reports' slots; they count waits up to their le.

    The exporter and vmalocktop --json have programs of their own, whose clocks are read one after the other: a wait
    near the end of a slot may be in the next one for one of them.
    """
    wrongs = []
    counts = slots(lab.reports, kind)
    doubt = sum(slots(lab.doubtful, kind).values())
    for le, value in by("le", lab.panels["vmalock-host", title]).items():
        low, high = (sum(n for end, n in counts.items() if end <= float(le) * factor) for factor in (0.51, 2.01))
        wrongs += near(f"le {le}", value, low, high, doubt)
    return wrongs


def compare_counts(lab, title, label, f):
    """Rates by a label, times the time, are counts of the reports; f gives those of a report, or None."""
    wrongs = []
    names = set().union(*(f(report) or {} for report in lab.reports))
    got = by(label, lab.panels["vmalock-host", title])
    for name in names:
        wanted = lab.total(lambda report: (f(report) or {}).get(name))
        if wanted >= ENOUGH:
            doubt = sum((f(report) or {}).get(name, 0) for report in lab.doubtful)
            wrongs += near(name, got.get(name, 0) * lab.span, wanted, wanted, doubt)
    return wrongs


def compare_quantiles(lab):
    """The quantiles lie in the slots that the reports' quantiles lie in."""
    counts = {}
    for kind in FAULT_KINDS:
        if kind not in lab.absent:
            for end, n in slots(lab.reports, kind).items():
                counts[end] = counts.get(end, 0) + n
    waits = sum(counts.values())
    wrongs = []
    for part, result in zip((0.5, 0.95, 0.99), lab.panels["vmalock-host", "Half, 95 and 99 of 100 waits within"]):
        # Where counts are a little off, the quantile may be in a neighbour's slot.
        ends = [min(end for end in counts if sum(n for e, n in counts.items() if e <= end) >= waits * p)
                for p in (max(0, part - 0.03), min(1, part + 0.03))]
        value = result[0][1]
        if not ends[0] / 2 <= value * 1.001 <= ends[1] * 1.002:
            wrongs.append(f"{part}: {value} is not within {ends[0] / 2} to {ends[1]}")
    return wrongs


def compare(lab, tap):
    """Panels of the host's dashboard agree with the reports."""
    known = [kind for kind in FAULT_KINDS if kind not in lab.absent]
    waits = sum(lab.total(lambda report: report["waits"][kind]["count"]) for kind in known)
    tap.test(f"the load made enough waits of faults: {waits}", [] if waits >= ENOUGH else ["start over with another load"])

    got = by("kind", lab.panels["vmalock-host", "Threads standing still"])
    wrongs = []
    for kind in known:
        seconds = lab.total(lambda report: report["waits"][kind]["total_ns"]) / 1e9
        doubt = sum(report["waits"][kind]["total_ns"] for report in lab.doubtful) / 1e9
        if abs(got.get(kind, 0) * lab.span - seconds) > max(0.02, TOLERANCE * seconds) + doubt:
            wrongs.append(f"{kind}: {got.get(kind, 0) * lab.span:.4g} s in Prometheus, {seconds:.4g} s in the reports")
    tap.test("vmalock-host: Threads standing still: agrees with --json", wrongs)

    for title, kind in (("On a BABY", "baby"), ("On an EXCL VMA", "excl"), ("For mmap_lock", "mmap_lock"),
                        ("Drains", "drain"), ("Lives of BABYs", "life")):
        if lab.reports[-1]["waits"][kind] is not None:
            tap.test(f"vmalock-host: {title}: agrees with --json", compare_heat(lab, title, kind))
    for title, label, f in (
            ("Lookups by result", "result", lambda r: r["faults"]["results"]),
            ("Fallbacks by reason", "reason", lambda r: r["faults"]["fallbacks"]),
            ("Without a reference", "outcome", lambda r: r["faults"]["reffree_attempts"]),
            ("Back-offs from ZOMBIEs", "place", lambda r: r["faults"]["zombie_backoffs"]),
            ("Waits begun and open", "kind", lambda r: {k: w["begun"] for k, w in r["waits"].items() if w})):
        tap.test(f"vmalock-host: {title}: agrees with --json", compare_counts(lab, title, label, f))
    tap.test("vmalock-host: quantiles: agree with --json", compare_quantiles(lab))

    # The load's region that lost most is in the table of regions.
    regions = {}
    for report in lab.reports:
        for region in (r for r in report["regions"] if r["comm"] == "vmalock-load" and r["size"]):
            key = (str(region["pid"]), region["start"])
            regions[key] = regions.get(key, 0) + region["fault_wait_ns"]
    first = max(regions, key=regions.get)
    told = {(labels.get("pid"), labels.get("start")) for labels, _ in lab.panels["vmalock-giant", "Regions by time lost"][0]}
    tap.test("vmalock-giant: Regions by time lost: has the region that lost most in --json",
             [] if first in told else [f"{first} is not in {sorted(told)[:5]}"])


def main():
    """See the top."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--has", action="store_true")
    parser.add_argument("--some-absent", action="store_true")
    parser.add_argument("--end", type=float, help="scrapes until this time are looked at")
    parser.add_argument("--reports", help="output of vmalocktop --json")
    parser.add_argument("prometheus")
    parser.add_argument("host", help="value of the label instance; with --has the query")
    parser.add_argument("dashboards", nargs="*")
    options = parser.parse_args()
    if options.has:
        return 0 if Prometheus(options.prometheus).query(options.host, time.time()) else 1
    lab = Lab(options)
    tap = Tap()
    for path in options.dashboards:
        check_panels(lab, tap, path)
    compare(lab, tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
