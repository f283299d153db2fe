# SPDX-License-Identifier: GPL-2.0
"""How long faults wait for a writer, against what the writer does under mmap_lock; and grace periods."""
import re
from statistics import median, quantiles

from attribute import Attribution
from parallel import parallel
from transfers import MAX_CPUS
from vm import Guest, trace

CPUS = 4
FAULTS = 400            # of each CPU; r makes four times as many touches
QUANTUM = 2000          # instructions until the next CPU goes on
EVENT = re.compile(r"-(\d+)\s+\[\d+\]\s+\S+\s+(\d+): (\w+): (.*)")
EVENTS = ("lock/contention_begin,lock/contention_end,mmap_lock/mmap_lock_start_locking,"
          "mmap_lock/mmap_lock_acquire_returned,mmap_lock/mmap_lock_released")
SHAPE = (("median", lambda waits: median(waits)), ("p90", lambda waits: quantiles(waits, n=100)[89]),
         ("p99", lambda waits: quantiles(waits, n=100)[98]), ("longest", max))
GRACE_CPUS = 4


def durations(lines):
    """(waits of faults, sections of the writer) in a text of the kernel's trace, in its clock's unit.

    A wait is a thread's sleep as a reader: on a BABY or EXCL VMA, or in the queue of mmap_lock. Both kernels have
    the event contention_begin for it, so it counts the same in both. A section is mmap_lock held for write.
    """
    waits, sections, since = [], [], {}
    for line in lines:
        m = EVENT.search(line)
        if not m:
            continue
        tid, time, event, text = m[1], int(m[2]), m[3], m[4]
        write = "write=true" in text
        if event == "mmap_lock_acquire_returned" and write:
            since["section", tid] = time
        elif event == "mmap_lock_released" and write and ("section", tid) in since:
            sections.append(time - since.pop(("section", tid)))
        elif event == "contention_begin" and "READ" in text:
            since["wait", tid] = time
        elif event == "contention_end" and ("wait", tid) in since:
            waits.append(time - since.pop(("wait", tid)))
    return waits, sections


def measure(setup, guest, workload, seed):
    """(faults, changes of mappings, waits, sections) of one run."""
    lines, report = guest.run([f"events {EVENTS}", f"faults {workload} cpus={CPUS} faults={FAULTS} seed={seed}",
                               "trace -"], setup.plugin, {"quantum": QUANTUM, "seed": seed, "memory": "none"})
    region, = Attribution(guest.kernel).regions(report)
    waits, sections = durations(trace(lines))
    if not sections:
        raise RuntimeError(f"no section of the writer in the trace of {guest.base}")
    changes = next(l["changes"] for l in lines if l["what"] == "region")
    return region.counts["faults"], changes, waits, sections


def run(setup, results):
    setup.say("waits")
    guests = {name: Guest(kernel, setup.program, setup.out, MAX_CPUS + 1) for name, kernel in setup.kernels.items()}
    points = [(name, workload, seed) for name in guests for workload in "mr" for seed in range(1, setup.runs + 1)]
    measured = parallel(lambda p: measure(setup, guests[p[0]], *p[1:]), points)
    for name in guests:
        for workload in "mr":
            _add(setup, results, name, workload, [m for p, m in zip(points, measured) if p[:2] == (name, workload)])


def _add(setup, results, name, workload, runs):
    command = setup.command("--only waits")
    results.add("waits_per_fault", workload, CPUS, name, [len(w) / n for n, _, w, _ in runs], "waits", command)
    results.add("wait_time_per_fault", workload, CPUS, name, [sum(w) / n for n, _, w, _ in runs], "virtual ns", command)
    results.add("section_length", workload, CPUS, name, [median(s) for *_, s in runs], "virtual ns", command)
    results.add("wait_time_per_change", workload, CPUS, name, [sum(w) / c for _, c, w, _ in runs], "virtual ns",
                command)
    results.add("changes_per_fault", workload, CPUS, name, [c / n for n, c, _, _ in runs], "system calls", command)
    if workload == "m":
        return      # where nobody waits, waits have no distribution
    fewest = min(len(w) for _, _, w, _ in runs)
    if fewest < 20:
        raise RuntimeError(f"only {fewest} waits in a trace of {name}")
    for which, of in SHAPE:
        results.add("baby_wait_ratio", f"{workload}, {which} wait by median section", CPUS, name,
                    [of(w) / median(s) for _, _, w, s in runs], "ratio", command)
        results.add("wait_length", f"{workload}, {which}", CPUS, name, [of(w) for _, _, w, _ in runs], "virtual ns",
                    command)


def run_grace(setup, results):
    """A replacing mmap() with the proposal's grace period and without; a virtual ns is an instruction, or idle."""
    setup.say("grace periods")
    todo = [(name, flavour, Guest(kernel, setup.program, setup.out, GRACE_CPUS, append=append))
            for name, flavour, kernel, append in (
                ("as it is", "stock", setup.kernels["stock"], ""),
                ("as it is", "patched", setup.experiment, ""),
                ("synchronize_rcu()", "patched", setup.experiment, "vma_lock.sync_rcu=1"))]

    def measure_grace(point):
        guest, seed = point
        lines, _ = guest.run([f"ops mmap_fixed pages=16 reps=51 seed={seed}"], setup.plugin, {"memory": "none"})
        return lines[0]["median"]

    seeds = range(1, setup.runs + 1)
    measured = iter(parallel(measure_grace, [(guest, seed) for _, _, guest in todo for seed in seeds]))
    for name, flavour, _ in todo:
        results.add("time_per_replacing_mmap", name, GRACE_CPUS, flavour, [next(measured) for _ in seeds],
                    "virtual ns", setup.command("--only grace"))
