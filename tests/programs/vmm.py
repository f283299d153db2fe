#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""QEMU runs a machine that walks its memory, saves it while it runs, and goes on with what it saved in a new process.

Usage: vmm.py BACKEND ROM DIRECTORY - BACKEND is what the machine's memory is: "file" (shared, and full to begin with),
"private-file" (the same, copied on write), "memfd" or "ram" (both empty, ram is anonymous). ROM is made of vmm.S, which
says what the machine does. DIRECTORY is for files, and left. PROGRAMS_BREAK=1 wipes a page of what was saved, if
the memory was full to begin with.

Prints what the machine printed. Exit status: 0 the machine came to its end; 1 it did not; 2 wrong usage.
"""

import os
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "vm"))
from qmp import Qmp, QmpError  # noqa: E402

MEMORY = 256 << 20
PAGE = 4096
PATIENCE = 300			# seconds
END = 16 << 1 | 1		# exit status by isa-debug-exit, see vmm.S
BACKENDS = {
    "file": "memory-backend-file,mem-path={ram},share=on",
    "private-file": "memory-backend-file,mem-path={ram},share=off",
    "memfd": "memory-backend-memfd,share=on",
    "ram": "memory-backend-ram,share=off",
}


def content(page):
    """What PAGE of a full file begins with; different for each."""
    return struct.pack("<I", (page + 1) * 0x9e3779b1 & 0xffffffff) * (PAGE // 4)


class Machine:
    """A QEMU process; GO_ON: a file with what another one saved."""

    def __init__(self, backend, rom, directory, go_on=None):
        self.console = os.path.join(directory, "went-on" if go_on else "began")
        self.ram = os.path.join(directory, "ram")
        if backend.endswith("file"):
            with open(self.ram, "wb") as file:
                if go_on:
                    file.truncate(MEMORY)
                else:
                    for page in range(MEMORY // PAGE):
                        file.write(content(page))
        self.listener = socket.socket(socket.AF_UNIX)
        path = self.console + ".qmp"
        self.listener.bind(path)
        self.listener.listen()
        self.listener.settimeout(PATIENCE)
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg,tb-size=32",
             "-m", f"{MEMORY >> 20}M", "-machine", "pc,memory-backend=ram", "-bios", rom,
             "-object", BACKENDS[backend].format(ram=self.ram) + f",id=ram,size={MEMORY}",
             "-debugcon", f"file:{self.console}", "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
             "-serial", "stdio", "-qmp", f"unix:{path}"] + (["-incoming", f"exec:cat {go_on}"] if go_on else []),
            stdin=subprocess.PIPE)
        connection, _ = self.listener.accept()
        connection.settimeout(PATIENCE)
        self.monitor = Qmp(connection)

    def printed(self):
        """What the machine has printed."""
        with open(self.console) as file:
            return file.read()

    def until(self, what, condition):
        """Wait for WHAT, which CONDITION tells."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.process.poll() is not None:
                raise RuntimeError(f"QEMU ended with status {self.process.returncode} instead of: {what}")
            if time.monotonic() > end:
                raise RuntimeError(f"no end in {PATIENCE} s: {what}")
            time.sleep(0.1)

    def save(self, path):
        """Write all of it to PATH while it runs, and stop it once each page was written, and some again."""
        self.monitor.do("migrate-set-parameters", **{"max-bandwidth": 1 << 40, "downtime-limit": 0})
        self.monitor.do("migrate", uri=f"exec:cat >{path}")
        self.until("the second look for changed pages", lambda: self.saved(looks=2))
        # else it may never be quick enough
        self.monitor.do("migrate-set-parameters", **{"downtime-limit": 2000000})
        self.until("saving", lambda: self.saved())

    def saved(self, looks=None):
        """Whether all is saved, or QEMU has looked LOOKS times for changed pages."""
        state = self.monitor.do("query-migrate")
        if state["status"] in ("failed", "cancelled"):
            raise RuntimeError(f"saving {state['status']}")
        return state["status"] == "completed" or bool(looks) and state.get("ram", {}).get("dirty-sync-count", 0) >= looks

    def quit(self):
        """End the process."""
        self.monitor.do("quit")
        self.process.wait(PATIENCE)


def wipe(path):
    """Put zeroes where the middle of what was saved begins a page of the full file."""
    with open(path, "r+b") as file:
        data = file.read()
        # after the words that the machine changes
        where = data.find(content(MEMORY // PAGE // 2)[8:])
        if where < 0:
            raise RuntimeError("there is no such page to wipe")
        file.seek(where)
        file.write(bytes(PAGE - 8))


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in BACKENDS:
        print(f"usage: vmm.py {'|'.join(BACKENDS)} ROM DIRECTORY", file=sys.stderr)
        sys.exit(2)
    backend, rom, directory = sys.argv[1:]
    os.makedirs(directory, exist_ok=True)
    state = os.path.join(directory, "state")
    machines = []
    try:
        machines.append(Machine(backend, rom, directory))
        machines[0].until("the machine is busy", lambda: machines[0].printed().endswith("busy\n"))
        machines[0].save(state)
        machines[0].quit()
        if os.environ.get("PROGRAMS_BREAK", "0") != "0" and backend.endswith("file"):
            wipe(state)
        machines.append(Machine(backend, rom, directory, state))
        machines[1].until("the machine goes on", lambda: machines[1].monitor.do("query-status")["running"])
        machines[1].process.stdin.write(b"x")
        machines[1].process.stdin.flush()
        status = machines[1].process.wait(PATIENCE)
        if status != END:
            raise RuntimeError(f"QEMU ended with status {status}, not by the machine")
        print(machines[0].printed() + machines[1].printed(), end="")
    except (OSError, RuntimeError, ValueError, QmpError, subprocess.TimeoutExpired) as error:
        print(f"vmm.py: {error}", file=sys.stderr)
        sys.exit(1)
    finally:
        for machine in machines:
            machine.process.kill()
            machine.process.wait()


main()
