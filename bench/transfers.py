# SPDX-License-Identifier: GPL-2.0
"""Transfers of cache lines per page fault, on more and more CPUs."""
from collections import Counter, defaultdict
from statistics import median

from attribute import MM_STRUCTS, VMA_STRUCTS, Attribution
from vm import Guest

MAX_CPUS = 16
QUANTUM = 200           # instructions, on average, until the next CPU goes on
WORKLOADS = "avfmr"
TOP = 12                # places kept of each point


def measure(setup, cpus, seed, forced, faults, layouts, kernel):
    """Run all workloads once; returns [(workload, Region)], one for each layout."""
    guest = Guest(kernel, setup.program, setup.out, MAX_CPUS + 1)
    commands = [f"faults {w} cpus={cpus} faults={faults} layouts={layouts} seed={seed} pause={int(not forced)}"
                for w in WORKLOADS]
    options = {"quantum": QUANTUM if forced else 0, "seed": seed}
    lines, report = guest.run(commands, setup.plugin, options)
    regions = Attribution(kernel).regions(report)
    if len(regions) != len(lines) or len(lines) != layouts * len(WORKLOADS):
        raise RuntimeError(f"{len(lines)} lines of the guest, {len(regions)} regions of the plugin")
    return [(line["workload"], region) for line, region in zip(lines, regions)]


def point(regions, value):
    """Median over layouts of value(region) per page fault."""
    return median(value(r) / r.counts["faults"] for r in regions)


METRICS = (
    ("transfers_per_fault", "transfers", lambda r: r.transfers()),
    ("vma_mm_transfers_per_fault", "transfers", lambda r: r.of_objects(VMA_STRUCTS + MM_STRUCTS)),
    ("vma_transfers_per_fault", "transfers", lambda r: r.of_objects(VMA_STRUCTS)),
    ("mmap_lock_per_fault", "acquisitions", lambda r: r.counts["lock_mm_and_find_vma"]),
    ("instructions_per_fault_mean", "instructions", lambda r: r.counts["insns_fault"]),
    ("sleeps_per_fault", "sleeps", lambda r: r.counts["slept"]),
)


def run(setup, results, places):
    sizes = (setup.cpus,) if setup.cpus else (1, 4, 16) if setup.quick else (1, 2, 4, 8, 16)
    faults, layouts = (64, 3) if setup.quick else (96, 8)
    for cpus in sizes:
        for name, kernel in setup.kernels.items():
            for forced in (True,) if setup.quick else (True, False):
                setup.say(f"transfers: {name}, {cpus} CPUs" + ("" if forced else ", in lockstep"))
                runs = defaultdict(list)
                for seed in range(1, setup.runs + 1):
                    by_workload = defaultdict(list)
                    for workload, region in measure(setup, cpus, seed, forced, faults, layouts, kernel):
                        by_workload[workload].append(region)
                    for workload, regions in by_workload.items():
                        runs[workload].append(regions)
                for workload, layouts_of_runs in runs.items():
                    _add(results, setup, name, cpus, workload, forced, layouts_of_runs)
                    if forced:
                        places.append(_top(name, cpus, workload, layouts_of_runs))


def _add(results, setup, name, cpus, workload, forced, runs):
    command = setup.command(f"--only transfers --cpus {cpus}")
    for metric, unit, value in METRICS:
        if not forced:
            if not metric.endswith("transfers_per_fault"):
                continue
            metric += "_lockstep"
        results.add(metric, workload, cpus, name, [point(regions, value) for regions in runs], unit, command)


def _top(name, cpus, workload, runs):
    """Where most transfers happen: [[object, member, function, per fault]]."""
    total, faults = Counter(), 0
    for regions in runs:
        for region in regions:
            total.update(region.places["fault"])
            faults += region.counts["faults"]
    return {"kernel": name, "cpus": cpus, "workload": workload,
            "places": [[p.object, p.member, p.function, round(n / faults, 4)] for p, n in total.most_common(TOP)]}
