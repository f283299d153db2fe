# SPDX-License-Identifier: GPL-2.0
"""Programs that watch the kernel while something is measured."""
import os
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "watch.bt")
SHELL = "/bin/sh"     # bpftrace 0.17 asks clang through it for headers' directories, and crashes if there is none
BPFTRACE, PERF = "/usr/bin/bpftrace", "/usr/bin/perf"
RECORDING = "/tmp/perf.data"


@dataclass(frozen=True)
class Watcher:
    """Who watches: files that the guest needs, commands before and after what is measured."""
    name: str
    files: tuple = ()
    before: tuple = ()
    after: tuple = ()
    ours: bool = True   # a failure of another's program is noted, and the bench goes on


NOBODY = Watcher("nobody")


def events(group):
    return Watcher(f"{group} trace events on", before=(f"events {group}",))


def vmalocktop(program, *options):
    """Its output is a report in JSON, the last one when it is stopped."""
    return Watcher("vmalocktop", (program,), (",".join(("spawn " + program, "--json") + options),), ("stop -",))


def bpftrace():
    return Watcher("bpftrace", (BPFTRACE, SCRIPT, SHELL), (f"spawn {BPFTRACE},{SCRIPT}",), ("stop -",), ours=False)


def perf_lock(report=False):
    """perf records the events of all contended locks; @report: the second output is what it prints of them."""
    return Watcher("perf lock record", (PERF,), (f"spawn {PERF},lock,record,-a,-o,{RECORDING}",),
                   ("stop -",) + (f"run {PERF},lock,contention,-i,{RECORDING}",) * report, ours=False)


def perf_lock_bpf():
    """perf sums the same events up in BPF, if it was built so."""
    return Watcher("perf lock contention -b", (PERF,), (f"spawn {PERF},lock,contention,-a,-b",), ("stop -",),
                   ours=False)
