# SPDX-License-Identifier: GPL-2.0
"""Instructions of single operations, on one CPU; also with somebody watching."""
import watchers
from vm import Guest, ProgramError

PAGES = (1, 16, 256)
# operations whose cost depends on the number of pages
SIZED = ("munmap", "munmap_whole_vma", "mmap_fixed", "mmap_fixed_file", "mprotect_split", "mprotect_whole_vma",
         "mremap", "madvise_dontneed", "brk")
WATCHED = ("fault_anon_write", "fault_file_read", "mmap_fixed", "munmap")
PAGES_WATCHED = 16


def medians(lines):
    """{(operation, pages): instructions} of bench-guest's lines."""
    return {(l["name"], l["pages"]): l["median"] for l in lines if l["what"] == "op"}


def label(name, pages):
    return f"{name} {pages} page{'s' if pages > 1 else ''}" if name in SIZED else name


def run(setup, results):
    for name, kernel in setup.kernels.items():
        setup.say(f"instructions: {name}")
        guest = Guest(kernel, setup.program, setup.out, 1)
        runs = []
        for seed in range(1, setup.runs + 1):
            commands = [f"ops all pages={n} seed={seed}" for n in PAGES]
            runs.append(medians(guest.run(commands, setup.plugin, {"memory": "none"})[0]))
        for op, pages in runs[0]:
            if op in SIZED or pages == PAGES[0]:
                results.add("instructions_per_op", label(op, pages), 1, name, [r[op, pages] for r in runs],
                            "instructions", setup.command("--only instructions"))


NOBODY = watchers.Watcher("nobody")


def watchings(setup):
    """[(watcher, kernel)] to measure."""
    return [
        (NOBODY, "patched"),
        (watchers.events("vma_lock"), "patched"),
        (watchers.vmalocktop(setup.vmalocktop, "1000"), "patched"),
        (watchers.bpftrace(), "patched"),
        (watchers.perf_lock(), "patched"),
        (watchers.perf_lock_bpf(), "patched"),
        (NOBODY, "stock"),
        (watchers.events("mmap_lock"), "stock"),
        (watchers.perf_lock(), "stock"),
    ]


def run_watched(setup, results):
    """What an operation costs more when it is watched."""
    cost, command = {}, setup.command("--only watched")
    for watcher, name in watchings(setup):
        setup.say(f"instructions: {name}, watched by {watcher.name}")
        try:
            values = _watched(setup, watcher, setup.kernels[name])
        except ProgramError as error:
            if watcher.ours:
                raise
            for op in WATCHED:
                results.add_absent("instructions_per_op_watched", f"{label(op, PAGES_WATCHED)}, {watcher.name}", 1,
                                   name, "instructions", str(error), command)
            continue
        for op in WATCHED:
            results.add("instructions_per_op_watched", f"{label(op, PAGES_WATCHED)}, {watcher.name}", 1, name,
                        values[op], "instructions", command)
            cost[name, watcher.name, op] = values[op]
    _per_event(results, cost, command)


def _watched(setup, watcher, kernel):
    """{operation: instructions in each run}"""
    guest = Guest(kernel, setup.program, setup.out, 1, files=watcher.files)
    runs = []
    for seed in range(1, setup.runs + 1):
        commands = [*watcher.before, *(f"ops {op} pages={PAGES_WATCHED} seed={seed}" for op in WATCHED),
                    *watcher.after]
        runs.append(medians(guest.run(commands, setup.plugin, {"memory": "none"})[0]))
    return {op: [r[op, PAGES_WATCHED] for r in runs] for op in WATCHED}


def _per_event(results, cost, command):
    """Every fault fires one event (vma_lookup), every replacement two (vma_born, vma_grown)."""
    for watcher in ("vma_lock trace events on", "vmalocktop", "bpftrace"):
        for op, events, which in (("fault_anon_write", 1, "vma_lookup"), ("mmap_fixed", 2, "vma_born and vma_grown")):
            what = ("tool_cost_per_event", f"{which}, {watcher}", 1, "patched")
            with_it, without = (cost.get(("patched", w, op)) for w in (watcher, NOBODY.name))
            if with_it:
                results.add(*what, [(x - y) / events for x, y in zip(with_it, without)], "instructions", command)
            else:
                results.add_absent(*what, "instructions", "see its instructions per operation", command)
