# SPDX-License-Identifier: GPL-2.0
"""Instructions of single operations, on one CPU; also with somebody watching."""
import os

from vm import Guest

PAGES = (1, 16, 256)
# operations whose cost depends on the number of pages
SIZED = ("munmap", "munmap_whole_vma", "mmap_fixed", "mmap_fixed_file", "mprotect_split", "mprotect_whole_vma",
         "mremap", "madvise_dontneed", "brk")
WATCHED = ("fault_anon_write", "fault_file_read", "mmap_fixed", "munmap")
HERE = os.path.dirname(os.path.abspath(__file__))


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


def watchers(setup):
    """{name: (kernel, files and programs that the guest needs, commands before, commands after)}"""
    script = os.path.join(HERE, "watch.bt")
    return {
        "nobody": ("patched", [], [], []),
        "trace events on": ("patched", [], ["events vma_lock"], []),
        "vmalocktop": ("patched", [setup.vmalocktop], [f"spawn {setup.vmalocktop},--json,1000"], ["stop -"]),
        "bpftrace": ("patched", ["/usr/bin/bpftrace", script], [f"spawn /usr/bin/bpftrace,{script}"], ["stop -"]),
        "perf lock record": ("patched", ["/usr/bin/perf"],
                             ["spawn /usr/bin/perf,lock,record,-a,-o,/tmp/perf.data"], ["stop -"]),
        "nobody, stock": ("stock", [], [], []),
        "mmap_lock trace events on, stock": ("stock", [], ["events mmap_lock"], []),
    }


def run_watched(setup, results):
    """What an operation costs more when it is watched."""
    cost = {}
    for watcher, (name, files, before, after) in watchers(setup).items():
        setup.say(f"instructions: watched by {watcher}")
        guest = Guest(setup.kernels[name], setup.program, setup.out, 1, files=files)
        runs = []
        for seed in range(1, setup.runs + 1):
            commands = before + [f"ops {op} pages=16 seed={seed}" for op in WATCHED] + after
            runs.append(medians(guest.run(commands, setup.plugin, {"memory": "none"})[0]))
        for op, pages in runs[0]:
            results.add("instructions_per_op_watched", f"{label(op, pages)}, {watcher}", 1, name,
                        [r[op, pages] for r in runs], "instructions", setup.command("--only watched"))
            cost[watcher, op] = [r[op, pages] for r in runs]
    _per_event(setup, results, cost)


def _per_event(setup, results, cost):
    """Every fault fires one event (vma_lookup), every replacement two (vma_born, vma_grown)."""
    for watcher in ("trace events on", "vmalocktop", "bpftrace"):
        for op, events, which in (("fault_anon_write", 1, "vma_lookup"), ("mmap_fixed", 2, "vma_born and vma_grown")):
            more = [(with_it - without) / events
                    for with_it, without in zip(cost[watcher, op], cost["nobody", op])]
            results.add("tool_cost_per_event", f"{which}, {watcher}", 1, "patched", more, "instructions",
                        setup.command("--only watched"))
