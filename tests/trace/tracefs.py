# SPDX-License-Identifier: GPL-2.0
"""Trace one program with the events of vma_lock and of those around them."""

import glob
import re
import subprocess

TRACING = "/sys/kernel/tracing"
EVENTS = ["vma_lock", "lock/contention_begin", "lock/contention_end", "mmap_lock"]

LINE = re.compile(r"^\s*(.*)-(\d+)\s+\[(\d+)\]\s+\S+\s+(\d+): ([a-z_]+): (.*)$")
CONTENTION = re.compile(r"^([0-9a-fx]+) \((flags|ret)=(.*)\)$")
HEX = {"mm", "address", "vm_start", "vm_end"}
DECIMAL = {"walks", "users", "ret", "nr"}


class Hang(Exception):
    """A program that doesn't end."""


class Event:
    """One line of the trace; @order counts all events of all CPUs."""

    def __init__(self, match):
        self.tid = int(match[2])
        self.order = int(match[4])
        self.name = match[5]
        self.text = match[6]
        self.mm = None
        self.fields = {}
        if self.name == "tracing_mark_write":
            return
        contention = CONTENTION.match(self.text)
        if contention:
            value = int(contention[3]) if contention[2] == "ret" else contention[3]
            self.fields = {"lock": int(contention[1], 16), contention[2]: value}
            return
        for key, value in re.findall(r"(\w+)=(\S*)", self.text):
            if key in HEX:
                value = int(value, 16)
            elif key in DECIMAL:
                value = int(value)
            self.fields[key] = value
        self.mm = self.fields.pop("mm")

    def __repr__(self):
        return f"[{self.order}] {self.tid} {self.name}: {self.text}"


def write(name, text):
    with open(f"{TRACING}/{name}", "w") as file:
        file.write(text)


def read(name):
    with open(f"{TRACING}/{name}") as file:
        return file.read()


def overwritten():
    """How many events had no room until they could be read, on all CPUs."""
    counts = []
    for path in glob.glob(f"{TRACING}/per_cpu/cpu*/stats"):
        with open(path) as file:
            counts += re.findall(r"^(?:overrun|dropped events): (\d+)$", file.read(), re.M)
    if not counts:
        raise RuntimeError("the kernel doesn't say how many events were lost")
    return sum(map(int, counts))


def setup():
    write("trace_clock", "counter")     # one order for all CPUs
    write("buffer_size_kb", "8192")
    write("options/event-fork", "1")
    write("options/hash-ptr", "0")
    for event in EVENTS:
        write(f"events/{event}/enable", "1")


def trace(command, timeout):
    """Run @command, traced; returns its status, output, messages and events. Raises Hang, and RuntimeError for a trace
    that isn't whole or that it doesn't understand."""
    write("tracing_on", "0")
    write("trace", "")
    write("tracing_on", "1")
    script = f'echo $$ >{TRACING}/set_event_pid; exec "$@"'
    process = subprocess.Popen(["sh", "-c", script, "sh", *command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        output, messages = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Hang(f"it did not end within {timeout} s") from None
    write("tracing_on", "0")
    write("set_event_pid", "")
    if lost := overwritten():
        raise RuntimeError(f"{lost} events were lost")
    events = []
    for line in read("trace").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        match = LINE.match(line)
        if not match:
            raise RuntimeError(f"not understood: {line}")
        events.append(Event(match))
    return process.returncode, output, messages, events
