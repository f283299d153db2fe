# SPDX-License-Identifier: GPL-2.0
"""What watching costs: memory, lost events under the heaviest load there is, run time of BPF programs."""
import json
import re

import watchers
from vm import Guest, ProgramError

CPUS = 16
QUANTUM = 2000
OPS = ("fault_anon_write", "fault_file_read", "mmap_fixed", "munmap", "mprotect_split")


def run(setup, results):
    _programs(setup, results)
    _load(setup, results)


def _programs(setup, results):
    """Time of each BPF program, on one CPU: with more, it has that of other CPUs between its begin and end."""
    setup.say("tool: vmalocktop's BPF programs")
    watcher = watchers.vmalocktop(setup.vmalocktop, "--stats")
    guest = Guest(setup.kernels["patched"], setup.program, setup.out, 1, files=watcher.files)
    runs = []
    for seed in range(1, setup.runs + 1):
        commands = [*watcher.before, *(f"ops {op} pages=16 seed={seed}" for op in OPS), *watcher.after]
        report = _report(guest.run(commands, setup.plugin, {"memory": "none"})[0])
        runs.append({name: p["ns"] / p["runs"] for name, p in report["cost"]["programs"].items() if p["runs"]})
    ran = set.intersection(*(set(r) for r in runs))
    if not ran:
        raise RuntimeError("none of vmalocktop's BPF programs ran")
    for name in sorted(ran):
        results.add("bpf_time_per_event", f"vmalocktop, {name}", 1, "patched", [r[name] for r in runs],
                    "virtual ns", setup.command("--only tool"))


def _load(setup, results):
    kernel, command = setup.kernels["patched"], setup.command("--only tool")
    for watcher, lost_events in (
            (watchers.vmalocktop(setup.vmalocktop, "--stats"), _lost_by_vmalocktop),
            (watchers.bpftrace(), _lost_by_bpftrace),
            (watchers.perf_lock(report=True), _lost_by_perf)):
        setup.say(f"tool: {watcher.name} under load")
        what = ("lost_events", f"r, {watcher.name}", CPUS, "patched")
        lost, memory = [], []
        try:
            guest = Guest(kernel, setup.program, setup.out, CPUS + 1, files=watcher.files)
            for seed in range(1, setup.runs + 1):
                load = f"faults r cpus={CPUS} faults=100 seed={seed}"
                lines, _ = guest.run([*watcher.before, load, *watcher.after],
                                     setup.plugin, {"quantum": QUANTUM, "memory": "none", "seed": seed})
                lost.append(lost_events(lines))
                if watcher.name == "vmalocktop":
                    memory.append(sum(_report(lines)["cost"]["map_bytes"].values()))
        except ProgramError as error:
            if watcher.ours:
                raise
            results.add_absent(*what, "events", str(error), command)
            continue
        results.add(*what, lost, "events", command)
        if memory:
            results.add("tool_memory", f"r, {watcher.name}", CPUS, "patched", memory, "bytes of BPF maps", command)


def _outputs(lines):
    return ["\n".join(line["text"]) for line in lines if line["what"] == "output"]


def _report(lines):
    return json.loads(_outputs(lines)[0].splitlines()[-1])


def _lost_by_vmalocktop(lines):
    report = _report(lines)
    if not report["faults"]["lookups"]:
        raise RuntimeError("vmalocktop saw no fault")
    return sum(report["lost"].values())


def _lost_by_bpftrace(lines):
    text = _outputs(lines)[0]
    if "@lookups" not in text:
        raise RuntimeError(f"bpftrace saw no fault: {text[:500]}")
    return sum(int(n) for n in re.findall(r"Lost (\d+) events", text))


def _lost_by_perf(lines):
    """perf says nothing of it if it lost nothing."""
    recorded, contention = _outputs(lines)
    if "contended" not in contention:
        raise RuntimeError(f"perf saw no contended lock: {contention[:500]}")
    return sum(int(n) for n in re.findall(r"lost (\d+)", recorded + contention, re.I))
