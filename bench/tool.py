# SPDX-License-Identifier: GPL-2.0
"""What watching costs: memory, lost events, BPF run time, under the heaviest load there is."""
import json
import re

from instructions import HERE
from vm import Guest

CPUS = 16
QUANTUM = 2000


def run(setup, results):
    kernel = setup.kernels["patched"]
    script = f"{HERE}/watch.bt"
    load = f"faults r cpus={CPUS} faults=100"
    command = setup.command("--only tool")
    options = {"quantum": QUANTUM, "memory": "none"}

    setup.say("tool: vmalocktop under load")
    guest = Guest(kernel, setup.program, setup.out, CPUS + 1, files=[setup.vmalocktop])
    lost, memory, per_event = [], [], []
    for seed in range(1, setup.runs + 1):
        lines, _ = guest.run([f"spawn {setup.vmalocktop},--json,--stats", f"{load} seed={seed}", "stop -"],
                             setup.plugin, dict(options, seed=seed))
        report = json.loads(_output(lines)[-1])
        if not report["faults"]["lookups"]:
            raise RuntimeError("vmalocktop saw no fault")
        lost.append(sum(report["lost"].values()))
        memory.append(sum(report["cost"]["map_bytes"].values()))
        programs = report["cost"]["programs"].values()
        per_event.append(sum(p["ns"] for p in programs) / sum(p["runs"] for p in programs))
    results.add("lost_events", "r, vmalocktop", CPUS, "patched", lost, "events", command)
    results.add("tool_memory", "r, vmalocktop", CPUS, "patched", memory, "bytes of BPF maps", command)
    results.add("bpf_time_per_event", "r, vmalocktop", CPUS, "patched", per_event, "virtual ns of all CPUs", command)

    setup.say("tool: bpftrace under load")
    guest = Guest(kernel, setup.program, setup.out, CPUS + 1, files=["/usr/bin/bpftrace", script])
    lost = []
    for seed in range(1, setup.runs + 1):
        lines, _ = guest.run([f"spawn /usr/bin/bpftrace,{script}", f"{load} seed={seed}", "stop -"],
                             setup.plugin, dict(options, seed=seed))
        text = "\n".join(_output(lines))
        if "@lookups" not in text:
            raise RuntimeError(f"bpftrace saw no fault: {text[:500]}")
        lost.append(sum(int(n) for n in re.findall(r"Lost (\d+) events", text)))
    results.add("lost_events", "r, bpftrace", CPUS, "patched", lost, "events", command)


def _output(lines):
    return next(l["text"] for l in lines if l["what"] == "output")
