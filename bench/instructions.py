# SPDX-License-Identifier: GPL-2.0
"""Instructions of single operations, on one CPU; also with somebody watching."""
import re

import watchers
from parallel import parallel
from vm import Guest, ProgramError, trace

PAGES = (1, 16, 256)
# operations whose cost depends on the number of pages
SIZED = ("munmap", "munmap_whole_vma", "mmap_fixed", "mmap_fixed_file", "mprotect_split", "mprotect_whole_vma",
         "mremap", "madvise_dontneed", "brk")
WATCHED = ("fault_anon_write", "fault_file_read", "mmap_fixed", "munmap")
PAGES_WATCHED = 16
COMPARED = ("fault_anon_write", "fault_file_read", "mmap_fixed")
EVENTS_OF = ("fault_anon_write", "mmap_fixed")      # whose trace events are counted


def medians(lines):
    """{(operation, pages): instructions} of bench-guest's lines."""
    return {(l["name"], l["pages"]): l["median"] for l in lines if l["what"] == "op"}


def label(name, pages):
    return f"{name} {pages} page{'s' if pages > 1 else ''}" if name in SIZED else name


def run(setup, results):
    setup.say("instructions")
    guests = {name: Guest(kernel, setup.program, setup.out, 1) for name, kernel in setup.kernels.items()}

    def measure(point):
        name, seed = point
        commands = [f"ops all pages={n} seed={seed}" for n in PAGES]
        return medians(guests[name].run(commands, setup.plugin, {"memory": "none"})[0])

    points = [(name, seed) for name in guests for seed in range(1, setup.runs + 1)]
    measured = parallel(measure, points)
    for name in guests:
        runs = [m for (n, _), m in zip(points, measured) if n == name]
        for op, pages in runs[0]:
            if op in SIZED or pages == PAGES[0]:
                results.add("instructions_per_op", label(op, pages), 1, name, [r[op, pages] for r in runs],
                            "instructions", setup.command("--only instructions"))


def watchings(setup):
    """[(watcher, kernel)] to measure."""
    return [
        (watchers.NOBODY, "patched"),
        (watchers.events("vma_lock"), "patched"),
        (watchers.vmalocktop(setup.vmalocktop, "1000"), "patched"),
        (watchers.bpftrace(), "patched"),
        (watchers.perf_lock(), "patched"),
        (watchers.perf_lock_bpf(), "patched"),
        (watchers.NOBODY, "stock"),
        (watchers.events("mmap_lock"), "stock"),
        (watchers.perf_lock(), "stock"),
    ]


def run_watched(setup, results):
    """What an operation costs more when it is watched, and each trace event of it."""
    setup.say("instructions: watched")
    cost, command = {}, setup.command("--only watched")
    todo = watchings(setup)
    for (watcher, name), values in zip(todo, parallel(lambda t: _watched(setup, *t), todo)):
        for op in WATCHED:
            what = ("instructions_per_op_watched", f"{label(op, PAGES_WATCHED)}, {watcher.name}", 1, name)
            if isinstance(values, ProgramError):
                results.add_absent(*what, str(values), command)
            else:
                results.add(*what, values[op], "instructions", command)
                cost[name, watcher.name, op] = values[op]
    _per_event(results, cost, _events_per_op(setup), command)
    _compare(results, cost, command)


def _compare(results, cost, command):
    """vmalocktop's cost by that of the script for bpftrace, of operations that fire events."""
    for op in COMPARED:
        what = ("tool_cost_ratio", f"{label(op, PAGES_WATCHED)}, instructions and time", 1, "patched")
        nobody, ours, theirs = (cost.get(("patched", w, op))
                                for w in (watchers.NOBODY.name, "vmalocktop", "bpftrace"))
        if theirs:
            results.add(*what, [(x - n) / (y - n) for n, x, y in zip(nobody, ours, theirs)], "ratio", command)
        else:
            results.add_absent(*what, "see its instructions per operation", command)


def _watched(setup, watcher, kernel):
    """{operation: instructions in each run}; a ProgramError if another's program isn't there or fails."""
    runs = []
    try:
        guest = Guest(setup.kernels[kernel], setup.program, setup.out, 1, files=watcher.files)
        for seed in range(1, setup.runs + 1):
            commands = [*watcher.before, *(f"ops {op} pages={PAGES_WATCHED} seed={seed}" for op in WATCHED),
                        *watcher.after]
            runs.append(medians(guest.run(commands, setup.plugin, {"memory": "none"})[0]))
    except ProgramError as error:
        if watcher.ours:
            raise
        return error
    return {op: [r[op, PAGES_WATCHED] for r in runs] for op in WATCHED}


def _events_per_op(setup):
    """{operation: names of the events of group vma_lock that it fires}"""
    guest = Guest(setup.kernels["patched"], setup.program, setup.out, 1)
    fired = {}
    for op in EVENTS_OF:
        lines, _ = guest.run(["events vma_lock", f"ops {op} pages={PAGES_WATCHED} reps=1 mark=1", "trace -"],
                             setup.plugin, {"memory": "none"})
        text = "\n".join(trace(lines))
        marked = re.search(r": op_begin$(.*?): op_end$", text, re.M | re.S)
        fired[op] = re.findall(r": (vma_\w+):", marked[1]) if marked else []
        if not fired[op]:
            raise RuntimeError(f"operation {op} fires no event of vma_lock: {text[-500:]}")
    return fired


def _per_event(results, cost, fired, command):
    """The cost of each event that an operation fires, if they all cost the same."""
    for watcher in ("vma_lock trace events on", "vmalocktop", "bpftrace"):
        for op, events in fired.items():
            what = ("tool_cost_per_event", f"{' and '.join(events)} of {op}, {watcher}", 1, "patched")
            with_it, without = (cost.get(("patched", w, op)) for w in (watcher, watchers.NOBODY.name))
            if with_it:
                results.add(*what, [(x - y) / len(events) for x, y in zip(with_it, without)], "instructions", command)
            else:
                results.add_absent(*what, "see its instructions per operation", command)
