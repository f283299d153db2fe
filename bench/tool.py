# SPDX-License-Identifier: GPL-2.0
"""What watching costs: memory, lost events under the heaviest load there is, run time of BPF programs."""
import json
import re
from dataclasses import dataclass

import watchers
from attribute import Attribution
from parallel import parallel
from vm import Guest, ProgramError

CPUS = 4
FAULTS = 400        # of each CPU, four times as many touches
QUANTUM = 2000      # instructions until the next CPU goes on
MANY = 20           # runs of a program that a mean is of
OPS = ("fault_anon_write", "fault_file_read", "mmap_fixed", "munmap", "mprotect_split")


def run(setup, results):
    _programs(setup, results)
    _load(setup, results)


def _programs(setup, results):
    """Time of each BPF program, on one CPU: with more, it has that of other CPUs between its begin and end."""
    setup.say("tool: vmalocktop's BPF programs")
    watcher = watchers.vmalocktop(setup.vmalocktop, "--stats")
    guest = Guest(setup.kernels["patched"], setup.program, setup.out, 1, files=watcher.files)

    def measure(seed):
        commands = [*watcher.before, *(f"ops {op} pages=16 seed={seed}" for op in OPS), *watcher.after]
        report = _report(guest.run(commands, setup.plugin, {"memory": "none"})[0])
        return {name: p["ns"] / p["runs"] for name, p in report["cost"]["programs"].items() if p["runs"] >= MANY}

    runs = parallel(measure, range(1, setup.runs + 1))
    ran = set.intersection(*(set(r) for r in runs))
    if not ran:
        raise RuntimeError("none of vmalocktop's BPF programs ran")
    for name in sorted(ran):
        results.add("bpf_time_per_event", f"vmalocktop, {name}", 1, "patched", [r[name] for r in runs],
                    "virtual ns", setup.command("--only tool"))


def _load(setup, results):
    """CPUs fault where one more replaces what they fault on: most kinds of events, as fast as they come."""
    setup.say("tool: under load")
    todo = (
        (watchers.NOBODY, None),
        (watchers.vmalocktop(setup.vmalocktop), lost_by_vmalocktop),
        (watchers.bpftrace(), _lost_by_bpftrace),
        (watchers.perf_lock(report=True), _lost_by_perf))
    loads = {}
    for (watcher, _), runs in zip(todo, parallel(lambda t: _under_load(setup, *t), todo)):
        _add_load(setup, results, watcher, runs)
        loads[watcher.name] = runs
    _compare(setup, results, *(loads[name] for name in ("nobody", "vmalocktop", "bpftrace")))


@dataclass
class Load:
    """One run under load: what watching took, and what it missed."""
    faults: int
    ns: int             # of the region
    hooks: dict         # {trace event: (calls, instructions)}, from the call of its probe to the return
    lost: int = None    # events
    own: int = None     # bytes of memory, of the program that watches and of its BPF maps
    maps: int = None

    def hook_instructions(self):
        return sum(insns for _, insns in self.hooks.values()) / self.faults

    def time(self):
        return self.ns / self.faults


def load_once(guest, plugin, watcher, seed, lost_events=None):
    """The Load of one run; @lost_events takes bench-guest's lines."""
    load = f"faults r cpus={CPUS} faults={FAULTS} seed={seed}"
    lines, report = guest.run([*watcher.before, load, *watcher.after],
                              plugin, {"quantum": QUANTUM, "memory": "none", "seed": seed})
    region = Attribution(guest.kernel).regions(report)[0]
    memory = next((l for l in lines if l["what"] == "memory"), {})
    return Load(region.counts["faults"], next(l["ns"] for l in lines if l["what"] == "region"), region.hooks,
                lost_events and lost_events(lines), memory.get("own"), memory.get("maps"))


def _under_load(setup, watcher, lost_events):
    """The Load of each run, or a ProgramError."""
    try:
        guest = Guest(setup.kernels["patched"], setup.program, setup.out, CPUS + 1, files=watcher.files)
        return [load_once(guest, setup.plugin, watcher, seed, lost_events) for seed in range(1, setup.runs + 1)]
    except ProgramError as error:
        if watcher.ours:
            raise
        return error


METRICS = (
    ("watching_instructions_per_fault", "instructions", lambda load: load.hook_instructions()),
    ("time_per_fault_watched", "virtual ns", lambda load: load.time()),
    ("lost_events", "events", lambda load: load.lost),
    ("tool_own_memory", "bytes", lambda load: load.own),
    ("tool_map_memory", "bytes", lambda load: load.maps),
)


def _add_load(setup, results, watcher, runs):
    command, what = setup.command("--only tool"), (f"r, {watcher.name}", CPUS, "patched")
    if isinstance(runs, ProgramError):
        for metric, *_ in METRICS:
            results.add_absent(metric, *what, str(runs), command)
        return
    for metric, unit, value in METRICS:
        values = [value(run) for run in runs]
        if values[0] is not None:
            results.add(metric, *what, values, unit, command)
    for event in sorted(set.intersection(*(set(run.hooks) for run in runs))):
        results.add("watching_instructions_per_event", f"r, {event}, {watcher.name}", CPUS, "patched",
                    [insns / calls for calls, insns in (run.hooks[event] for run in runs)], "instructions", command)


def _compare(setup, results, nobody, ours, theirs):
    """vmalocktop's cost by that of the script for bpftrace."""
    command, metric = setup.command("--only tool"), "tool_cost_ratio"
    whats = (("r, instructions of a fault", lambda base, load: load.hook_instructions()),
             ("r, time of a fault", lambda base, load: load.time() - base.time()))
    for what, added in whats:
        if isinstance(theirs, ProgramError):
            results.add_absent(metric, what, CPUS, "patched", str(theirs), command)
        else:
            results.add(metric, what, CPUS, "patched",
                        [added(n, x) / added(n, y) for n, x, y in zip(nobody, ours, theirs)], "ratio", command)


def _outputs(lines):
    return ["\n".join(line["text"]) for line in lines if line["what"] == "output"]


def _report(lines):
    return json.loads(_outputs(lines)[0].splitlines()[-1])


def lost_by_vmalocktop(lines):
    """Events that the report, the output of vmalocktop --json, says it lost."""
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
