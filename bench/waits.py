# SPDX-License-Identifier: GPL-2.0
"""How long faults wait for a writer, against what the writer does under mmap_lock; and grace periods."""
import re
from statistics import median, quantiles

from vm import Guest

CPUS = 4
QUANTUM = 2000          # instructions until the next CPU goes on
EVENT = re.compile(r"-(\d+)\s+\[\d+\]\s+\S+\s+(\d+): (\w+): (.*)")
MMAP_LOCK = "mmap_lock/mmap_lock_start_locking,mmap_lock/mmap_lock_acquire_returned,mmap_lock/mmap_lock_released"
EVENTS = {
    "stock": MMAP_LOCK,
    "patched": MMAP_LOCK + ",vma_lock/vma_baby_wait_begin,vma_lock/vma_baby_wait_end",
}


def durations(trace):
    """(waits of faults, sections of the writer) in a text of the kernel's trace, in its clock's unit.

    A fault waits for mmap_lock (read), or sleeps on a BABY or EXCL VMA.  A section is mmap_lock held for write.
    """
    waits, sections, since = [], [], {}
    for line in trace:
        m = EVENT.search(line)
        if not m:
            continue
        tid, time, event, text = m[1], int(m[2]), m[3], m[4]
        write = "write=true" in text
        if event == "mmap_lock_acquire_returned" and write:
            since["section", tid] = time
        elif event == "mmap_lock_released" and write and ("section", tid) in since:
            sections.append(time - since.pop(("section", tid)))
        elif event in ("mmap_lock_start_locking", "vma_baby_wait_begin") and not write:
            since["wait", tid] = time
        elif event in ("mmap_lock_acquire_returned", "vma_baby_wait_end") and ("wait", tid) in since:
            waits.append(time - since.pop(("wait", tid)))
    return waits, sections


def run(setup, results):
    command = setup.command("--only waits")
    for name, kernel in setup.kernels.items():
        setup.say(f"waits: {name}")
        guest = Guest(kernel, setup.program, setup.out, CPUS + 1)
        ratios, counts, lengths = {"median": [], "p90": []}, [], []
        for seed in range(1, setup.runs + 1):
            lines, _ = guest.run([f"events {EVENTS[name]}", f"faults r cpus={CPUS} faults=400 seed={seed}", "trace -"],
                                 setup.plugin, {"quantum": QUANTUM, "seed": seed, "memory": "none"})
            waits, sections = durations(next(l["text"] for l in lines if l["what"] == "trace"))
            if len(waits) < 20 or not sections:
                raise RuntimeError(f"only {len(waits)} waits and {len(sections)} sections in the trace of {name}")
            ratios["median"].append(median(waits) / median(sections))
            ratios["p90"].append(quantiles(waits, n=10)[8] / median(sections))
            counts.append(len(waits) / len(sections))
            lengths.append(median(sections))
        for which, values in ratios.items():
            results.add("baby_wait_ratio", f"r, {which} wait by median section", CPUS, name, values, "ratio", command)
        results.add("waits_per_section", "r", CPUS, name, counts, "waits", command)
        results.add("section_length", "r", CPUS, name, lengths, "virtual ns", command)


def run_grace(setup, results):
    """A replacing mmap() with the proposal's grace period and without; a virtual ns is an instruction, or idle."""
    for name, flavour, kernel, append in (
            ("as it is", "stock", setup.kernels["stock"], ""),
            ("as it is", "patched", setup.experiment, ""),
            ("synchronize_rcu()", "patched", setup.experiment, "vma_lock.sync_rcu=1")):
        setup.say(f"grace periods: {flavour}, {name}")
        guest = Guest(kernel, setup.program, setup.out, CPUS, append=append)
        values = []
        for seed in range(1, setup.runs + 1):
            lines, _ = guest.run([f"ops mmap_fixed pages=16 reps=51 seed={seed}"], setup.plugin,
                                 {"memory": "none"})
            values.append(lines[0]["median"])
        results.add("time_per_replacing_mmap", name, CPUS, flavour, values, "virtual ns",
                    setup.command("--only grace"))
