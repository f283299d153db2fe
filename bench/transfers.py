# SPDX-License-Identifier: GPL-2.0
"""Transfers of cache lines per page fault, on more and more CPUs."""
from collections import Counter, defaultdict
from statistics import median

from attribute import LOCK_STRUCT, MM_STRUCTS, VMA_STRUCTS, Attribution
from parallel import parallel
from vm import Guest

MAX_CPUS = 16
QUANTUM = 200           # instructions, on average, until the next CPU goes on
WORKLOADS = "avfmr"
SHARED = "afm"           # workloads whose faults share a VMA that stays
TOP = 12                # places kept of each point


def measure(setup, guest, cpus, seed, forced, faults, layouts):
    """Run all workloads once; returns {workload: [Region of each layout]}."""
    commands = [f"faults {w} cpus={cpus} faults={faults} layouts={layouts} seed={seed} pause={int(not forced)}"
                for w in WORKLOADS]
    options = {"quantum": QUANTUM if forced else 0, "seed": seed}
    lines, report = guest.run(commands, setup.plugin, options)
    regions = Attribution(guest.kernel).regions(report)
    if len(regions) != len(lines) or len(lines) != layouts * len(WORKLOADS):
        raise RuntimeError(f"{len(lines)} lines of the guest, {len(regions)} regions of the plugin")
    by_workload = defaultdict(list)
    for line, region in zip(lines, regions):
        by_workload[line["workload"]].append(region)
    return by_workload


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
    faults, layouts = (64, 8) if setup.quick else (96, 8)
    guests = {name: Guest(kernel, setup.program, setup.out, MAX_CPUS + 1) for name, kernel in setup.kernels.items()}
    setup.say("transfers: boot")
    parallel(Guest.save, guests.values())
    for cpus in sizes:
        for forced in (True,) if setup.quick else (True, False):
            setup.say(f"transfers: {cpus} CPUs" + ("" if forced else ", in lockstep"))
            points = [(name, seed) for name in guests for seed in range(1, setup.runs + 1)]
            measured = parallel(lambda p: measure(setup, guests[p[0]], cpus, p[1], forced, faults, layouts), points)
            for name in guests:
                runs = [by_workload for (n, _), by_workload in zip(points, measured) if n == name]
                _add_all(results, places, setup, name, cpus, forced, runs)
            setup.save()


def _add_all(results, places, setup, name, cpus, forced, runs):
    """Add what the runs of one kernel gave."""
    for workload in WORKLOADS:
        layouts_of_runs = [by_workload[workload] for by_workload in runs]
        _add(results, setup, name, cpus, workload, forced, layouts_of_runs)
        if cpus > 1 and workload in SHARED and setup.kernels[name].btf.struct(LOCK_STRUCT):
            _add_by_lock(results, setup, name, cpus, workload, forced, layouts_of_runs)
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


def _add_by_lock(results, setup, name, cpus, workload, forced, runs):
    """A VMA's lock may lie in two lines: the transfers of such layouts and of others, of all runs together."""
    command = setup.command(f"--only transfers --cpus {cpus}")
    metric = "vma_transfers_per_fault_by_lock" + ("" if forced else "_lockstep")
    for two, where in ((False, "one line"), (True, "two lines")):
        values = [r.of_objects(VMA_STRUCTS) / r.counts["faults"]
                  for regions in runs for r in regions if r.lock_straddles() == two]
        what = (metric, f"{workload}, lock in {where}", cpus, name)
        if values:
            results.add(*what, values, "transfers", command)
        else:
            results.add_absent(*what, "no such layout", command)
    if forced:
        results.add("layouts_with_lock_in_two_lines", workload, cpus, name,
                    [sum(r.lock_straddles() for r in regions) / len(regions) for regions in runs],
                    "of all layouts", command)


def _top(name, cpus, workload, runs):
    """Where most transfers happen: [[object, member, function, per fault]]."""
    total, faults = Counter(), 0
    for regions in runs:
        for region in regions:
            total.update(region.places["fault"])
            faults += region.counts["faults"]
    return {"kernel": name, "cpus": cpus, "workload": workload,
            "places": [[p.object, p.member, p.function, round(n / faults, 4)] for p, n in total.most_common(TOP)]}
